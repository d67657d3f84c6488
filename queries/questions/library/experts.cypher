/*---
id = "experts"
title = "Is there a mixture of experts?"
rank = 63
topic = "feed-forward and experts"
aliases = [
  "is it a mixture of experts",
  "moe",
  "how many experts",
  "experts per token",
  "does it have experts",
  "sparse feed-forward",
  "routing",
  "router",
  "is there a router",
  "experts or a router",
]
identity = ["feed_forward", "experts", "width", "hidden"]
empty = "no feed-forward is one of several"

[answer]
some = "Yes: {each}."
each = "{count} × {experts} experts of {width} to {hidden}"
none = "No mixture of experts: every feed-forward has one set of weights."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
feed_forward = "Path of the mixture, numbers as {i}."
blocks = { doc = "Index of each in its numbered containers, dotted where nested.", show = "ranges" }
count = "How many there are in the row."
experts = "Experts of one."
width = "Width it reads and writes."
hidden = "Width of one expert."
evidence = "What was seen."
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (m:FeedForward {structure: mine.structure}) WHERE m.experts IS NOT NULL
WITH m, reduce(s = '', n IN [p IN split(m.path, '.') WHERE p =~ '[0-9]+'] | CASE WHEN s = '' THEN n ELSE s + '.' + n END) AS index
ORDER BY size(m.path), m.path
RETURN m.pattern AS feed_forward, collect(index) AS blocks, count(*) AS count, m.experts AS experts, m.width AS width, m.hidden AS hidden,
       min(m.form_detail) AS evidence
ORDER BY feed_forward, experts, width, hidden
