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
  "vae stride",
  "stride of the vae",
  "how strongly is time compressed",
  "temporal compression factor",
  "spatial compression factor",
  "downsampling of the latent",
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
CALL {
  MATCH (mine:Model {name: $model}) WITH mine MATCH (s:Setting {settings: mine.settings}) WHERE s.name IN ['compression_space', 'compression_time', 'latent_channels', 'upsampling', 'scaling_factor', 'shift_factor']
  RETURN CASE WHEN s.path = '' THEN '(model)' ELSE s.path END AS speaks_of, s.part AS part, s.name AS name, s.value AS value,
         s.verdict AS verdict, s.shapes_show AS shapes_show, CASE WHEN s.stated_at = '' THEN null ELSE s.stated_at END AS stated_at
  UNION ALL
  MATCH (mine:Model {name: $model}) WITH mine MATCH (c:Component {structure: mine.structure})
  WHERE c.role = 'vae_encoder' AND NOT EXISTS { MATCH (t:Setting {settings: mine.settings}) WHERE t.name = 'compression_time' }
  RETURN c.path AS speaks_of, '' AS part, 'compression_time' AS name, 'unknown (a stride leaves no trace in shapes)' AS value,
         'unchecked' AS verdict, null AS shapes_show, null AS stated_at
}
WITH speaks_of, part, name, value, verdict, shapes_show, stated_at
RETURN speaks_of, part, name, value, verdict, shapes_show, stated_at
ORDER BY size(speaks_of), speaks_of, part, name, value, stated_at
