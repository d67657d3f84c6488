/*---
id = "same-architecture"
title = "Which models have the same architecture?"
about = """
A row for each model, beside the first by name of those it equals: where three are alike, the second and the third stand
beside the first. Models are counted, not structures: those of one structure have equal headers."""
rank = 31
topic = "several models"
aliases = [
  "which models are identical",
  "same architecture",
  "which models are the same",
  "duplicate models",
  "identical architectures",
  "are two models the same architecture",
]
identity = ["model", "other"]
empty = "no two models of the store are alike"

[answer]
some = "{each}."
each = "{model} and {other} have equal {equal}"
none = "None: no two models of the store are alike."

[columns]
model = "Name of one."
other = "Name of the other."
equal = "header (keys, dtypes and shapes), names (modules and shapes, whatever the dtypes and the root prefix) or shapes (whatever the names)."
---*/
CALL {
  MATCH (m:Model) WHERE m.header_hash IS NOT NULL
  WITH m.header_hash AS same, m.uid AS apart, min(m.name) AS name
  WITH same, min(name) AS first, collect(name) AS names
  UNWIND names AS other
  WITH first, other WHERE first <> other
  RETURN first AS model, other, 'header' AS equal
  UNION ALL
  MATCH (m:Model) WHERE m.architecture IS NOT NULL
  WITH m.architecture AS same, m.header_hash AS apart, min(m.name) AS name
  WITH same, min(name) AS first, collect(name) AS names
  UNWIND names AS other
  WITH first, other WHERE first <> other
  RETURN first AS model, other, 'names' AS equal
  UNION ALL
  MATCH (m:Model) WHERE m.shape_hash IS NOT NULL
  WITH m.shape_hash AS same, m.architecture AS apart, min(m.name) AS name
  WITH same, min(name) AS first, collect(name) AS names
  UNWIND names AS other
  WITH first, other WHERE first <> other
  RETURN first AS model, other, 'shapes' AS equal
}
RETURN model, other, equal
ORDER BY model, other
