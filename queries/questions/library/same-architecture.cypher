/*---
id = "same-architecture"
title = "Which models have the same architecture?"
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
MATCH (a:Model) MATCH (b:Model)
WHERE a.name < b.name AND (a.header_hash = b.header_hash OR a.architecture = b.architecture OR a.shape_hash = b.shape_hash)
RETURN a.name AS model, b.name AS other,
       CASE WHEN a.header_hash = b.header_hash THEN 'header' WHEN a.architecture = b.architecture THEN 'names' ELSE 'shapes' END AS equal
ORDER BY model, other
