/*---
id = "attention-windows"
title = "Is attention local, in windows, or global?"
about = """
A window leaves a trace in a configuration, or in a table of relative positions with (2w - 1) x (2w - 1) entries."""
rank = 104
topic = "attention"
aliases = [
  "local or global attention",
  "windowed attention",
  "window size of the attention",
  "sliding window",
  "neighbourhood attention",
  "which attention is local",
]
identity = ["speaks_of", "what", "window", "stated_at"]
empty = "nothing states a window"

[answer]
some = "Local: {each}."
each = "{what} {window} in {speaks_of}"
none = "Unknown: nothing states a window or a neighbourhood; attention over all tokens and a mask at run time leave the same weights."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
speaks_of = "Path of the module it speaks of, numbers as {i}; (model) for the whole."
what = "What is stated, or the table that shows it."
window = "Sides of the window in tokens; a list of them, one a stage."
count = "Tables in the row, null for what is stated."
stated_at = "Where it is written, null for a table."
---*/
CALL {
  MATCH (mine:Model {name: $model}) WITH mine MATCH (s:Setting {settings: mine.settings})
  WHERE COUNT { MATCH (a:Attention {structure: mine.structure}) } > 0 AND s.name =~ '(layer_types|stage.*_kernels?|.*window.*|.*neighbou?r.*|.*local_att.*)'
        AND NOT s.name =~ '.*(layers|stft|fft|hann).*' AND NOT toLower(s.value) IN ['', 'false', 'none', 'null', '0', '-1']
        AND NOT (s.name = 'layer_types' AND NOT s.value =~ '.*(sliding|local|window|chunked).*')
        AND COUNT { MATCH (u:Setting {settings: mine.settings}) WHERE u.name = 'use_sliding_window' AND u.value = 'false' AND u.path = s.path } = 0
  RETURN CASE WHEN s.part = '' THEN CASE WHEN s.path = '' THEN '(model)' ELSE s.path END ELSE s.part END AS speaks_of, s.name AS what, s.value AS window, null AS count, s.stated_at AS stated_at
  UNION ALL
  MATCH (mine:Model {name: $model}) WITH mine MATCH (m:Module {structure: mine.structure})-[:HAS_TENSOR]->(t:Tensor)
  WHERE t.name = 'relative_position_bias_table' AND size(t.shape) = 2
  WITH m.pattern AS speaks_of, t.shape[0] AS entries, count(*) AS count
  WITH speaks_of, toInteger(round(sqrt(toFloat(entries)))) AS side, entries, count WHERE side * side = entries
  RETURN speaks_of, 'relative positions of a window of' AS what, toString((side + 1) / 2) + ' x ' + toString((side + 1) / 2) AS window, count, null AS stated_at
}
WITH speaks_of, what, window, count, stated_at
RETURN speaks_of, what, window, count, stated_at
ORDER BY speaks_of, what, window, stated_at
