/*---
id = "largest-tensors"
title = "Which tensors are the largest?"
rank = 24
topic = "components and size"
aliases = [
  "largest tensors",
  "biggest tensors",
  "biggest weights",
  "which weights take the most space",
  "top tensors by size",
  "largest matrix",
  "which tensor is the biggest",
  "widest weight",
]
identity = ["key"]
empty = "the model has no tensor"

[answer]
some = "The largest: {each}."
each = "{key} {shape} ({params} parameters)"
most = 3

[params.model]
type = "model"
doc = "The model asked about."
[params.top]
type = "int"
default = 20
doc = "How many."

[columns]
key = "Key in the state dict."
dtype = "dtype as the format spells it."
shape = { doc = "Shape.", show = "shape" }
params = { doc = "Parameters.", show = "count" }
bytes = { doc = "Bytes.", show = "bytes" }
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (t:Tensor {structure: mine.structure})
RETURN t.key AS key, t.dtype AS dtype, t.shape AS shape, t.n_params AS params, t.n_bytes AS bytes
ORDER BY bytes DESC, key
LIMIT $top
