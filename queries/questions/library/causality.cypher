/*---
id = "causality"
title = "What is causal?"
rank = 44
topic = "position and time"
aliases = [
  "is attention causal",
  "is the model causal",
  "is the VAE causal",
  "causal convolutions",
  "is there a causal mask",
  "does it look into the future",
  "autoregressive or bidirectional",
  "causal masking",
  "is it a causal vae",
  "does it see the future",
]
identity = ["speaks_of", "part", "name", "value", "stated_at"]

[answer]
some = "As stated: {each}."
each = "{name} {value} for {speaks_of}"
none = "Unknown: a mask is no tensor, and no configuration states one; a config.json would tell."

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
MATCH (mine:Model {name: $model}) WITH mine MATCH (s:Setting {settings: mine.settings}) WHERE s.name IN ['causal_positions', 'causal_attention', 'causal_decoder', 'causality_axis', 'causal_padding', 'causal']
RETURN CASE WHEN s.path = '' THEN '(model)' ELSE s.path END AS speaks_of, s.part AS part, s.name AS name, s.value AS value,
       s.verdict AS verdict, s.shapes_show AS shapes_show, CASE WHEN s.stated_at = '' THEN null ELSE s.stated_at END AS stated_at
ORDER BY size(s.path), speaks_of, part, name, value, stated_at
