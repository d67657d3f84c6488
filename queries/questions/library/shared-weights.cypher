/*---
id = "shared-weights"
title = "Are weights shared or stored twice inside the model?"
about = """
Names, shapes and places are all a header has: that two tensors hold the same numbers it cannot show. A configuration may
state a sharing, a name may speak of one, and files smaller than their tensors store some bytes once for several."""
rank = 100
topic = "components and size"
aliases = [
  "shared weights",
  "weight sharing",
  "are weights shared between blocks",
  "shared across layers",
  "duplicate tensors",
  "tensors stored twice",
  "is anything shared between audio and video",
  "looped transformer",
]
identity = ["what", "where", "value", "stated_at"]

[answer]
some = "{each}. Any other sharing is unknown: a header has no numbers to compare."
each = "{where}[ is {value}] ({what})"
none = "Unknown: nothing states or names a sharing, and a header has no numbers to compare."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
what = "as stated, by its name alone, or stored once for several tensors."
where = "What is stated, path of the module or key of the tensor (numbers as {i}), or the model."
value = "The value that is stated, or the bytes; null for a name."
count = "How many have the name, null for what is stated."
stated_at = "Where it is written, null where nothing states it."
---*/
CALL {
  MATCH (mine:Model {name: $model}) WITH mine MATCH (s:Setting {settings: mine.settings})
  WHERE s.name = 'tied_embeddings' OR s.name =~ '(?i)(.*_)?(share|shared|sharing|tie|tied)(_.*)?'
  RETURN 0 AS rank, 'as stated' AS what, s.name + CASE WHEN s.path = '' THEN '' ELSE ' of ' + s.path END AS where, s.value AS value, null AS count, s.stated_at AS stated_at
  UNION ALL
  MATCH (mine:Model {name: $model}) WITH mine MATCH (m:Module {structure: mine.structure}) WHERE m.name =~ '(?i)(.*_)?(shared|tied)(_.*)?'
  RETURN 1 AS rank, 'by its name alone' AS what, m.pattern AS where, null AS value, count(*) AS count, null AS stated_at
  UNION ALL
  MATCH (m:Model {name: $model}) WHERE m.file_size < m.n_bytes
  RETURN 2 AS rank, 'stored once for several tensors' AS what, 'the bytes of ' + m.name AS where, toString(m.n_bytes - m.file_size) AS value, null AS count, null AS stated_at
}
WITH rank, what, where, value, count, CASE WHEN stated_at = '' THEN null ELSE stated_at END AS stated_at
RETURN what, where, value, count, stated_at
ORDER BY rank, what, where, value, stated_at
