/*---
id = "size"
title = "How many parameters, tensors and bytes does it have?"
rank = 58
topic = "components and size"
aliases = [
  "how many parameters",
  "total parameters",
  "how big is the model",
  "size of the model",
  "number of tensors",
  "how many weights",
  "model size in bytes",
  "parameter count",
  "how large is it",
  "total size",
  "tensor count",
  "parameter count in millions",
  "total size of the weights in gigabytes",
  "how many billion parameters",
  "size in gb",
]
identity = ["model"]
empty = "there is no such model"

[answer]
some = "{model} has {params} parameters in {tensors} tensors, {bytes}."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
model = "Name of the model."
tensors = { doc = "Stored tensors.", show = "count" }
params = { doc = "Stored parameters, buffers and scales included.", show = "count" }
exact = "Parameters, exactly."
bytes = { doc = "Bytes of these parameters.", show = "bytes" }
modules = { doc = "Modules of the tree.", show = "count" }
---*/
MATCH (m:Model {name: $model})
RETURN m.name AS model, m.n_tensors AS tensors, m.n_params AS params, m.n_params AS exact, m.n_bytes AS bytes, m.n_modules AS modules
ORDER BY model
