/*---
id = "vocabulary"
title = "How large is the vocabulary?"
rank = 79
topic = "text conditioning"
aliases = [
  "vocabulary size",
  "how many tokens",
  "vocab size",
  "token table",
  "size of the token embedding",
  "how large is the vocabulary",
  "number of tokens in the vocabulary",
]
identity = ["table"]
empty = "no lookup table has 512 entries or more"

[answer]
some = "{each}."
each = "{rows} entries in {table}[, {stated} stated]"
none = "None: no table of tokens; text comes in already embedded, or not at all."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
table = "Path of the table."
rows = "Entries."
width = "Width of an entry."
params = { doc = "Parameters.", show = "count" }
stated = "What the configuration states, null where it does not."
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (m:Embedding {structure: mine.structure}) WHERE m.rows >= 512
OPTIONAL MATCH (s:Setting {settings: mine.settings}) WHERE s.name = 'vocabulary'
RETURN m.path AS table, m.rows AS rows, m.width AS width, m.n_params AS params, min(s.value) AS stated
ORDER BY rows DESC, table
