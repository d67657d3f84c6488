/*---
id = "kin"
title = "Which models are related to this one: versions, equals, derived or similar ones, adapters?"
rank = 33
topic = "several models"
aliases = [
  "lineage",
  "which models is this one like",
  "versions of this model",
  "what does this model derive from",
  "which adapters fit this model",
  "related models",
  "what model is it based on",
]
identity = ["relation", "from", "to"]
empty = "no other model of the store is related to this one"

[answer]
some = "{rows} relations: {each}."
each = "{from} {relation} {to}"

[params.model]
type = "model"
doc = "The model asked about."

[columns]
relation = "SAME_AS, VERSION_OF (later to earlier), DERIVES_FROM (suspected), SIMILAR_TO, ADAPTS."
from = "Model the relationship starts at."
to = "Model it ends at."
score = "Likeness in [0, 1], where it was measured."
confidence = "Measured precision of a suspicion, null for what is no suspicion; its false-positive rate is in evidence."
ordered = "Whether something shows which came first; false where only the names decide the direction."
evidence = "What shows it: what is equal, the likeness by part, or a sentence."
---*/
MATCH (m:Model {uid: $model})-[r:SAME_AS|VERSION_OF|DERIVES_FROM|SIMILAR_TO|ADAPTS]-(o:Model)
WHERE type(r) <> 'DERIVES_FROM' OR r.detail STARTS WITH 'suspected'
RETURN type(r) AS relation, startNode(r).name AS from, endNode(r).name AS to, r.score AS score,
       r.confidence AS confidence, r.ordered AS ordered,
       coalesce(r.detail, r.basis, reduce(text = '', part IN coalesce(r.parts, []) | text + CASE WHEN text = '' THEN '' ELSE ', ' END + part)) AS evidence
ORDER BY relation, from, to
