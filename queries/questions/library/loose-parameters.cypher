/*---
id = "loose-parameters"
title = "Which parameters belong to no layer?"
rank = 76
topic = "layers"
total = { noun = "tensor", by = "role" }
aliases = [
  "loose parameters",
  "parameters of no layer",
  "learned tokens",
  "bare parameters",
  "which tensors belong to no layer",
  "standalone parameters",
  "register tokens",
  "learnable tokens",
  "learnable registers",
]
identity = ["parameter", "role", "dtype", "shape"]
empty = "every tensor is the weight or bias of a layer"

[answer]
some = "{total}."
none = "None: every tensor is the weight or bias of a layer."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
parameter = "Name, path before it with numbers as {i}."
role = "What it is."
dtype = "dtype."
shape = { doc = "Length of each axis.", show = "shape" }
count = "How many there are in the row."
---*/
CALL {
  MATCH (mine:Model {name: $model}) WITH mine MATCH (m:Module {structure: mine.structure})-[:HAS_TENSOR]->(t:Tensor) WHERE t.role IN ['parameter', 'table', 'codebook', 'modulation_table', 'buffer']
  RETURN m.pattern + '.' + t.name AS parameter, t.role AS role, t.dtype AS dtype, t.shape AS shape
  UNION ALL
  MATCH (o:Model {name: $model})-[:HAS_TENSOR]->(t:Tensor)
  RETURN t.name AS parameter, t.role AS role, t.dtype AS dtype, t.shape AS shape
}
WITH parameter, role, dtype, shape
RETURN parameter, role, dtype, shape, count(*) AS count
ORDER BY parameter, role, dtype, shape
