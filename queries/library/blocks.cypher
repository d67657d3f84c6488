/*---
id = "blocks"
title = "Which block templates are there, and where do they repeat?"
rank = 9
aliases = [
  "block templates",
  "which blocks are identical",
  "repeated blocks",
  "blocks and their structure",
  "which blocks differ",
  "are all blocks the same",
  "runs of like blocks",
  "which blocks are different from the others",
  "is a block unlike the others",
]
identity = ["stack", "template"]
empty = "no numbered container has structured children"

[params.model]
type = "model"
doc = "The model asked about."

[columns]
stack = "Path of the stack."
template = "Structural hash of the block, shared by every model that has it."
blocks = { doc = "Index of each in its numbered containers, dotted where nested.", show = "ranges" }
count = "Blocks of that template."
kind = { doc = "What a block is.", unknown = true }
params = { doc = "Elements of one block.", show = "count" }
tensors = "Tensors of one block, side-cars left out."
models = "Models that have the template."
---*/
MATCH (b:Module {model: $model})-[:INSTANCE_OF]->(t:Template)
WITH left(b.path, size(b.path) - size(b.name) - 1) AS stack, t, b ORDER BY b.ordinal, b.path
WITH stack, t, collect(b.name) AS blocks, count(*) AS count, min(b.kind) AS kind
MATCH (t)<-[:INSTANCE_OF]-(o:Module)
RETURN stack, t.uid AS template, blocks, count, kind, t.n_params AS params, t.n_tensors AS tensors, count(DISTINCT o.model) AS models
ORDER BY stack, template
