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
empty = "no module has the up and down projections of an MLP"

[answer]
some = "{total} ({each})."
each = "{count} of {width} to {hidden}"
sum = "count"

[params.model]
type = "model"
doc = "The model asked about."

[columns]
feed_forward = "Path of the module, or of the block where that holds the projections itself; numbers as {i}."
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
CALL {
  MATCH (mine:Model {name: $model}) WITH mine MATCH (m:FeedForward {structure: mine.structure})
  RETURN m.path AS path, m.pattern AS feed_forward, m.form AS form, m.width AS width, m.hidden AS hidden, m.experts AS experts,
         m.form_basis AS basis, m.form_detail AS evidence
  UNION ALL
  MATCH (mine:Model {name: $model}) WITH mine MATCH (m:Module {structure: mine.structure})-[r:RESIDUAL]->(f:Linear)
  WHERE r.form_rule IN ['residual.feed_forward', 'residual.conv_mlp']
  WITH m, r, f ORDER BY f.path
  WITH m, r.order AS step, r.form_basis AS basis, count(*) AS maps, min(f.in_features) AS width, max(f.in_features) AS hidden,
       collect(substring(f.path, size(m.path) + 1) + ' [' + toString(f.out_features) + ', ' + toString(f.in_features) + ']') AS parts
  WHERE maps > 1 AND hidden > width
  RETURN m.path AS path, m.pattern AS feed_forward, CASE WHEN maps > 2 THEN 'gated' ELSE 'plain' END AS form, width, hidden,
         null AS experts, basis, reduce(s = '', p IN parts | CASE WHEN s = '' THEN p ELSE s + ', ' + p END) AS evidence
}
WITH feed_forward, form, width, hidden, experts, basis, evidence, path,
     reduce(s = '', n IN [p IN split(path, '.') WHERE p =~ '[0-9]+'] | CASE WHEN s = '' THEN n ELSE s + '.' + n END) AS index
ORDER BY size(path), path
WITH feed_forward, collect(index) AS blocks, count(*) AS count, form, width, hidden, experts, basis, evidence
RETURN feed_forward, blocks, count, form, width, hidden, CASE WHEN width > 0 THEN toFloat(hidden) / width END AS ratio, experts, basis, evidence
ORDER BY feed_forward, form, width, hidden, experts, basis, evidence
