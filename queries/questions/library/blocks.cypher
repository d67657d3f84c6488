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
  "params per block",
  "parameters of one block",
  "how large is a block",
]
identity = ["stack", "template"]
empty = "no numbered container has structured children"

[answer]
some = "{total} of {rows} templates: {each}."
each = "{count} alike in {stack} of {params} parameters each"
sum = "count"

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
MATCH (mine:Model {name: $model}) WITH mine
MATCH (b:Module {structure: mine.structure})-[:INSTANCE_OF]->(t:Template)
WITH mine, left(b.path, size(b.path) - size(b.name) - 1) AS stack, t, b ORDER BY b.ordinal, b.path
WITH mine, stack, t, collect(b.name) AS blocks, count(*) AS count, min(b.kind) AS kind
OPTIONAL MATCH (k:Module {uid: mine.structure + '/' + stack})
WITH {stack: stack, share: coalesce(k.n_params, 0), template: t.uid, blocks: blocks, count: count, kind: kind, params: t.n_params, tensors: t.n_tensors} AS row, t
MATCH (t)<-[:INSTANCE_OF]-(o:Module)
WITH DISTINCT row, o.structure AS structure
WITH structure, collect(row) AS rows
WITH rows, COUNT { MATCH (m:Model) WHERE m.structure = structure } AS models
UNWIND rows AS row
WITH row, sum(models) AS models
RETURN row.stack AS stack, row.template AS template, row.blocks AS blocks, row.count AS count, row.kind AS kind, row.params AS params, row.tensors AS tensors, models
ORDER BY row.share DESC, stack, params * count DESC, template
