/*---
id = "shares"
title = "What share of the parameters has each part and each sort of layer?"
about = """
The rows of one sort add up to the model, or to the block or component they are of, as each parameter is counted once:
what lies below an attention (projections, norms, a gate) is attention's; what lies below a feed-forward, or is one that
a block holds itself, is feed-forward's; all else goes by the layer that owns it. A part is named for the first names of
its path; a block is the first of the largest stack."""
rank = 102
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
empty = "the header lists no tensor"

[answer]
some = "Of all parameters: {each}."
each = "{name} {share} ({params}, {bytes})"
most = 14

[params.model]
type = "model"
doc = "The model asked about."

[columns]
of = "model (attention, feed-forward, modulation, norms, convolutions, embeddings, recurrent layers, other linear layers, other), block or component (the same in one), part, or stack."
name = "What it is."
count = "Tensors, of a part or stack those below it."
params = { doc = "Parameters.", show = "count" }
bytes = { doc = "Bytes of them.", show = "bytes" }
share = { doc = "Part of the model's parameters; in a block or component, of those of that.", show = "share" }
---*/
MATCH (mine:Model {name: $model})
OPTIONAL MATCH (s:Stack {structure: mine.structure})
WITH mine, s ORDER BY s.n_params DESC, s.path
WITH mine, [x IN collect({path: s.path, uid: s.uid, count: s.n_tensors, params: s.n_params, bytes: s.n_bytes}) WHERE x.path IS NOT NULL] AS stacks
OPTIONAL MATCH (k:Module {uid: head(stacks).uid})-[:CONTAINS]->(b:Block)
WITH mine, stacks, b ORDER BY b.ordinal, b.path
WITH mine, stacks, head(collect(b.path)) AS block
OPTIONAL MATCH (c:Component {structure: mine.structure})
WITH mine, stacks, block, split(c.path, '.')[0] AS first, collect(c.path) AS paths, collect(c.n_params) AS sizes
OPTIONAL MATCH (p:Module {uid: mine.structure + '/' + first})
WITH mine, stacks, block, p, head([i IN range(0, size(paths) - 1) WHERE sizes[i] = p.n_params | paths[i]]) AS same
WITH mine, stacks, block, [x IN collect({path: coalesce(same, p.path), count: p.n_tensors, params: p.n_params, bytes: p.n_bytes}) WHERE x.path IS NOT NULL] AS parts
CALL {
  MATCH (o:Model {name: $model}) WITH o MATCH (m:Module {structure: o.structure})-[:HAS_TENSOR]->(t:Tensor)
  RETURN t.key AS key, m.component AS component, t.n_params AS params, t.n_bytes AS bytes,
         CASE WHEN t.role = 'modulation_table' THEN '1 modulation' WHEN m:Norm THEN '1 norms' WHEN m:Conv THEN '1 convolutions'
              WHEN m:Embedding THEN '1 embeddings' WHEN m:Recurrent THEN '1 recurrent layers' WHEN NOT m:Linear THEN '1 other'
              WHEN m.modulation_rows IS NOT NULL THEN '1 modulation' ELSE '1 other linear layers' END AS ranked
  UNION ALL
  MATCH (:Model {name: $model})-[:HAS_TENSOR]->(t:Tensor)
  RETURN t.key AS key, null AS component, t.n_params AS params, t.n_bytes AS bytes,
         CASE WHEN t.role = 'modulation_table' THEN '1 modulation' ELSE '1 other' END AS ranked
  UNION ALL
  MATCH (o:Model {name: $model}) WITH o MATCH (a:Attention {structure: o.structure})-[:CONTAINS*0..12]->(m:Module)-[:HAS_TENSOR]->(t:Tensor)
  RETURN t.key AS key, m.component AS component, t.n_params AS params, t.n_bytes AS bytes, '2 attention' AS ranked
  UNION ALL
  MATCH (o:Model {name: $model}) WITH o MATCH (f:FeedForward {structure: o.structure})-[:CONTAINS*0..12]->(m:Module)-[:HAS_TENSOR]->(t:Tensor)
  RETURN t.key AS key, m.component AS component, t.n_params AS params, t.n_bytes AS bytes, '3 feed-forward' AS ranked
  UNION ALL
  MATCH (o:Model {name: $model}) WITH o MATCH (b:Module {structure: o.structure})-[r:RESIDUAL]->(l:Linear)
  WHERE r.form_rule IN ['residual.feed_forward', 'residual.conv_mlp']
  WITH b, r.order AS step, collect(l) AS layers, min(l.in_features) AS width, max(l.in_features) AS hidden
  WHERE size(layers) > 1 AND hidden > width
  UNWIND layers AS m
  MATCH (m)-[:HAS_TENSOR]->(t:Tensor)
  RETURN t.key AS key, m.component AS component, t.n_params AS params, t.n_bytes AS bytes, '3 feed-forward' AS ranked
}
WITH mine, stacks, block, parts, key, component, params, bytes, substring(max(ranked), 2) AS sort
WITH mine, stacks, block, parts, coalesce(component, '(root)') AS component, coalesce(key STARTS WITH block + '.', false) AS inside, sort,
     count(*) AS count, sum(params) AS params, sum(bytes) AS bytes
WITH mine, stacks, block, parts, collect({component: component, inside: inside, sort: sort, count: count, params: params, bytes: bytes}) AS sorts
UNWIND [x IN sorts | {rank: 0, of: 'model', name: x.sort, count: x.count, params: x.params, bytes: x.bytes, whole: mine.n_params}]
     + [x IN parts | {rank: 1, of: 'part', name: x.path, count: x.count, params: x.params, bytes: x.bytes, whole: mine.n_params}]
     + [x IN sorts WHERE x.inside | {rank: 2, of: 'block', name: x.sort + ' in ' + block, count: x.count, params: x.params, bytes: x.bytes,
        whole: reduce(n = 0, y IN sorts | n + CASE WHEN y.inside THEN y.params ELSE 0 END)}]
     + [x IN stacks[0..4] | {rank: 3, of: 'stack', name: x.path, count: x.count, params: x.params, bytes: x.bytes, whole: mine.n_params}]
     + [x IN sorts | {rank: 4, of: 'component', name: x.sort + ' in ' + x.component, count: x.count, params: x.params, bytes: x.bytes,
        whole: reduce(n = 0, y IN sorts | n + CASE WHEN y.component = x.component THEN y.params ELSE 0 END)}] AS row
WITH row.rank AS rank, row.of AS of, row.name AS name, row.whole AS whole, sum(row.count) AS count, sum(row.params) AS params, sum(row.bytes) AS bytes
RETURN of, name, count, params, bytes, CASE WHEN whole > 0 THEN toFloat(params) / whole END AS share
ORDER BY rank, params DESC, of, name
