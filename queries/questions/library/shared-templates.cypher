/*---
id = "shared-templates"
title = "What is shared between models?"
rank = 30
topic = "several models"
aliases = [
  "what is shared between models",
  "shared templates",
  "common blocks of all models",
  "blocks in more than one model",
  "what do the models have in common",
]
identity = ["template"]
empty = "no block occurs in two models of the store"

[answer]
some = "{rows} templates occur in several models: {each}."
each = "{blocks} blocks in {models} models"

[columns]
template = { doc = "Structural hash of the block; people read a name.", show = "template" }
models = "Models that have it."
names = "Their names."
blocks = "Blocks of it in all of them."
params = { doc = "Parameters of one block.", show = "count" }
paths = "Paths, numbers as {i}."
---*/
MATCH (t:Template)<-[:INSTANCE_OF]-(b:Module)
WITH t, b.structure AS structure, count(*) AS blocks, min(b.pattern) AS path
WITH structure, collect({template: t.uid, params: t.n_params, blocks: blocks, path: path}) AS rows
MATCH (m:Model {structure: structure})
WITH rows, m ORDER BY m.name
WITH rows, collect(m.name) AS names
UNWIND rows AS row
WITH row.template AS template, row.params AS params, row.path AS path, row.blocks * size(names) AS blocks, names ORDER BY names[0]
WITH template, params, collect(names) AS lists, sum(blocks) AS blocks, collect(DISTINCT path) AS paths
WITH template, params, reduce(all = [], list IN lists | all + list) AS unsorted, blocks, paths
WHERE size(unsorted) > 1
UNWIND unsorted AS name
WITH template, params, blocks, paths, name ORDER BY name
WITH template, params, blocks, paths, collect(name) AS names
RETURN template, size(names) AS models, names, blocks, params, paths
ORDER BY models DESC, params DESC, template
