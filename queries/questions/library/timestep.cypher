/*---
id = "timestep"
title = "How does the timestep enter?"
rank = 78
topic = "norms and modulation"
aliases = [
  "timestep embedding",
  "how does the timestep enter",
  "time embedding",
  "noise level conditioning",
  "where is the timestep embedded",
  "sinusoidal timestep",
  "timestep mlp",
  "sigma embedding",
  "how is the noise level fed in",
  "where does the timestep come in",
  "how does the noise level reach the blocks",
  "sinusoidal timestep width",
  "width of the timestep embedding",
]
identity = ["layer", "reads", "writes", "does"]
empty = "no layer is named for a timestep"

[answer]
some = "By {each}."
each = "{layer} ({reads} to {writes}[, {does}])"
none = "Unknown: no layer is named for a timestep or a noise level."
most = 4

[params.model]
type = "model"
doc = "The model asked about."

[columns]
layer = "Path of the layer, numbers as {i}."
reads = "Width it reads."
writes = "Width it writes."
count = "How many there are in the row."
does = "What it does with the time where it is not named for it, null where it is."
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (m:Linear {structure: mine.structure})
WITH m, m.path =~ '(?i)(.*[^a-z])?(timestep|time_embed|time_embedding|time_in|t_embedder|t_embed|time_mlp|time_text_embed|emb_layers|adaln_single|noise_level|sigma)([^a-z].*)?' AS named
WHERE named OR m.modulation_rows IS NOT NULL
WITH m.pattern AS layer, m.in_features AS reads, m.out_features AS writes, named,
     CASE WHEN named THEN null ELSE 'modulates by ' + toString(m.modulation_rows) + ' vectors' END AS does
RETURN layer, reads, writes, count(*) AS count, does
ORDER BY does IS NOT NULL, layer, reads, writes, does
