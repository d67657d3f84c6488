/*---
id = "biases"
title = "Which layers have a bias?"
rank = 66
topic = "layers"
total = { noun = "linear or convolutional layer", by = "bias" }
aliases = [
  "which layers have bias",
  "are there biases",
  "bias terms",
  "do the projections have biases",
  "layers without bias",
  "is there a bias in attention",
  "linear layers with bias",
  "bias in the q k v projections",
  "do projections have a bias",
]
identity = ["layer", "kind", "bias"]
empty = "no layer is linear or a convolution"

[answer]
some = "{total}."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
layer = "Path of the layer, numbers as {i}."
kind = { doc = "What it is.", unknown = true }
bias = "with bias or without."
count = "How many there are in the row."
blocks = { doc = "Index of each in its numbered containers, dotted where nested.", show = "ranges" }
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (m:Module {structure: mine.structure}) WHERE m:Linear OR m:Conv
WITH m, reduce(s = '', n IN [p IN split(m.path, '.') WHERE p =~ '[0-9]+'] | CASE WHEN s = '' THEN n ELSE s + '.' + n END) AS index
ORDER BY size(m.path), m.path
RETURN m.pattern AS layer, m.kind AS kind, CASE WHEN m.has_bias THEN 'with bias' ELSE 'without' END AS bias, count(*) AS count, collect(index) AS blocks
ORDER BY bias, layer, kind
