/*---
id = "residual-edges"
title = "What does each block add to its streams, and in which order?"
rank = 12
topic = "streams and conditioning"
total = { noun = "addition", by = "stream", word = "to" }
aliases = [
  "residual connections",
  "residual edges",
  "skip connections",
  "residual adds per block",
  "order of sublayers in a block",
  "what is added to the residual stream",
]
identity = ["block", "step", "sublayer", "stream", "form"]
empty = "no block is known to add a sublayer to its input"

[params.model]
type = "model"
doc = "The model asked about."

[columns]
block = "Path of the block, numbers as {i}."
blocks = { doc = "Index of each in its numbered containers, dotted where nested.", show = "ranges" }
step = "Place among the block's additions."
sublayer = "Module the addition goes around, relative to the block; several where one addition goes around all of them."
stream = { doc = "Stream that is added to.", unknown = true }
form = { doc = "identity or projection.", unknown = true }
count = "Additions in the row."
basis = "What the addition is known by."
evidence = "What was seen."
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (b:Module {structure: mine.structure})-[r:RESIDUAL]->(f:Module)
WITH b, r, CASE WHEN f.path = b.path THEN '(itself)' ELSE substring(f.path, size(b.path) + 1) END AS part ORDER BY part
WITH b, r.order AS step, r.stream AS stream, r.form AS form, r.form_basis AS form_basis, r.form_detail AS form_detail, collect(part) AS parts
WITH b, step, stream, form, form_basis, form_detail, reduce(s = '', p IN parts | CASE WHEN s = '' THEN p ELSE s + ', ' + p END) AS sublayer,
     reduce(s = '', n IN [p IN split(b.path, '.') WHERE p =~ '[0-9]+'] | CASE WHEN s = '' THEN n ELSE s + '.' + n END) AS index
ORDER BY size(b.path), b.path
RETURN b.pattern AS block, collect(index) AS blocks, step, sublayer, stream, form, count(*) AS count, min(form_basis) AS basis,
       min(form_detail) AS evidence
ORDER BY block, step, sublayer, stream, form
