/*---
id = "gates"
title = "Which attentions have a gate?"
rank = 67
topic = "attention"
total = { noun = "attention", by = "gate" }
aliases = [
  "is it gated",
  "is the attention gated",
  "does a gate multiply the attention's output",
  "which attentions are gated",
  "gated attention",
  "are there gates",
  "output gates",
  "does attention have a gate",
  "attention gates",
  "gating",
  "are attention outputs gated per head",
  "at which layers is there a gate",
]
identity = ["attention", "gate", "attends"]
empty = "no module has query, key and value projections"

[answer]
some = "{total}."
none = "None: the model has no attention."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
attention = "Path of the attention, numbers as {i}."
gate = "gated where a gate multiplies its output, else not gated."
attends = { doc = "self, cross or joint.", unknown = true }
count = "How many there are in the row."
blocks = { doc = "Index of each in its numbered containers, dotted where nested.", show = "ranges" }
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (m:Attention {structure: mine.structure})
WITH m, reduce(s = '', n IN [p IN split(m.path, '.') WHERE p =~ '[0-9]+'] | CASE WHEN s = '' THEN n ELSE s + '.' + n END) AS index
ORDER BY size(m.path), m.path
RETURN m.pattern AS attention, CASE WHEN m.gated THEN 'gated' ELSE 'not gated' END AS gate, m.attends AS attends, count(*) AS count, collect(index) AS blocks
ORDER BY gate, attention, attends
