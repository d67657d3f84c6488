/*---
id = "self-attention"
title = "Which blocks do self-attention?"
rank = 72
topic = "attention"
total = { noun = "self-attention", by = "stream", word = "on" }
aliases = [
  "self attention",
  "which blocks do self-attention",
  "where is self-attention",
  "how many self attentions",
  "self attention layers",
  "attention of a stream to itself",
]
identity = ["attention", "stream", "width", "heads"]
empty = "no attention is known to read its own stream"

[answer]
some = "{total}."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
attention = "Path of the attention, numbers as {i}."
blocks = { doc = "Index of each in its numbered containers, dotted where nested.", show = "ranges" }
count = "How many there are in the row."
stream = { doc = "Stream it runs on.", unknown = true }
width = "Width its queries read."
heads = { doc = "Query heads.", unknown = true }
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (m:Attention {structure: mine.structure}) WHERE m.attends = 'self'
OPTIONAL MATCH (m)-[:QUERIES]->(s:Stream)
WITH m, s.name AS stream, reduce(s = '', n IN [p IN split(m.path, '.') WHERE p =~ '[0-9]+'] | CASE WHEN s = '' THEN n ELSE s + '.' + n END) AS index
ORDER BY size(m.path), m.path
RETURN m.pattern AS attention, collect(index) AS blocks, count(*) AS count, stream, m.q_dim AS width, m.heads AS heads
ORDER BY attention, stream, width, heads
