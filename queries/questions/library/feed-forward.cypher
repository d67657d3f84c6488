/*---
id = "feed-forward"
title = "Which feed-forwards are there, and how wide are they?"
rank = 10
topic = "blocks"
total = { noun = "feed-forward", by = "form" }
aliases = [
  "feed forward",
  "feedforward",
  "mlp",
  "mlp width",
  "mlp hidden size",
  "ffn",
  "is the mlp gated",
  "swiglu or gelu",
  "ffn expansion ratio",
  "gated linear unit",
  "hidden size of the feed-forward",
  "expansion of the mlp",
]
identity = ["feed_forward", "form", "width", "hidden", "experts", "basis", "evidence"]
empty = "no module has the up and down projections of an MLP; some architectures keep them in the block itself"

[answer]
some = "{total} ({each})."
each = "{count} of {width} to {hidden}"
sum = "count"

[params.model]
type = "model"
doc = "The model asked about."

[columns]
feed_forward = "Path of the module, numbers as {i}."
blocks = { doc = "Index of each in its numbered containers, dotted where nested.", show = "ranges" }
count = "Feed-forwards in the row."
form = { doc = "plain, gated, moe or conv.", unknown = true }
width = "Width it reads and writes."
hidden = "Width between up and down."
ratio = "hidden / width."
experts = "Experts of a mixture."
basis = "What the form is known by."
evidence = "What was seen."
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (m:FeedForward {structure: mine.structure})
WITH m, reduce(s = '', n IN [p IN split(m.path, '.') WHERE p =~ '[0-9]+'] | CASE WHEN s = '' THEN n ELSE s + '.' + n END) AS index
ORDER BY size(m.path), m.path
WITH m.pattern AS feed_forward, collect(index) AS blocks, count(*) AS count, m.form AS form, m.width AS width, m.hidden AS hidden,
     m.experts AS experts, m.form_basis AS basis, m.form_detail AS evidence
RETURN feed_forward, blocks, count, form, width, hidden, CASE WHEN width > 0 THEN toFloat(hidden) / width END AS ratio, experts, basis, evidence
ORDER BY feed_forward, form, width, hidden, experts, basis, evidence
