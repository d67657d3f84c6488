/*---
id = "connectors"
title = "Is there a connector between the text and the blocks?"
rank = 83
topic = "components and size"
aliases = [
  "is there a connector",
  "text connector",
  "connector between text and transformer",
  "resampler",
  "adapter between encoder and blocks",
  "perceiver",
]
identity = ["part", "kind"]
empty = "None: no component is a connector, and no module is named for one"

[answer]
some = "Yes: {each}."
each = "{part} ({params} parameters)"
most = 3
none = "None: no component is a connector, and no module is named for one."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
part = "Path, numbers as {i}."
kind = { doc = "What it is.", unknown = true }
role = "What a component is for, null for what is none."
count = "How many there are in the row."
params = { doc = "Parameters.", show = "count" }
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (m:Module {structure: mine.structure}) WHERE m.role CONTAINS 'connector' OR m.name CONTAINS 'connector' OR m.name CONTAINS 'resampler' OR m.name CONTAINS 'perceiver'
WITH m ORDER BY size(m.path), m.path
WITH m.pattern AS part, m.kind AS kind, count(*) AS count, max(m.n_params) AS params, min(m.role) AS role
RETURN part, kind, role, count, params
ORDER BY params DESC, part, kind
