/*---
id = "embeddings"
title = "Which lookup tables are there?"
rank = 18
topic = "layers"
total = { noun = "lookup table", of = "" }
aliases = [
  "vocab size",
  "embeddings",
  "embedding tables",
  "vocabulary size",
  "token embedding",
  "lookup tables",
  "position embeddings",
  "vocab",
]
identity = ["embedding"]
empty = "no layer is a lookup table"

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
MATCH (mine:Model {name: $model}) MATCH (e:Embedding {structure: mine.structure})
RETURN e.path AS embedding, e.kind AS kind, e.rows AS rows, e.width AS width, e.n_params AS params
ORDER BY embedding
