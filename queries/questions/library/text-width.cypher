/*---
id = "text-width"
title = "How wide is the text the model is conditioned on?"
rank = 52
topic = "text conditioning"
aliases = [
  "caption width",
  "width of the text embeddings",
  "text embedding dimension",
  "dimension of the captions",
  "cross attention dim",
  "what text encoder width",
  "caption channels",
  "how wide is the prompt embedding",
  "how wide must the text embeddings be",
  "width of the text at the input",
]
identity = ["speaks_of", "part", "name", "value", "stated_at"]

[answer]
some = "As stated: {each}."
each = "{name} {value}[ ({part})]"
none = "Unknown: no configuration states it; `archkb ask text-path` follows the text by the shapes."

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
MATCH (mine:Model {name: $model}) WITH mine MATCH (s:Setting {settings: mine.settings}) WHERE s.topic = 'text'
RETURN CASE WHEN s.path = '' THEN '(model)' ELSE s.path END AS speaks_of, s.part AS part, s.name AS name, s.value AS value,
       s.verdict AS verdict, s.shapes_show AS shapes_show, CASE WHEN s.stated_at = '' THEN null ELSE s.stated_at END AS stated_at
ORDER BY size(s.path), speaks_of, part, name, value, stated_at
