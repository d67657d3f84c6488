/*---
id = "temporal-mixing"
title = "How is time mixed?"
rank = 73
topic = "position and time"
aliases = [
  "how does it handle time",
  "temporal attention",
  "temporal convolutions",
  "how are frames mixed",
  "3d convolution",
  "axial attention",
  "joint space time attention",
  "is time modelled separately",
  "temporal layers",
  "are frames processed independently or together",
  "is attention factorised over space and time",
  "space and time attention",
]
identity = ["how", "where"]
empty = "nothing in the header speaks of time"

[answer]
some = "{each}."
each = "{how}: {count} in {where}"
none = "Unknown: no convolution over time, no module named for it and no video stream."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
how = "convolution over time, module named for time, or attention over one sequence."
where = "Path, numbers as {i}, or the component."
count = "How many there are in the row."
detail = "What was seen."
---*/
CALL {
  MATCH (mine:Model {name: $model}) WITH mine MATCH (m:Conv {structure: mine.structure}) WHERE size(m.kernel) = 3 AND m.kernel[0] > 1
  RETURN 'convolution over time' AS how, coalesce(m.component, '(model)') AS where_, count(*) AS n, 'kernels of three axes, over 1 frame and more' AS detail
  UNION ALL
  MATCH (mine:Model {name: $model}) WITH mine MATCH (m:Module {structure: mine.structure}) WHERE m.kind <> 'Container' AND m.name =~ '(?i)(.*[^a-z])?(temporal|temp_attn|time_attn|tempo)([^a-z].*)?'
  RETURN 'module named for time' AS how, m.pattern AS where_, count(*) AS n, min(m.kind) AS detail
  UNION ALL
  MATCH (mine:Model {name: $model}) WITH mine MATCH (b:Module {structure: mine.structure}) WHERE b:Attention AND b.name =~ '(?i)(.*[^a-z])?(spatial|space)([^a-z].*)?'
  RETURN 'attention over space alone' AS how, b.pattern AS where_, count(*) AS n, 'named for space' AS detail
  UNION ALL
  MATCH (mine:Model {name: $model}) WITH mine MATCH (a:Attention {structure: mine.structure})-[:QUERIES]->(s:Stream) WHERE s.name = 'video' AND a.attends = 'self' AND NOT a.name =~ '(?i)(.*[^a-z])?(spatial|space|temporal|time|temp)([^a-z].*)?'
  RETURN 'joint attention over space and time' AS how, a.pattern AS where_, count(*) AS n, 'self-attention of the video stream; a header does not show a mask or a window' AS detail
}
WITH how, where_, n, detail
RETURN how, where_ AS where, n AS count, detail
ORDER BY how, where
