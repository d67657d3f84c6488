/*---
id = "blocks"
title = "Which block templates are there, and where do they repeat?"
rank = 9
topic = "blocks"
total = { noun = "block" }
aliases = [
  "block templates",
  "which blocks are identical",
  "repeated blocks",
  "blocks and their structure",
  "are all blocks the same",
  "runs of like blocks",
]
identity = ["stack", "template"]
empty = "no numbered container has structured children"

[answer]
some = "{total} of {rows} templates: {each}."
each = "{count} in {stack}"

[params.model]
type = "model"
doc = "The model asked about."

[columns]
stack = "Path of the stack."
template = { doc = "Structural hash of the block, shared by every model that has it; people read a name.", show = "template" }
blocks = { doc = "Index of each in its numbered containers, dotted where nested.", show = "ranges" }
count = "Blocks of that template."
kind = { doc = "What a block is.", unknown = true }
params = { doc = "Parameters of one block.", show = "count" }
tensors = "Tensors of one block, quantization scales left out."
models = "Models that have the template."
---*/
MATCH (b:Module {model: $model})-[:INSTANCE_OF]->(t:Template)
WITH left(b.path, size(b.path) - size(b.name) - 1) AS stack, t, b ORDER BY b.ordinal, b.path
WITH stack, t, collect(b.name) AS blocks, count(*) AS count, min(b.kind) AS kind
OPTIONAL MATCH (k:Module {uid: $model + '/' + stack})
WITH stack, coalesce(k.n_params, 0) AS share, t, blocks, count, kind
MATCH (t)<-[:INSTANCE_OF]-(o:Module)
WITH stack, share, t, blocks, count, kind, count(DISTINCT o.model) AS models
RETURN stack, t.uid AS template, blocks, count, kind, t.n_params AS params, t.n_tensors AS tensors, models
ORDER BY share DESC, stack, params * count DESC, template
