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
CALL {
  MATCH (m:Model {name: $model}) WITH m MATCH (o:Model {structure: m.structure}) WHERE o.name <> m.name
  RETURN 'SAME_AS' AS relation, m.name AS a, o.name AS b, null AS score, null AS confidence, null AS ordered, 'header' AS evidence
  UNION ALL
  MATCH (m:Model {name: $model}) WITH m MATCH (s:Structure {architecture: m.architecture}) WHERE s.uid <> m.structure
  MATCH (o:Model {structure: s.uid})
  RETURN 'SAME_AS' AS relation, m.name AS a, o.name AS b, null AS score, null AS confidence, null AS ordered,
         CASE WHEN s.header_hash = m.header_hash THEN 'header' ELSE 'names' END AS evidence
  UNION ALL
  MATCH (m:Model {name: $model}) WITH m MATCH (s:Structure {shape_hash: m.shape_hash}) WHERE s.architecture <> m.architecture
  MATCH (o:Model {structure: s.uid})
  RETURN 'SAME_AS' AS relation, m.name AS a, o.name AS b, null AS score, null AS confidence, null AS ordered, 'shapes' AS evidence
  UNION ALL
  MATCH (m:Model {name: $model}) WITH m MATCH (:Structure {uid: m.structure})-[:SPEAKER]->(l:Model)
  WHERE coalesce(l.family, '') = coalesce(m.family, '') AND coalesce(l.version, '') = coalesce(m.version, '') AND coalesce(l.marks, []) = coalesce(m.marks, [])
  MATCH (l)-[r:VERSION_OF|DERIVES_FROM|SIMILAR_TO|ADAPTS]-(k:Model)
  WHERE type(r) <> 'DERIVES_FROM' OR r.detail STARTS WITH 'suspected'
  MATCH (o:Model {structure: k.structure})
  WHERE coalesce(o.family, '') = coalesce(k.family, '') AND coalesce(o.version, '') = coalesce(k.version, '') AND coalesce(o.marks, []) = coalesce(k.marks, [])
  WITH r, CASE WHEN startNode(r).uid = l.uid THEN m.name ELSE o.name END AS a, CASE WHEN startNode(r).uid = l.uid THEN o.name ELSE m.name END AS b
  RETURN type(r) AS relation, a, b, r.score AS score, r.confidence AS confidence, r.ordered AS ordered,
         coalesce(replace(r.detail, 'found in ' + endNode(r).name + ' with', 'found in ' + b + ' with'),
                  reduce(text = '', part IN coalesce(r.parts, []) | text + CASE WHEN text = '' THEN '' ELSE ', ' END + part)) AS evidence
}
WITH relation, relation IN ['SAME_AS', 'SIMILAR_TO'] AND b < a AS turned, a, b, score, confidence, ordered, evidence
RETURN relation, CASE WHEN turned THEN b ELSE a END AS from, CASE WHEN turned THEN a ELSE b END AS to, score, confidence, ordered, evidence
ORDER BY relation, from, to
