/*---
id = "embeddings"
title = "Which lookup tables are there?"
rank = 18
topic = "layers"
total = { noun = "lookup table", of = "" }
aliases = [
  "embeddings",
  "embedding tables",
  "token embedding",
  "lookup tables",
]
identity = ["embedding"]
empty = "no layer is a lookup table"

[answer]
some = "{total}: {each}."
each = "{rows} x {width} in {embedding}"
none = "None: no layer is a lookup table. Rotary positions have none either; `archkb ask positions` says what is stated."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
embedding = "Path of the table."
kind = { doc = "What it is.", unknown = true }
rows = "Entries."
width = "Width of an entry."
params = { doc = "Parameters.", show = "count" }
---*/
CALL {
  MATCH (mine:Model {name: $model}) WITH mine MATCH (e:Embedding {structure: mine.structure})
  RETURN e.path AS embedding, e.kind AS kind, e.rows AS rows, e.width AS width, e.n_params AS params
  UNION ALL
  MATCH (mine:Model {name: $model}) WITH mine MATCH (t:Tensor {structure: mine.structure}) WHERE t.role = 'codebook' AND size(t.shape) > 1
  RETURN t.key AS embedding, 'codebook' AS kind, t.shape[-2] AS rows, t.shape[-1] AS width, t.n_params AS params
}
WITH embedding, kind, rows, width, params
RETURN embedding, kind, rows, width, params
ORDER BY embedding
