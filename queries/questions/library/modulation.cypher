/*---
id = "modulation"
title = "Where do conditions modulate the streams (adaLN)?"
rank = 13
topic = "streams and conditioning"
total = { noun = "adaLN layer or table", plural = "adaLN layers and tables", by = "{rows} rows x {width}, {stream}", word = "of" }
aliases = [
  "adaln tables",
  "adaln",
  "modulation",
  "adaptive layer norm",
  "timestep conditioning",
  "scale and shift tables",
  "what modulates the blocks",
  "where is adaln used",
  "which layers modulate",
  "rows of the scale shift table",
  "how many rows has the modulation table of a block",
  "adaln rows",
]
identity = ["modulator", "what", "rows", "width", "evidence"]
empty = "no layer yields, and no table holds, a multiple of a stream's width for its blocks"

[params.model]
type = "model"
doc = "The model asked about."

[columns]
modulator = "Path of the layer or table, numbers as {i}."
what = "projection (yields the vectors) or table (learned, added to them)."
rows = "Vectors of the stream's width: shift, scale, gate ..."
width = "Width of each."
stream = { doc = "Stream of that width which attentions beside the modulator query, where there is one alone and no name speaks of text.", unknown = true }
count = "How many there are."
blocks = { doc = "Index of each in its numbered containers, dotted where nested.", show = "ranges" }
evidence = "What was seen."
---*/
MATCH (mine:Model {name: $model}) WITH mine
OPTIONAL MATCH (s:Stream {structure: mine.structure}) WHERE COUNT { MATCH (s)<-[:QUERIES]-(q:Attention) } > 0
WITH collect(s) AS streams
CALL {
  MATCH (mine:Model {name: $model}) WITH mine MATCH (l:Linear {structure: mine.structure}) WHERE l.modulation_rows IS NOT NULL
  RETURN l.path AS path, l.pattern AS modulator, 'projection' AS what, l.modulation_rows AS rows,
         l.out_features / l.modulation_rows AS width, l.modulation_rows_detail AS evidence
  UNION ALL
  MATCH (mine:Model {name: $model}) WITH mine MATCH (o:Module {structure: mine.structure})-[:HAS_TENSOR]->(t:Tensor) WHERE t.role = 'modulation_table'
  RETURN o.path AS path, o.pattern + '.' + t.name AS modulator, 'table' AS what, t.shape[0] AS rows, t.shape[-1] AS width,
         'a learned table beside the modulated layers' AS evidence
}
WITH path, modulator, what, rows, width, evidence, [s IN streams WHERE s.width = width AND path + '.' STARTS WITH left(s.scope, size(s.scope) - size(last(split(s.scope, '.')))) | s.name] AS names,
     reduce(s = '', n IN [p IN split(path, '.') WHERE p =~ '[0-9]+'] | CASE WHEN s = '' THEN n ELSE s + '.' + n END) AS index
ORDER BY size(path), path
WITH modulator, what, rows, width, evidence, CASE WHEN size([n IN names WHERE n = names[0]]) = size(names) AND NOT modulator =~ '.*(prompt|text|caption|context).*' THEN names[0] END AS stream,
     count(*) AS count, collect(index) AS blocks
RETURN modulator, what, rows, width, stream, count, blocks, evidence
ORDER BY width DESC, rows DESC, modulator, what, evidence
