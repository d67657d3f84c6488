/*---
id = "shared-structures"
title = "Which structures do most models have?"
about = "Structures are counted in rows, models in their column: fine-tunes with one header are one structure."
rank = 91
topic = "several models"
aliases = [
  "structures that most models have",
  "how many models share one header",
  "fine-tunes per architecture",
  "most common architecture",
  "how many distinct structures are there",
  "which architecture has the most fine-tunes",
]
identity = ["first"]
empty = "the store holds no model"

[answer]
some = "{rows} structures, those of most models first: {each}."
each = "{models} models[ of role {role}] like {first}"
none = "None: the store is empty; `archkb ingest FILE` fills it."

[columns]
structure = "uid of the structure, as its modules and tensors say it."
first = "Name of the first model that has it."
models = "Models that have it."
role = { doc = "What it is for.", unknown = true }
params = { doc = "Parameters of each of them.", show = "count" }
tensors = "Tensors of each of them."
---*/
MATCH (m:Model)
WITH m.structure AS structure, min(m.name) AS first, count(m) AS models
MATCH (s:Structure {uid: structure})
RETURN s.uid AS structure, first, models, s.role AS role, s.n_params AS params, s.n_tensors AS tensors
ORDER BY models DESC, first
