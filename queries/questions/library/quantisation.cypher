/*---
id = "quantisation"
title = "Which quantization scales are there, and what do they scale?"
rank = 23
topic = "precision"
total = { noun = "quantization scale", by = "side_car" }
aliases = [
  "quantization",
  "quantisation scales",
  "weight scales",
  "input scales",
  "side cars",
  "quantisation side-cars",
  "fp8 scales",
  "how is it quantised",
  "which layers are quantised",
  "quantised layers",
  "are the scales per tensor or per channel",
  "has it been quantized",
  "is it quantized",
]
identity = ["component", "side_car", "dtype", "scales_dtype", "shape"]
empty = "no tensor scales another: the model is not quantised, or in a form that keeps its scales elsewhere"

[answer]
none = "Not quantized: no tensor scales another, or the scales are kept in another form."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
component = "Component, (root) where none."
side_car = { doc = "Kind of scale: weight_scale, input_scale, zero_point ...", heading = "scale" }
dtype = "dtype of the scale."
shape = { doc = "Shape of the scale; scalar is one number a tensor.", show = "shape" }
scales_dtype = "dtype of the tensor it belongs to."
count = "Scales in the row."
scaled_params = { doc = "Parameters of the tensors they belong to.", show = "count" }
layers = "Names of the layers."
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (m:Module {structure: mine.structure})-[:HAS_TENSOR]->(c:Tensor)-[s:SCALES]->(t:Tensor)
WITH m, s, c, t ORDER BY m.name
RETURN coalesce(m.component, '(root)') AS component, s.kind AS side_car, c.dtype AS dtype, c.shape AS shape, t.dtype AS scales_dtype,
       count(*) AS count, sum(t.n_params) AS scaled_params, collect(DISTINCT m.name) AS layers
ORDER BY component, side_car, dtype, scales_dtype, shape
