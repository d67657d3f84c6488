/*---
id = "size-by-component"
title = "How large is each component?"
about = """
A component inside another is counted in both."""
rank = 15
topic = "components and size"
aliases = [
  "size by component",
  "which part is largest",
  "how big is the vae",
  "parameters per component",
  "bytes per component",
  "model size",
  "where are the parameters",
]
identity = ["component"]
empty = "the model is one part; `archkb ask model-summary` has its size"

[params.model]
type = "model"
doc = "The model asked about."

[columns]
component = "Path of the component."
role = { doc = "What it is for.", unknown = true }
tensors = "Tensors in it."
params = { doc = "Parameters in it.", show = "count" }
bytes = { doc = "Bytes of them.", show = "bytes" }
share = { doc = "Part of the model's bytes.", show = "share" }
---*/
MATCH (c:Component {model: $model})
MATCH (m:Model {uid: $model})
RETURN c.path AS component, c.role AS role, c.n_tensors AS tensors, c.n_params AS params, c.n_bytes AS bytes,
       CASE WHEN m.n_bytes = 0 THEN null ELSE toFloat(c.n_bytes) / m.n_bytes END AS share
ORDER BY params DESC, component
