/*---
id = "inputs-and-outputs"
title = "What goes in and what comes out?"
rank = 77
topic = "components and size"
aliases = [
  "what goes in and what comes out",
  "input channels",
  "output channels",
  "inputs of the model",
  "what does it read",
  "first layer",
  "last layer",
  "input and output projections",
  "how many input channels",
]
identity = ["component", "layer"]
empty = "every layer lies in a numbered container"

[answer]
some = "{rows} layers outside the blocks: {each}."
each = "{layer} {reads} to {writes}"

[params.model]
type = "model"
doc = "The model asked about."

[columns]
component = "Path of the component, (root) for none."
layer = "Path of a layer outside all blocks."
kind = { doc = "What it is.", unknown = true }
reads = "Width or channels it reads."
writes = "Width or channels it writes."
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (m:Module {structure: mine.structure}) WHERE (m:Linear OR m:Conv OR m:Embedding) AND NOT m.path =~ '.*[.][0-9]+[.].*'
  AND size(split(m.path, '.')) - size(split(coalesce(m.component, ''), '.')) < 3
RETURN coalesce(m.component, '(root)') AS component, m.path AS layer, m.kind AS kind,
       coalesce(m.in_features, m.in_channels, m.rows) AS reads, coalesce(m.out_features, m.out_channels, m.width) AS writes
ORDER BY component, layer
