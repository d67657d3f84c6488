/*---
id = "shares"
title = "What share of the parameters has each part and each sort of layer?"
about = """
Sorts of layers may lie in one another: a norm on queries is counted with its attention. A part is named for the first
names of its path; a block is one of the largest stack."""
rank = 60
topic = "components and size"
aliases = [
  "share of parameters",
  "what fraction of the parameters is attention",
  "attention share versus feed-forward share",
  "percentage of parameters in the blocks",
  "how much of the model is feed-forward",
  "split of the parameters by layer type",
  "which uses more weights, attention or feed-forward",
]
identity = ["of", "name"]
empty = "the model has no module"

[answer]
some = "Of all parameters: {each}."
each = "{name} {share} ({params}[, {bytes}])"
most = 14

[params.model]
type = "model"
doc = "The model asked about."

[columns]
of = "sort of layers, part of the model, stack, or sort of layers in one block."
name = "What it is."
count = "Modules in the row."
params = { doc = "Parameters.", show = "count" }
bytes = { doc = "Bytes, null for a sort of layers.", show = "bytes" }
share = { doc = "Part of the model's parameters; for what is in a block, of that block's.", show = "share" }
---*/
CALL {
  MATCH (m:Model {name: $model}) WITH m MATCH (a:Attention {structure: m.structure})
  RETURN 0 AS rank, 'sort' AS of, 'attention' AS name, count(*) AS count, sum(a.n_params) AS params, null AS bytes, min(m.n_params) AS whole
  UNION ALL
  MATCH (m:Model {name: $model}) WITH m MATCH (f:FeedForward {structure: m.structure})
  RETURN 0 AS rank, 'sort' AS of, 'feed-forward' AS name, count(*) AS count, sum(f.n_params) AS params, null AS bytes, min(m.n_params) AS whole
  UNION ALL
  MATCH (m:Model {name: $model}) WITH m MATCH (c:Conv {structure: m.structure})
  RETURN 0 AS rank, 'sort' AS of, 'convolution' AS name, count(*) AS count, sum(c.n_params) AS params, null AS bytes, min(m.n_params) AS whole
  UNION ALL
  MATCH (m:Model {name: $model}) WITH m MATCH (e:Embedding {structure: m.structure})
  RETURN 0 AS rank, 'sort' AS of, 'embedding' AS name, count(*) AS count, sum(e.n_params) AS params, null AS bytes, min(m.n_params) AS whole
  UNION ALL
  MATCH (m:Model {name: $model}) WITH m MATCH (c:Component {structure: m.structure})
  WITH m, split(c.path, '.')[0] AS first, max(c.n_params) AS largest, collect({path: c.path, params: c.n_params}) AS parts
  MATCH (p:Module {uid: m.structure + '/' + first})
  WITH m, p, [x IN parts WHERE x.params = p.n_params | x.path] AS same
  RETURN 1 AS rank, 'part' AS of, coalesce(same[0], p.path) AS name, 1 AS count, p.n_params AS params, p.n_bytes AS bytes, m.n_params AS whole
  UNION ALL
  MATCH (m:Model {name: $model}) WITH m MATCH (s:Stack {structure: m.structure})
  WITH m, s ORDER BY s.n_params DESC, s.path LIMIT 4
  RETURN 2 AS rank, 'stack' AS of, s.path AS name, s.stack_depth AS count, s.n_params AS params, s.n_bytes AS bytes, m.n_params AS whole
  UNION ALL
  MATCH (m:Model {name: $model}) WITH m MATCH (s:Stack {structure: m.structure})
  WITH m, s ORDER BY s.n_params DESC, s.path LIMIT 1
  MATCH (s)-[:CONTAINS]->(b:Block) WITH m, b ORDER BY b.ordinal, b.path LIMIT 1
  UNWIND ['attention', 'feed-forward'] AS what
  MATCH (x:Module {structure: m.structure}) WHERE x.path STARTS WITH b.path + '.' AND ((what = 'attention' AND x:Attention) OR (what = 'feed-forward' AND x:FeedForward))
  RETURN 3 AS rank, 'block' AS of, what + ' of block ' + b.path AS name, count(*) AS count, sum(x.n_params) AS params, null AS bytes, min(b.n_params) AS whole
}
WITH rank, of, name, count, params, bytes, whole WHERE count > 0
RETURN of, name, count, params, bytes, CASE WHEN whole = 0 THEN null ELSE toFloat(params) / whole END AS share
ORDER BY rank, params DESC, of, name
