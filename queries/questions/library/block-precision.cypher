/*---
id = "block-precision"
title = "Which blocks use which dtypes?"
about = """
Of a block's matrices and kernels: tensors of two dimensions and more, quantization scales and modulation tables left out.
`mixed-precision` has the layers one by one."""
rank = 21
topic = "precision"
total = { noun = "block" }
aliases = [
  "which blocks stay in bf16",
  "which blocks are not fp8",
  "blocks kept in higher precision",
  "which blocks are quantised",
  "dtype by block",
  "precision of the blocks",
]
identity = ["stack", "dtypes"]
empty = "no numbered container has structured children"

[answer]
some = "{total}: {each}."
each = "{count} of {stack} in {dtypes}"

[params.model]
type = "model"
doc = "The model asked about."

[columns]
stack = "Path of the stack, numbers as {i}."
dtypes = "dtypes of the block's matrices and kernels."
blocks = { doc = "Index of each in its numbered containers, dotted where nested.", show = "ranges" }
count = "Blocks in the row."
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (b:Module {structure: mine.structure})-[:INSTANCE_OF]->(:Template)
MATCH (b)-[:CONTAINS*0..12]->(m:Module)-[:HAS_TENSOR]->(t:Tensor)
WHERE size(t.shape) > 1 AND NOT t.role IN ['side_car', 'modulation_table', 'table', 'buffer']
WITH b, t.dtype AS dtype, count(*) AS tensors
ORDER BY dtype
WITH b, reduce(s = '', d IN collect(dtype) | CASE WHEN s = '' THEN d ELSE s + ', ' + d END) AS dtypes,
     reduce(s = '', n IN [p IN split(b.path, '.') WHERE p =~ '[0-9]+'] | CASE WHEN s = '' THEN n ELSE s + '.' + n END) AS index
ORDER BY size(b.path), b.path
RETURN left(b.pattern, size(b.pattern) - 4) AS stack, dtypes, collect(index) AS blocks, count(*) AS count
ORDER BY stack, dtypes
