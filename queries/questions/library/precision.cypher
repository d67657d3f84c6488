/*---
id = "precision"
title = "Which dtypes does each component use?"
rank = 20
topic = "precision"
total = { noun = "tensor", by = "dtype", of = "tensors" }
aliases = [
  "precision",
  "dtypes",
  "dtype by component",
  "what precision are the weights",
  "is it fp8 or bf16",
  "is anything stored in fp8",
  "data types",
]
identity = ["component", "dtype"]
empty = "the model has no tensor"

[params.model]
type = "model"
doc = "The model asked about."

[columns]
component = "Component, (root) where none."
dtype = "dtype as the format spells it."
tensors = "Tensors."
params = { doc = "Parameters.", show = "count" }
bytes = { doc = "Bytes.", show = "bytes" }
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (m:Module {structure: mine.structure})-[:HAS_TENSOR]->(t:Tensor)
RETURN coalesce(m.component, '(root)') AS component, t.dtype AS dtype, count(*) AS tensors, sum(t.n_params) AS params, sum(t.n_bytes) AS bytes
ORDER BY component, dtype
