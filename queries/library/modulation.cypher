/*---
id = "modulation"
title = "Where do conditions modulate the streams (adaLN)?"
rank = 13
topic = "streams and conditioning"
total = { noun = "layer or table", by = "what" }
aliases = [
  "adaln tables",
  "adaln",
  "modulation",
  "adaptive layer norm",
  "timestep conditioning",
  "scale and shift tables",
  "how does the timestep enter",
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
count = "How many there are."
blocks = { doc = "Index of each in its numbered containers, dotted where nested.", show = "ranges" }
evidence = "What was seen."
---*/
CALL {
  MATCH (l:Linear {model: $model}) WHERE l.modulation_rows IS NOT NULL
  RETURN l.path AS path, l.pattern AS modulator, 'projection' AS what, l.modulation_rows AS rows,
         l.out_features / l.modulation_rows AS width, l.modulation_rows_detail AS evidence
  UNION ALL
  MATCH (o:Module {model: $model})-[:HAS_TENSOR]->(t:Tensor) WHERE t.role = 'modulation_table'
  RETURN o.path AS path, o.pattern + '.' + t.name AS modulator, 'table' AS what, t.shape[0] AS rows, t.shape[-1] AS width,
         'a learned table beside the modulated layers' AS evidence
}
WITH path, modulator, what, rows, width, evidence,
     reduce(s = '', n IN [p IN split(path, '.') WHERE p =~ '[0-9]+'] | CASE WHEN s = '' THEN n ELSE s + '.' + n END) AS index
ORDER BY size(path), path
RETURN modulator, what, rows, width, count(*) AS count, collect(index) AS blocks, evidence
ORDER BY modulator, what, rows, width, evidence
