/*---
id = "qk-norm"
title = "Are queries and keys normed?"
rank = 68
topic = "attention"
total = { noun = "attention", by = "qk_norm", word = "with" }
aliases = [
  "qk norm",
  "are queries and keys normalised",
  "query key norm",
  "norm of q and k",
  "does it use qk-norm",
  "per head norm",
  "rms norm on queries",
]
identity = ["attention", "qk_norm", "basis"]
empty = "no module has query, key and value projections"

[answer]
some = "{total}."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
attention = "Path of the attention, numbers as {i}."
qk_norm = { doc = "none, per_head or full_width.", unknown = true }
count = "How many there are in the row."
basis = "What it is known by."
evidence = "What was seen."
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (m:Attention {structure: mine.structure})
RETURN m.pattern AS attention, m.qk_norm AS qk_norm, count(*) AS count, m.qk_norm_basis AS basis, min(m.qk_norm_detail) AS evidence
ORDER BY attention, qk_norm, basis
