/*---
id = "compression"
title = "How much does the VAE compress, in space and time?"
rank = 48
topic = "VAE and latents"
aliases = [
  "compression of the vae",
  "spatial compression ratio",
  "temporal compression",
  "how many pixels does a latent cell span",
  "downsampling factor of the vae",
  "vae compression",
  "latent resolution",
  "how much does the autoencoder downsample",
  "compression factor",
  "by how much does the vae shrink a picture",
  "how much smaller is the latent",
]
identity = ["speaks_of", "part", "name", "value", "stated_at"]

[answer]
some = "{each}."
each = "{name} {value} in {speaks_of}"
none = "Unknown: no configuration states it and no widths show it; strided convolutions leave no trace in shapes."

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
MATCH (mine:Model {name: $model}) WITH mine MATCH (s:Setting {settings: mine.settings}) WHERE s.name IN ['compression_space', 'compression_time', 'latent_channels', 'upsampling', 'scaling_factor', 'shift_factor']
RETURN CASE WHEN s.path = '' THEN '(model)' ELSE s.path END AS speaks_of, s.part AS part, s.name AS name, s.value AS value,
       s.verdict AS verdict, s.shapes_show AS shapes_show, CASE WHEN s.stated_at = '' THEN null ELSE s.stated_at END AS stated_at
ORDER BY size(s.path), speaks_of, part, name, value, stated_at
