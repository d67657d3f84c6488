/*---
id = "audio-settings"
title = "How is sound represented?"
rank = 53
topic = "VAE and latents"
aliases = [
  "sampling rate",
  "mel bins",
  "audio sample rate",
  "is the audio stereo",
  "spectrogram settings",
  "hop length",
  "how is audio represented",
  "which sample rate",
  "output sample rate",
  "sample rate of the output",
]
identity = ["speaks_of", "part", "name", "value", "stated_at"]

[answer]
some = "As stated: {each}."
each = "{name} {value} in {speaks_of}"
none = "Unknown: no configuration states how sound is represented."

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
MATCH (mine:Model {name: $model}) WITH mine MATCH (s:Setting {settings: mine.settings}) WHERE s.topic = 'audio'
RETURN CASE WHEN s.path = '' THEN '(model)' ELSE s.path END AS speaks_of, s.part AS part, s.name AS name, s.value AS value,
       s.verdict AS verdict, s.shapes_show AS shapes_show, CASE WHEN s.stated_at = '' THEN null ELSE s.stated_at END AS stated_at
ORDER BY size(s.path), speaks_of, part, name, value, stated_at
