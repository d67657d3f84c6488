/*---
id = "layer-kinds"
title = "Which kinds of layers is the model made of?"
about = """
Each parameter is counted once, at the module that owns its tensor, so the rows add up to the model: the weights of an
attention or a stack are in the rows of its layers."""
rank = 19
topic = "layers"
total = { noun = "module" }
aliases = [
  "layer types",
  "kinds of layers",
  "how many linear layers",
  "module kinds",
  "count layers by type",
  "what layers does it have",
]
identity = ["kind"]
empty = "the model has no module"

[answer]
some = "{total}: {each}."
each = "{count} {kind}"

[params.model]
type = "model"
doc = "The model asked about."

[columns]
kind = { doc = "Layer type or container kind; (root) for tensors of no module.", unknown = true }
count = "Modules of the kind."
params = { doc = "Parameters of their own tensors.", show = "count" }
bytes = { doc = "Bytes of these.", show = "bytes" }
---*/
CALL {
  MATCH (mine:Model {name: $model}) WITH mine MATCH (m:Module {structure: mine.structure})
  OPTIONAL MATCH (m)-[:HAS_TENSOR]->(t:Tensor)
  WITH m, sum(t.n_params) AS params, sum(t.n_bytes) AS bytes
  RETURN m.kind AS kind, count(*) AS count, sum(params) AS params, sum(bytes) AS bytes
  UNION ALL
  MATCH (:Model {name: $model})-[:HAS_TENSOR]->(t:Tensor)
  WITH count(*) AS tensors, sum(t.n_params) AS params, sum(t.n_bytes) AS bytes WHERE tensors > 0
  RETURN '(root)' AS kind, 1 AS count, params, bytes
}
RETURN kind, count, params, bytes
ORDER BY kind
