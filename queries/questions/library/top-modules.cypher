/*---
id = "top-modules"
title = "Which modules are at the top of the tree?"
about = """
The prefixes of the keys, a level at a time; like modules of a numbered container are one row. `archkb tree` draws the
whole."""
rank = 98
topic = "blocks and stacks"
aliases = [
  "top modules",
  "prefixes of the keys",
  "top level prefixes",
  "module tree two levels deep",
  "hierarchy of the modules",
  "how deep is the nesting",
  "how are the tensor names organised",
  "tree to depth 2",
]
identity = ["module"]
empty = "the model has no module"

[answer]
some = "{each}. The tree is {deepest} levels deep."
each = "[{count} × ]{module} {params} parameters ({share})"
most = 8

[params.model]
type = "model"
doc = "The model asked about."
[params.levels]
type = "int"
default = 2
doc = "How many levels."

[columns]
level = "Level in the tree, 1 for the outermost."
module = "Path of the module, numbers as {i}; (root) for tensors of no module."
count = "How many there are in the row, null for one."
role = "What the component is for, null for what is none."
tensors = { doc = "Tensors at and below.", show = "count" }
params = { doc = "Parameters at and below.", show = "count" }
bytes = { doc = "Bytes of them.", show = "bytes" }
share = { doc = "Part of the model's parameters.", show = "share" }
deepest = "Levels of the whole tree."
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (m:Module {structure: mine.structure})
WITH mine, max(m.depth) AS deepest
CALL {
  MATCH (o:Model {name: $model}) WITH o MATCH (m:Module {structure: o.structure}) WHERE m.depth <= $levels
  RETURN m.depth AS level, m.pattern AS module, m.role AS role, m.n_tensors AS tensors, m.n_params AS params, m.n_bytes AS bytes
  UNION ALL
  MATCH (o:Model {name: $model}) WITH o MATCH (t:Tensor {structure: o.structure}) WHERE NOT t.key CONTAINS '.'
  WITH count(*) AS tensors, sum(t.n_params) AS params, sum(t.n_bytes) AS bytes WHERE tensors > 0
  RETURN 1 AS level, '(root)' AS module, null AS role, tensors, params, bytes
}
WITH mine.n_params AS whole, deepest, level, module, min(role) AS role, count(*) AS count, sum(tensors) AS tensors, sum(params) AS params, sum(bytes) AS bytes
RETURN level, module, CASE WHEN count > 1 THEN count END AS count, role, tensors, params, bytes,
       CASE WHEN whole > 0 THEN toFloat(params) / whole END AS share, deepest
ORDER BY level, params DESC, module
