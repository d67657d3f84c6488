/*---
id = "tensor-shapes"
title = "How many tensors are there of each number of dimensions, and which are scalars or empty?"
rank = 96
topic = "components and size"
aliases = [
  "tensor shapes",
  "how many 1-D tensors",
  "scalar tensors",
  "empty tensors",
  "smallest tensors",
  "tensors by number of dimensions",
  "rows divisible by 256",
  "distinct shapes",
]
identity = ["dimensions"]
empty = "the header lists no tensor"

[answer]
some = "{each}."
each = "{tensors} {dimensions}-D ({shapes} shapes, smallest {smallest} {shape}[, {empty} empty])"
most = 8

[params.model]
type = "model"
doc = "The model asked about."

[columns]
dimensions = "Axes of the tensors; 0 is a scalar."
tensors = { doc = "Tensors of so many axes.", show = "count" }
params = { doc = "Parameters of them.", show = "count" }
shapes = { doc = "Distinct shapes among them.", show = "count" }
smallest = "Key of the one with the fewest parameters."
shape = { doc = "Its shape.", show = "shape" }
empty = { doc = "Tensors without any entry, null for none.", show = "count" }
below_1000 = { doc = "Tensors of fewer than 1,000 parameters.", show = "count" }
not_of_32 = { doc = "Tensors whose last axis is no multiple of 32.", show = "count" }
not_of_256 = { doc = "Tensors whose last axis is no multiple of 256.", show = "count" }
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (t:Tensor {structure: mine.structure})
WITH t ORDER BY t.n_params, t.key
WITH size(t.shape) AS dimensions, collect(t) AS tensors, collect(DISTINCT t.shape) AS shapes
WITH dimensions, shapes, [t IN tensors | {key: t.key, shape: t.shape, params: t.n_params, last: t.shape[-1]}] AS tensors
RETURN dimensions, size(tensors) AS tensors, reduce(n = 0, one IN tensors | n + one.params) AS params, size(shapes) AS shapes,
       tensors[0].key AS smallest, tensors[0].shape AS shape, CASE WHEN tensors[0].params = 0 THEN size([one IN tensors WHERE one.params = 0 | 1]) END AS empty,
       size([one IN tensors WHERE one.params < 1000 | 1]) AS below_1000, size([one IN tensors WHERE one.last % 32 > 0 | 1]) AS not_of_32,
       size([one IN tensors WHERE one.last % 256 > 0 | 1]) AS not_of_256
ORDER BY dimensions
