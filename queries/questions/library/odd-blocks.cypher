/*---
id = "odd-blocks"
title = "Which blocks differ from the others of their stack?"
rank = 65
topic = "blocks and stacks"
aliases = [
  "which blocks are different from the others",
  "odd blocks",
  "are all blocks alike",
  "which blocks stand out",
  "irregular blocks",
  "blocks with another structure",
  "unusual layers",
  "which layers differ",
  "is a block unlike the others",
  "which blocks differ",
]
identity = ["stack", "blocks"]
empty = "no stack has few blocks that differ from most"

[answer]
some = "{each}."
each = "block {blocks} of {of} blocks in {stack}"
none = "None: no stack has few blocks that differ from most; `archkb ask blocks` lists every structure."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
stack = "Path of the stack."
blocks = { doc = "Indices of the blocks that differ from the commonest.", show = "ranges" }
count = "How many there are in the row."
of = "Blocks of the stack."
params = { doc = "Parameters of one.", show = "count" }
usual = { doc = "Parameters of one of the commonest.", show = "count" }
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (b:Block {structure: mine.structure})
WITH substring(b.path, 0, size(b.path) - size(b.name) - 1) AS stack, b.template AS template, b ORDER BY b.block_index
WITH stack, template, collect(b.block_index) AS blocks, max(b.n_params) AS params, count(*) AS count
ORDER BY count DESC, template
WITH stack, collect({blocks: blocks, count: count, params: params}) AS kinds, sum(count) AS of
WITH stack, of, kinds[0].count AS most, kinds[0].params AS usual, kinds[1..size(kinds)] AS others
WHERE most * 2 > of
UNWIND others AS o
RETURN stack, o.blocks AS blocks, o.count AS count, of, o.params AS params, usual
ORDER BY stack, count DESC, params, blocks
