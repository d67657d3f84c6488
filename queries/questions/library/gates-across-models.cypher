/*---
id = "gates-across-models"
title = "Which models have gated attention, qk-norm or grouped queries?"
rank = 90
topic = "several models"
aliases = [
  "which models have gated attention",
  "how usual is gated attention",
  "which models use qk norm",
  "which models use gqa",
  "compare attention features across models",
  "how common are gates",
  "any model with fewer kv heads than query heads",
]
identity = ["model"]
empty = "no model of the store has attention"

[answer]
some = "{each}."
each = "{model}: {gated} of {attentions} gated, {normed} normed, {grouped} grouped"

[columns]
model = "Name."
attentions = "Attention modules."
gated = "Of these with a gate."
normed = "Of these with a norm of queries and keys."
grouped = "Of these with fewer key than query heads."
---*/
MATCH (a:Attention)
WITH a.structure AS structure, count(a) AS attentions, sum(CASE WHEN a.gated THEN 1 ELSE 0 END) AS gated,
     sum(CASE WHEN a.qk_norm IS NOT NULL AND a.qk_norm <> 'none' THEN 1 ELSE 0 END) AS normed,
     sum(CASE WHEN a.gqa > 1 THEN 1 ELSE 0 END) AS grouped
MATCH (m:Model {structure: structure})
RETURN m.name AS model, attentions, gated, normed, grouped
ORDER BY model
