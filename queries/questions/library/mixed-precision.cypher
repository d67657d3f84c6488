/*---
id = "mixed-precision"
title = "Which layers keep another precision in some blocks?"
about = """
Only layers whose tensors of one name have more than one dtype among the blocks."""
rank = 22
topic = "precision"
total = { noun = "tensor", by = "dtype" }
aliases = [
  "mixed precision",
  "which layers are not quantised",
  "unquantized layers",
  "which layers are in fp8",
]
identity = ["layer", "tensor", "dtype"]
empty = "the like layers of every stack share one dtype; `archkb ask precision` says which"

[answer]
none = "None: the like layers of every stack share one dtype; `archkb ask precision` says which."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
layer = "Path of the layer, numbers as {i}."
tensor = "Name of the tensor."
dtype = "dtype as the format spells it."
blocks = { doc = "Index of each in its numbered containers, dotted where nested.", show = "ranges" }
count = "Tensors in the row."
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (m:Module {structure: mine.structure})-[:HAS_TENSOR]->(t:Tensor) WHERE t.role <> 'side_car'
WITH m, t, reduce(s = '', n IN [p IN split(m.path, '.') WHERE p =~ '[0-9]+'] | CASE WHEN s = '' THEN n ELSE s + '.' + n END) AS index
ORDER BY size(m.path), m.path
WITH m.pattern AS layer, t.name AS tensor, t.dtype AS dtype, collect(index) AS blocks, count(*) AS count
ORDER BY layer, tensor, dtype
WITH layer, tensor, collect({dtype: dtype, blocks: blocks, count: count}) AS found
WHERE size(found) > 1
UNWIND found AS one
RETURN layer, tensor, one.dtype AS dtype, one.blocks AS blocks, one.count AS count
ORDER BY layer, tensor, dtype
