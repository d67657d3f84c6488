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
WITH t, b.model AS uid, count(*) AS blocks, min(b.pattern) AS path
MATCH (m:Model {uid: uid})
WITH t, m, blocks, path ORDER BY m.name
WITH t, count(*) AS models, collect(m.name) AS names, sum(blocks) AS blocks, collect(DISTINCT path) AS paths
WHERE models > 1
RETURN t.uid AS template, models, names, blocks, t.n_params AS params, paths
ORDER BY models DESC, params DESC, template
