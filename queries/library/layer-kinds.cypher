/*---
id = "layer-kinds"
title = "Which kinds of layers is the model made of?"
about = """
Containers count what is below them, so the rows do not add up to the model."""
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

[params.model]
type = "model"
doc = "The model asked about."

[columns]
kind = { doc = "Layer type or container kind.", unknown = true }
count = "Modules of the kind."
params = { doc = "Parameters at and below them.", show = "count" }
bytes = { doc = "Bytes of these.", show = "bytes" }
---*/
MATCH (m:Module {model: $model})
RETURN m.kind AS kind, count(*) AS count, sum(m.n_params) AS params, sum(m.n_bytes) AS bytes
ORDER BY kind
