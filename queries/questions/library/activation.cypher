/*---
id = "activation"
title = "Which activation functions are used?"
rank = 45
topic = "feed-forward and experts"
aliases = [
  "activation function",
  "which activation",
  "is it gelu or silu",
  "nonlinearity of the mlp",
  "does it use swiglu",
  "what activation does the feed-forward use",
  "gelu approximate",
  "relu",
]
identity = ["speaks_of", "part", "name", "value", "stated_at"]

[answer]
some = "As stated: {each}."
each = "{value} in {speaks_of}"
none = "Unknown: an activation has no tensor, and no configuration states one; `archkb ask feed-forward` says which feed-forwards are gated."

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
MATCH (mine:Model {name: $model}) WITH mine MATCH (s:Setting {settings: mine.settings}) WHERE s.topic = 'activation'
RETURN CASE WHEN s.path = '' THEN '(model)' ELSE s.path END AS speaks_of, s.part AS part, s.name AS name, s.value AS value,
       s.verdict AS verdict, s.shapes_show AS shapes_show, CASE WHEN s.stated_at = '' THEN null ELSE s.stated_at END AS stated_at
ORDER BY size(s.path), speaks_of, part, name, value, stated_at
