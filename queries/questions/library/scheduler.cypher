/*---
id = "scheduler"
title = "Which scheduler goes with the model?"
rank = 50
topic = "training"
aliases = [
  "which scheduler",
  "noise schedule",
  "is it flow matching",
  "rectified flow",
  "how many diffusion steps",
  "sampler",
  "prediction type",
  "epsilon or v prediction",
  "timesteps of the scheduler",
  "ddpm or flow",
  "which sampler does it expect",
  "what sampler",
  "diffusion schedule or flow matching",
  "which noise schedule",
]
identity = ["speaks_of", "part", "name", "value", "stated_at"]

[answer]
some = "As stated: {each}."
each = "{name} {value}"
none = "Unknown: the header states no scheduler, which lives outside the network; a scheduler_config.json would tell."

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
MATCH (mine:Model {name: $model}) WITH mine MATCH (s:Setting {settings: mine.settings}) WHERE s.topic = 'scheduler'
RETURN CASE WHEN s.path = '' THEN '(model)' ELSE s.path END AS speaks_of, s.part AS part, s.name AS name, s.value AS value,
       s.verdict AS verdict, s.shapes_show AS shapes_show, CASE WHEN s.stated_at = '' THEN null ELSE s.stated_at END AS stated_at
ORDER BY size(s.path), speaks_of, part, name, value, stated_at
