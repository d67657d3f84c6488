/*---
id = "adapters"
title = "Which adapters are there, with how many targets, of which rank, and for which base?"
about = """
Structures are counted: adapters with one header are a row, and so are bases of one structure; the columns beside the
names say how many more models that are."""
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
each = "{adapter}[ and {alike} more][ of rank {rank}][ on {base}][ and {bases_alike} more]"
none = "None: the store holds no adapter, or none that has to do with the model named."

[params.model]
type = "model"
optional = true
doc = "An adapter, or a base: only its rows."

[columns]
adapter = "Name of the adapter; of several with one header the first, or the one asked about."
alike = { doc = "Further adapters with its header, null for none.", unknown = true }
base = { doc = "A model of the store that it adapts; of several with one structure the first, or the one asked about.", unknown = true }
bases_alike = { doc = "Further models with the base's structure, which it adapts likewise; null for none.", unknown = true }
rank = { doc = "Rank of the targets in the row; null for forms that do not show one.", unknown = true }
targets = "Adapted modules of that rank, as the adapter names them."
places = "Their paths, numbers as {i}."
touched = "Modules of the base that the whole adapter changes."
no_ops = "Targets of the whole adapter that change nothing in the base."
---*/
OPTIONAL MATCH (mine:Model {name: $model})
WITH mine.structure AS mine
MATCH (s:Structure {role: 'adapter'})
OPTIONAL MATCH (s)-[:SPEAKER]->(:Model)-[r:ADAPTS]->(k:Model)
WITH mine, s, k.structure AS changed, max(r.touched) AS touched, max(r.no_ops) AS no_ops
WHERE $model IS NULL OR s.uid = mine OR changed = mine
WITH changed, collect({adapter: s.uid, lines: coalesce(s.targets, []), touched: touched, no_ops: no_ops}) AS ways
OPTIONAL MATCH (b:Model {structure: changed})
WITH changed, ways, CASE WHEN max(CASE WHEN b.name = $model THEN 1 ELSE 0 END) = 1 THEN $model ELSE min(b.name) END AS base, count(b) AS bases
UNWIND ways AS way
WITH way.adapter AS structure, collect({lines: way.lines, touched: way.touched, no_ops: way.no_ops, base: base, bases: bases}) AS found
MATCH (a:Model {structure: structure})
WITH structure, found, CASE WHEN max(CASE WHEN a.name = $model THEN 1 ELSE 0 END) = 1 THEN $model ELSE min(a.name) END AS adapter, count(a) AS adapters
UNWIND found AS one
UNWIND one.lines AS line
WITH adapter, adapters, one, split(line, ' ')[0] AS shown, split(line, ' ')[1] AS number, line
WITH adapter, adapters, one, shown, toInteger(number) AS number, substring(line, size(shown) + size(number) + 2) AS place
ORDER BY place
WITH adapter, adapters, one, shown, sum(number) AS targets, collect(DISTINCT place) AS places
WITH adapter, adapters, one.base AS base, one.bases AS bases, CASE WHEN shown = '?' THEN null ELSE toInteger(shown) END AS rank, targets, places, one.touched AS touched, one.no_ops AS no_ops
RETURN adapter, CASE WHEN adapters > 1 THEN adapters - 1 END AS alike, base, CASE WHEN bases > 1 THEN bases - 1 END AS bases_alike, rank, targets, places, touched, no_ops
ORDER BY adapter, base, rank
