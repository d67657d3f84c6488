/*---
id = "adapters"
title = "Which adapters are there, with how many targets, of which rank, and for which base?"
rank = 34
topic = "several models"
aliases = [
  "adapters",
  "lora rank",
  "lora",
  "rank of the adapter",
  "which loras are there",
  "which modules does the adapter target",
  "what does the adapter adapt",
  "adapter targets",
  "base of the lora",
  "low-rank adapters",
]
identity = ["adapter", "base", "rank"]
empty = "the store holds no adapter, or none that has to do with the model named"

[answer]
some = "{rows} adapters and bases: {each}."
each = "{adapter}[ of rank {rank}][ on {base}]"
none = "None: the store holds no adapter, or none that has to do with the model named."

[params.model]
type = "model"
optional = true
doc = "An adapter, or a base: only its rows."

[columns]
adapter = "Name of the adapter."
base = { doc = "A model of the store that it adapts; one row for each.", unknown = true }
rank = { doc = "Rank of the targets in the row; null for forms that do not show one.", unknown = true }
targets = "Adapted modules of that rank, as the adapter names them."
places = "Their paths, numbers as {i}."
touched = "Modules of the base that the whole adapter changes."
no_ops = "Targets of the whole adapter that change nothing in the base."
---*/
MATCH (s:Structure {role: 'adapter'})
MATCH (t:Tensor {structure: s.uid})
WITH s, t, last(split(t.key, 'lora')) AS half, head([f IN ['.hada_w', '.lokr_w', '.oft_blocks', '.boft_blocks'] WHERE t.key CONTAINS f]) AS factor
WHERE factor IS NOT NULL OR (t.key CONTAINS 'lora' AND half =~ '([.]|_)(A|B|a|b|down|up)(([.]|_).*)?')
WITH s, t, half, factor, CASE WHEN factor IS NULL THEN left(t.key, size(t.key) - size(half) - 5) ELSE split(t.key, factor)[0] END AS target
WITH s, target,
     max(CASE WHEN factor IS NULL AND half =~ '([.]|_)(A|a|down)(([.]|_).*)?' AND size(t.shape) > 1 THEN t.shape[0] END) AS first,
     max(CASE WHEN factor IS NULL AND half =~ '([.]|_)(B|b|up)(([.]|_).*)?' AND size(t.shape) > 1 THEN t.shape[1] END) AS second
WITH s, coalesce(first, second) AS rank, target, CASE WHEN target CONTAINS '.' THEN '.' ELSE '_' END AS sign
WITH s, rank, reduce(s = '', n IN split(target, sign) | s + CASE WHEN s = '' THEN '' ELSE sign END + CASE WHEN n =~ '[0-9]+' THEN '{i}' ELSE n END) AS place
ORDER BY place
WITH s, rank, count(*) AS targets, collect(DISTINCT place) AS places
OPTIONAL MATCH (s)-[:SPEAKER]->(:Model)-[r:ADAPTS]->(k:Model)
WITH s, rank, targets, places, k.structure AS changed, max(r.touched) AS touched, max(r.no_ops) AS no_ops
MATCH (a:Model {structure: s.uid})
OPTIONAL MATCH (b:Model {structure: changed})
WITH a, rank, targets, places, touched, no_ops, b WHERE $model IS NULL OR a.name = $model OR b.name = $model
RETURN a.name AS adapter, b.name AS base, rank, targets, places, touched, no_ops
ORDER BY adapter, base, rank
