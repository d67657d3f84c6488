/*---
id = "attention-inventory"
title = "Which attention modules are there?"
rank = 3
topic = "attention"
total = { noun = "attention", by = "attends" }
aliases = [
  "attention inventory",
  "list all attention",
  "list attention layers",
  "how many attention modules",
  "attention modules and their widths",
  "which attention layers does it have",
  "self attention and cross attention counts",
  "self vs cross split",
  "how many self and how many cross attentions",
]
identity = ["attention", "attends", "form", "q_dim", "kv_dim", "inner_dim", "heads", "kv_heads", "head_dim", "qk_norm", "gated"]
empty = "no module has query, key and value projections"

[params.model]
type = "model"
doc = "The model asked about."

[columns]
attention = "Path of the module, numbers as {i}."
blocks = { doc = "Index of each in its numbered containers, dotted where nested.", show = "ranges" }
count = "Attention modules in the row."
attends = { doc = "self, cross or joint.", unknown = true }
form = "separate, fused_qkv, fused_kv, mla ..."
q_dim = "Width the query projection reads."
kv_dim = "Width the key projection reads."
inner_dim = { doc = "Attention width: rows of the query projection.", heading = "attention width" }
heads = { doc = "Query heads.", unknown = true }
kv_heads = { doc = "Key/value heads.", unknown = true }
head_dim = { doc = "Width of one head.", unknown = true }
qk_norm = { doc = "Norm on queries and keys: none, per_head, full_width.", unknown = true }
gated = "Whether a gate multiplies the output."
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (a:Attention {structure: mine.structure})
WITH a, reduce(s = '', n IN [p IN split(a.path, '.') WHERE p =~ '[0-9]+'] | CASE WHEN s = '' THEN n ELSE s + '.' + n END) AS index
ORDER BY size(a.path), a.path
RETURN a.pattern AS attention, collect(index) AS blocks, count(*) AS count,
       a.attends AS attends, a.form AS form, a.q_dim AS q_dim, a.kv_dim AS kv_dim, a.inner_dim AS inner_dim,
       a.heads AS heads, a.kv_heads AS kv_heads, a.head_dim AS head_dim, a.qk_norm AS qk_norm, a.gated AS gated
ORDER BY attention, attends, form, q_dim, kv_dim, inner_dim, heads, kv_heads, head_dim, qk_norm, gated
