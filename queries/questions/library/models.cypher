/*---
id = "models"
title = "Which models are in the store?"
rank = 88
topic = "several models"
aliases = [
  "which models are there",
  "list the models",
  "models in the store",
  "what is in the knowledge base",
  "all models",
  "which checkpoints are known",
  "which models have the most parameters",
  "which models are the largest",
  "smallest models",
]
identity = ["model"]
empty = "the store holds no model"

[answer]
some = "{rows} models; the largest: {each}."
most = 1
each = "{model} ({params} parameters)"
none = "None: the store is empty; `archkb ingest FILE` fills it."

[columns]
model = "Name."
family = { doc = "Family.", unknown = true }
version = { doc = "Version.", unknown = true }
role = { doc = "What it is for.", unknown = true }
params = { doc = "Parameters.", show = "count" }
bytes = { doc = "Bytes.", show = "bytes" }
---*/
MATCH (m:Model)
RETURN m.name AS model, m.family AS family, m.version AS version, m.role AS role, m.n_params AS params, m.n_bytes AS bytes
ORDER BY params DESC, model
