/*---
id = "norm-settings"
title = "Which norm is used, with which epsilon?"
rank = 46
topic = "norms and modulation"
aliases = [
  "norm epsilon",
  "layer norm eps",
  "rms norm or layer norm",
  "type of the norms",
  "is the norm affine",
  "group norm groups",
  "eps of the norms",
]
identity = ["speaks_of", "part", "name", "value", "stated_at"]

[answer]
some = "As stated: {each}."
each = "{name} {value} in {speaks_of}"
none = "Unknown: no configuration states it; `archkb ask norms` lists norms that have parameters."

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
MATCH (mine:Model {name: $model}) WITH mine MATCH (s:Setting {settings: mine.settings}) WHERE s.topic = 'norm'
RETURN CASE WHEN s.path = '' THEN '(model)' ELSE s.path END AS speaks_of, s.part AS part, s.name AS name, s.value AS value,
       s.verdict AS verdict, s.shapes_show AS shapes_show, CASE WHEN s.stated_at = '' THEN null ELSE s.stated_at END AS stated_at
ORDER BY size(s.path), speaks_of, part, name, value, stated_at
