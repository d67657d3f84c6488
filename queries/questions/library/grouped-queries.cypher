/*---
id = "grouped-queries"
title = "Do several query heads share a key head (GQA)?"
rank = 69
topic = "attention"
total = { noun = "attention", by = "gqa", word = "of ratio" }
aliases = [
  "grouped query attention",
  "gqa",
  "multi query attention",
  "how many kv heads",
  "do heads share keys",
  "ratio of query to key heads",
  "kv heads",
  "mqa",
  "fewer kv heads than query heads",
  "does it use grouped query attention",
]
identity = ["attention", "gqa", "heads", "kv_heads"]
empty = "No: no attention is known to have fewer key heads than query heads"

[answer]
some = "Yes: {total} (query heads to a key head)."
none = "No: no attention is known to have fewer key heads than query heads."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
attention = "Path of the attention, numbers as {i}."
gqa = { doc = "Query rows over key rows.", unknown = true }
heads = { doc = "Query heads.", unknown = true }
kv_heads = { doc = "Key heads.", unknown = true }
count = "How many there are in the row."
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (m:Attention {structure: mine.structure}) WHERE m.gqa > 1
RETURN m.pattern AS attention, m.gqa AS gqa, m.heads AS heads, m.kv_heads AS kv_heads, count(*) AS count
ORDER BY attention, gqa, heads, kv_heads
