/*---
id = "shared-blocks"
title = "Which models share a block with this one?"
rank = 29
topic = "several models"
aliases = [
  "which models share this block",
  "models with the same block",
  "shared block templates of a model",
  "who else uses this block",
  "other models with these blocks",
  "does it share blocks or layers with another model",
]
identity = ["template", "model"]
empty = "no other model in the store has a block of the same structure"

[answer]
some = "{rows} templates are shared: {each}."
each = "{there} blocks of {model}"

[params.model]
type = "model"
doc = "The model asked about."

[columns]
template = { doc = "Structural hash of the block; people read a name.", show = "template" }
params = { doc = "Parameters of one block.", show = "count" }
here = "Paths of the blocks here, numbers as {i}."
model = "Another model that has it."
there = "Paths of the blocks there, numbers as {i}."
blocks = "Blocks of it there."
---*/
MATCH (mine:Model {name: $model}) WITH mine
MATCH (b:Module {structure: mine.structure})-[:INSTANCE_OF]->(t:Template)
WITH t, b ORDER BY b.pattern
WITH t, collect(DISTINCT b.pattern) AS here
MATCH (t)<-[:INSTANCE_OF]-(o:Module)
WITH t, here, o ORDER BY o.pattern
WITH t, here, o.structure AS structure, collect(DISTINCT o.pattern) AS there, count(*) AS blocks
WITH structure, collect({template: t.uid, params: t.n_params, here: here, there: there, blocks: blocks}) AS rows
MATCH (m:Model {structure: structure}) WHERE m.name <> $model
UNWIND rows AS row
RETURN row.template AS template, row.params AS params, row.here AS here, m.name AS model, row.there AS there, row.blocks AS blocks
ORDER BY params DESC, template, model
