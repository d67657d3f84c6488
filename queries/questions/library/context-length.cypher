/*---
id = "context-length"
title = "How long a sequence was it made for?"
rank = 43
topic = "position and time"
aliases = [
  "context length",
  "maximum sequence length",
  "max positions",
  "how many tokens can it handle",
  "longest input",
  "context window",
  "how many frames can it take",
  "maximum resolution",
  "how many frames at most",
  "max position of an axis",
  "how many frames can it place",
]
identity = ["speaks_of", "part", "name", "value", "stated_at"]

[answer]
some = "{each}."
each = "{name} {value}[ ({part})] in {speaks_of}"
none = "Unknown: no configuration states a maximum; position codes without a table set none."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
speaks_of = "Path of the module it speaks of, (model) for the whole."
part = "Words of the key that name a part or stream; empty for none."
name = "What is stated, in one word for all configurations."
value = "The value."
verdict = "agrees, contradicts, or unchecked where shapes show neither."
shapes_show = "What the shapes show, null where they show nothing."
stated_at = "Where it is written; null where only shapes show it."
---*/
CALL {
  MATCH (mine:Model {name: $model}) WITH mine MATCH (s:Setting {settings: mine.settings}) WHERE s.name IN ['max_positions', 'sliding_window', 'image_size'] OR s.name STARTS WITH 'max_'
  RETURN CASE WHEN s.path = '' THEN '(model)' ELSE s.path END AS speaks_of, s.part AS part, s.name AS name, s.value AS value,
         s.verdict AS verdict, s.shapes_show AS shapes_show, CASE WHEN s.stated_at = '' THEN null ELSE s.stated_at END AS stated_at
  UNION ALL
  MATCH (mine:Model {name: $model}) WITH mine MATCH (e:Embedding {structure: mine.structure}) WHERE e.path =~ '(?i)(.*[^a-z])?(pos|position|positional|positions|wpe)(_.*|[.].*|embed.*|encod.*|)'
  RETURN e.pattern AS speaks_of, '' AS part, 'table of positions' AS name, toString(max(e.rows)) AS value, 'agrees' AS verdict,
         toString(max(e.rows)) + ' x ' + toString(max(e.width)) AS shapes_show, null AS stated_at
  UNION ALL
  MATCH (mine:Model {name: $model}) WITH mine MATCH (t:Tensor {structure: mine.structure})
  WHERE t.name =~ '(?i)(pos|position|positional|absolute_pos)(s?_?(embed|embedding|emb).*)' AND size(t.shape) = 3 AND t.shape[0] = 1 AND t.shape[1] > 1
  RETURN t.key AS speaks_of, '' AS part, 'table of positions' AS name, toString(t.shape[1]) AS value, 'agrees' AS verdict,
         toString(t.shape[1]) + ' x ' + toString(t.shape[2]) AS shapes_show, null AS stated_at
}
WITH speaks_of, part, name, value, verdict, shapes_show, stated_at
RETURN speaks_of, part, name, value, verdict, shapes_show, stated_at
ORDER BY size(speaks_of), speaks_of, part, name, value, stated_at
