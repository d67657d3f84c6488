/*---
id = "features-by-role"
title = "Of the models of each role, how many have gated attention, qk-norm, grouped queries or experts?"
about = "Models are counted, each as often as there are models of its structure; beside them stands how many structures they are."
rank = 93
topic = "several models"
aliases = [
  "share of models with gated attention by role",
  "what share of the video transformers has gated attention",
  "how many language models have experts",
  "features per kind of model",
  "share of models with grouped queries by role",
  "how many of the diffusion transformers have qk norm",
]
identity = ["role"]
empty = "the store holds no model"

[answer]
some = "{each}."
each = "{role}, {models} models: {gated} with gated attention, {normed} with qk-norm, {grouped} with grouped queries, {experts} with experts"
none = "None: the store is empty; `archkb ingest FILE` fills it."

[columns]
role = { doc = "What the models are for.", unknown = true }
models = "Models of that role."
structures = "Structures these are."
attending = "Models of these with attention at all."
crossing = "With attention that reads another stream."
gated = "With gated attention."
normed = "With a norm of queries and keys."
grouped = "With fewer key than query heads."
experts = "With a mixture of experts."
---*/
MATCH (s:Structure)
OPTIONAL MATCH (a:Attention {structure: s.uid})
WITH s.uid AS structure, s.role AS role, CASE WHEN count(a) > 0 THEN 1 ELSE 0 END AS attending,
     max(CASE WHEN a.attends = 'cross' THEN 1 ELSE 0 END) AS crossing, max(CASE WHEN a.gated THEN 1 ELSE 0 END) AS gated,
     max(CASE WHEN a.qk_norm IS NOT NULL AND a.qk_norm <> 'none' THEN 1 ELSE 0 END) AS normed,
     max(CASE WHEN a.gqa > 1 THEN 1 ELSE 0 END) AS grouped
OPTIONAL MATCH (f:FeedForward {structure: structure}) WHERE f.form = 'moe'
WITH structure, role, attending, crossing, gated, normed, grouped, CASE WHEN count(f) > 0 THEN 1 ELSE 0 END AS experts
MATCH (m:Model {structure: structure})
WITH structure, role, attending, crossing, gated, normed, grouped, experts, count(m) AS n
RETURN role, sum(n) AS models, count(structure) AS structures, sum(n * attending) AS attending, sum(n * crossing) AS crossing,
       sum(n * gated) AS gated, sum(n * normed) AS normed, sum(n * grouped) AS grouped, sum(n * experts) AS experts
ORDER BY models DESC, role
