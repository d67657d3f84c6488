/*---
id = "vae"
title = "Is a VAE in the file?"
rank = 82
topic = "components and size"
aliases = [
  "is there a vae",
  "does the file contain the autoencoder",
  "is the vae included",
  "encoder and decoder of latents",
  "is the decoder included",
]
identity = ["part", "kind"]
empty = "No VAE: neither the model nor a component is one, or half of one"

[answer]
some = "Yes: {each}."
each = "{part} ({params} parameters)"
most = 3
none = "No VAE: neither the model nor a component is one, or half of one."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
part = "Path, numbers as {i}; (root) where the whole model is one."
kind = { doc = "What it is.", unknown = true }
role = "What a component is for, null for what is none."
count = "How many there are in the row."
params = { doc = "Parameters.", show = "count" }
---*/
CALL {
  MATCH (mine:Model {name: $model}) WHERE mine.role CONTAINS 'vae'
  RETURN '(root)' AS part, 'Component' AS kind, mine.role AS role, 1 AS count, mine.n_params AS params
  UNION ALL
  MATCH (mine:Model {name: $model}) WITH mine MATCH (m:Module {structure: mine.structure}) WHERE m:Component AND m.role CONTAINS 'vae'
  WITH m ORDER BY size(m.path), m.path
  WITH m.pattern AS part, m.kind AS kind, count(*) AS count, max(m.n_params) AS params, min(m.role) AS role
  RETURN part, kind, role, count, params
}
RETURN part, kind, role, count, params
ORDER BY params DESC, part, kind
