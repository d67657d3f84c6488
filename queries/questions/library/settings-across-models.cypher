/*---
id = "settings-across-models"
title = "Which models state a setting, and with which value?"
rank = 89
topic = "several models"
aliases = [
  "which models use rope",
  "rope theta of each model",
  "compare a setting across models",
  "activation of each model",
  "which models state",
  "setting across models",
  "patch size of each model",
]
identity = ["model", "speaks_of", "value"]
empty = "no configuration of a stored model states it"

[answer]
some = "{each}."
each = "{value} in {model}"
none = "None: no configuration of a stored model states it."

[params.setting]
type = "string"
doc = "Name of the setting, as `archkb ask configuration` shows it."
default = "rope_theta"

[columns]
model = "Name."
name = "What is stated."
value = "The value."
speaks_of = "Path of the module it speaks of, (model) for the whole."
verdict = "agrees, contradicts, or unchecked where shapes show neither."
---*/
MATCH (s:Setting {name: $setting})
MATCH (m:Model {settings: s.settings})
RETURN m.name AS model, s.name AS name, s.value AS value, CASE WHEN s.path = '' THEN '(model)' ELSE s.path END AS speaks_of, s.verdict AS verdict
ORDER BY model, speaks_of, value, verdict
