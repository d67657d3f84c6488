/*---
id = "size-settings"
title = "Which sizes does the configuration state, and are they right?"
rank = 54
topic = "configuration"
aliases = [
  "stated sizes",
  "does the hidden size match",
  "configured width and depth",
  "number of layers in the config",
  "are the stated sizes right",
  "heads in the config",
]
identity = ["speaks_of", "part", "name", "value", "stated_at"]

[answer]
some = "{rows} sizes are stated: {each}."
each = "{name} {value} ({verdict})"
none = "Unknown: no configuration states a size; the shapes do, `archkb ask stacks` and `archkb ask heads`."

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
MATCH (mine:Model {name: $model}) WITH mine MATCH (s:Setting {settings: mine.settings}) WHERE s.topic IN ['size', 'attention', 'experts']
RETURN CASE WHEN s.path = '' THEN '(model)' ELSE s.path END AS speaks_of, s.part AS part, s.name AS name, s.value AS value,
       s.verdict AS verdict, s.shapes_show AS shapes_show, CASE WHEN s.stated_at = '' THEN null ELSE s.stated_at END AS stated_at
ORDER BY size(s.path), speaks_of, part, name, value, stated_at
