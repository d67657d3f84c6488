/*---
id = "heads"
title = "How many heads does each attention have, and what proves it?"
rank = 5
topic = "attention"
total = { noun = "attention" }
aliases = [
  "how many attention heads",
  "number of heads",
  "attention heads",
  "how many heads",
  "head dimension",
  "head count",
  "is it grouped query attention",
  "kv heads",
  "num heads",
  "what head size do the attentions have",
  "heads per attention",
]
identity = ["attention", "heads", "kv_heads", "head_dim", "gqa", "basis", "evidence"]
empty = "no module has query, key and value projections"

[answer]
some = "{total}: {each}."
each = "{count} of {heads} heads[ of {head_dim}]"

[params.model]
type = "model"
doc = "The model asked about."

[columns]
attention = "Path of the module, numbers as {i}."
blocks = { doc = "Index of each in its numbered containers, dotted where nested.", show = "ranges" }
count = "Attention modules in the row."
heads = { doc = "Query heads.", unknown = true }
kv_heads = { doc = "Key/value heads.", unknown = true }
head_dim = { doc = "Width of one head.", unknown = true }
gqa = { doc = "Query rows over key rows; above 1 is grouped-query attention.", unknown = true }
basis = "What the head count is known by; none where it is unknown."
evidence = "What was seen, or why there is no number."
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (a:Attention {structure: mine.structure})
WITH a, reduce(s = '', n IN [p IN split(a.path, '.') WHERE p =~ '[0-9]+'] | CASE WHEN s = '' THEN n ELSE s + '.' + n END) AS index
ORDER BY size(a.path), a.path
RETURN a.pattern AS attention, collect(index) AS blocks, count(*) AS count,
       a.heads AS heads, a.kv_heads AS kv_heads, a.head_dim AS head_dim, a.gqa AS gqa,
       a.heads_basis AS basis, a.heads_detail AS evidence
ORDER BY attention, heads, kv_heads, head_dim, gqa, basis, evidence
