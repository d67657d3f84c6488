/*---
id = "contradictions"
title = "What does the configuration state that the shapes contradict?"
rank = 41
topic = "configuration"
aliases = [
  "what contradicts the shapes",
  "is the config right",
  "does the configuration match the weights",
  "mismatch between config and tensors",
  "contradictions",
  "wrong settings",
  "conflicts between config and checkpoint",
  "inconsistencies",
]
identity = ["speaks_of", "part", "name", "value", "stated_at"]

[answer]
some = "{rows} contradicted: {each}."
each = "{name} is stated as {value}, and the shapes show {shapes_show}"
none = "None: no statement of a configuration is contradicted by the shapes."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
speaks_of = "Path of the module it speaks of, (model) for the whole."
part = "Words of the key that name a part or stream; empty for none."
name = "What is stated, in one word for all configurations."
value = "The value."
verdict = "agrees, contradicts, or unchecked where shapes show neither."
shapes_show = "What the shapes show, null where they show nothing."
stated_at = "Where it is written; null where only shapes show it."
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (s:Setting {settings: mine.settings}) WHERE s.verdict = 'contradicts'
RETURN CASE WHEN s.path = '' THEN '(model)' ELSE s.path END AS speaks_of, s.part AS part, s.name AS name, s.value AS value,
       s.verdict AS verdict, s.shapes_show AS shapes_show, CASE WHEN s.stated_at = '' THEN null ELSE s.stated_at END AS stated_at
ORDER BY size(s.path), speaks_of, part, name, value, stated_at
