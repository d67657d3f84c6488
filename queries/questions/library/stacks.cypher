/*---
id = "stacks"
title = "Which stacks of blocks are there, and how deep are they?"
rank = 8
topic = "blocks"
total = { noun = "stack", of = "" }
aliases = [
  "number of transformer layers",
  "depth of the model",
  "layer count",
  "how many transformer blocks",
  "how deep is it",
  "how many blocks",
  "how many layers",
  "depth of the transformer",
  "number of transformer blocks",
  "list stacks",
  "stack depths",
  "how deep is the model",
  "num layers",
  "depth of the dit",
  "how many blocks does the encoder have",
  "number of blocks in a stack",
]
identity = ["stack"]
empty = "no numbered container has structured children"

[answer]
some = "{total}: {each}."
each = "{depth} blocks in {stack}[ ({share} of the bytes)]"

[params.model]
type = "model"
doc = "The model asked about."

[columns]
stack = "Path of the numbered container."
depth = { doc = "Children that own tensors.", unknown = true }
uniform = "Whether all are alike."
runs = "Runs of like children."
templates = { doc = "Templates of its blocks, each once, in order; people read names.", show = "template" }
params = { doc = "Parameters in it.", show = "count" }
bytes = { doc = "Bytes in it.", show = "bytes" }
share = { doc = "Part of the model's bytes.", show = "share" }
---*/
MATCH (m:Model {name: $model}) WITH m
MATCH (s:Stack {structure: m.structure})
OPTIONAL MATCH (s)-[:CONTAINS]->(b:Module)-[:INSTANCE_OF]->(t:Template)
WITH s, m, t, min(b.ordinal) AS first ORDER BY first
WITH s, m, collect(t.uid) AS templates
RETURN s.path AS stack, s.stack_depth AS depth, s.uniform AS uniform, s.runs AS runs, templates, s.n_params AS params, s.n_bytes AS bytes,
       CASE WHEN m.n_bytes = 0 THEN null ELSE toFloat(s.n_bytes) / m.n_bytes END AS share
ORDER BY params DESC, stack
