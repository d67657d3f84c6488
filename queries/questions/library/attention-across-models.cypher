/*---
id = "attention-across-models"
title = "How much attention of which kind has each model?"
rank = 32
topic = "several models"
aliases = [
  "attention across models",
  "compare attention of all models",
  "which models do cross-attention",
  "attention counts per model",
  "which models have cross attention",
  "which models have no attention",
]
identity = ["model", "attends"]
empty = "the store holds no model"

[answer]
some = "{each}."
each = "{model}: {count} {attends}"
most = 8

[columns]
model = "Name of the model."
attends = { doc = "self, cross or joint; 'attention' where there is none.", unknown = true }
count = "Attention modules."
narrowest = "Smallest query width."
widest = "Largest query width."
---*/
MATCH (s:Structure)
OPTIONAL MATCH (a:Attention {structure: s.uid})
WITH s.uid AS structure, CASE WHEN a IS NULL THEN 'attention' ELSE a.attends END AS attends, count(a) AS count,
     min(a.q_dim) AS narrowest, max(a.q_dim) AS widest
MATCH (m:Model {structure: structure})
RETURN m.name AS model, attends, count, narrowest, widest
ORDER BY model, attends
