/*---
id = "block-contents"
title = "What is in block N?"
rank = 64
topic = "blocks and stacks"
aliases = [
  "what is in block",
  "contents of a block",
  "layers of one block",
  "what does block 17 contain",
  "modules of block 0",
  "inside a block",
  "what does a block look like",
  "anatomy of a block",
]
identity = ["stack", "module"]
empty = "no stack has a block of that index"

[answer]
some = "{rows} modules: {each}."
each = "{module} {kind}[ {detail}]"
most = 8
none = "No stack has a block of that index; `archkb ask stacks` shows how deep they are."

[params.model]
type = "model"
doc = "The model asked about."
[params.block]
type = "int"
doc = "Index of the block in its stack."
default = 0
[params.stack]
type = "string"
doc = "Path of the stack; the largest where none is named."
default = ""

[columns]
stack = "Path of the stack."
module = "Path in the block, empty for the block itself."
kind = { doc = "What it is.", unknown = true }
params = { doc = "Parameters at and below.", show = "count" }
detail = "Sizes, where it is a layer, attention or feed-forward."
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (k:Stack {structure: mine.structure})-[:CONTAINS]->(b:Block) WHERE b.block_index = $block AND ($stack = '' OR k.path = $stack)
WITH k, b ORDER BY k.n_params DESC, k.path, b.path LIMIT 1
MATCH (b)-[:CONTAINS*0..12]->(m:Module) WHERE m.kind IS NOT NULL AND m.kind <> 'Container'
WITH b, m, CASE WHEN m.path = b.path THEN '' ELSE substring(m.path, size(b.path) + 1) END AS module, substring(b.path, 0, size(b.path) - size(b.name) - 1) AS stack
RETURN stack, module, m.kind AS kind, m.n_params AS params,
       CASE WHEN m:Attention THEN coalesce(m.attends, 'unknown') + ' ' + toString(m.q_dim) + ' reads ' + toString(m.kv_dim)
            WHEN m:FeedForward THEN coalesce(m.form, 'unknown') + ' ' + toString(m.width) + ' to ' + toString(m.hidden)
            WHEN m:Linear THEN toString(m.in_features) + ' to ' + toString(m.out_features)
            WHEN m:Conv THEN toString(m.in_channels) + ' to ' + toString(m.out_channels)
            WHEN m:Norm THEN toString(m.features) END AS detail
ORDER BY b.n_params DESC, stack, module
