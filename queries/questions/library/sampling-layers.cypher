/*---
id = "sampling-layers"
title = "Where are width or resolution changed: up and down sampling?"
rank = 74
topic = "convolution and sampling"
total = { noun = "convolution", by = "kind" }
aliases = [
  "upsampling layers",
  "downsampling layers",
  "where is it downsampled",
  "transposed convolutions",
  "strided convolutions",
  "how does it upsample",
  "resolution changes",
  "pixel shuffle",
]
identity = ["layer", "kind", "reads", "writes", "kernel"]
empty = "no convolution is transposed or named for sampling"

[answer]
some = "{total}, transposed or named for sampling."
none = "Unknown: no convolution is transposed or named for it; a stride leaves no trace in a header."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
layer = "Path, numbers as {i}."
kind = { doc = "What it is.", unknown = true }
reads = "Channels it reads."
writes = "Channels it writes."
kernel = { doc = "Kernel.", show = "shape" }
count = "How many there are in the row."
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (m:Conv {structure: mine.structure})
WHERE m.kind STARTS WITH 'ConvTranspose' OR m.path =~ '(?i)(.*[^a-z])?(up|down|upsample|downsample|upsampler|upsamplers|downsampler|downsamplers|ups|downs|shuffle|resample|upsampling|downsampling)[.0-9].*'
RETURN m.pattern AS layer, m.kind AS kind, m.in_channels AS reads, m.out_channels AS writes, m.kernel AS kernel, count(*) AS count
ORDER BY layer, kind, reads, writes, kernel
