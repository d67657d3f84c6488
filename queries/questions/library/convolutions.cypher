/*---
id = "convolutions"
title = "Which convolution kernels are there?"
rank = 17
topic = "layers"
total = { noun = "convolution", by = "kind" }
aliases = [
  "convolutions",
  "conv kernels",
  "kernel sizes",
  "3d convolutions",
  "conv layers",
  "depthwise convolutions",
  "does it use conv3d",
  "which kernel sizes occur",
  "are the convolutions 3d or factorised",
]
identity = ["component", "kind", "kernel", "depthwise"]
empty = "no layer is a convolution"

[params.model]
type = "model"
doc = "The model asked about."

[columns]
component = "Component, (root) where none."
kind = { doc = "Conv1d, Conv2d, Conv3d ...", unknown = true }
kernel = { doc = "Kernel.", show = "shape" }
depthwise = "Whether each channel is convolved alone."
count = "Convolutions in the row."
narrowest = "Smallest number of output channels."
widest = "Largest number of output channels."
params = { doc = "Parameters of their weights and biases.", show = "count" }
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (c:Conv {structure: mine.structure})
RETURN coalesce(c.component, '(root)') AS component, c.kind AS kind, c.kernel AS kernel, c.depthwise AS depthwise, count(*) AS count,
       min(c.out_channels) AS narrowest, max(c.out_channels) AS widest, sum(c.n_params) AS params
ORDER BY component, kind, kernel, depthwise
