/*---
id = "vae-latents"
title = "How many latent channels do the VAEs have?"
rank = 16
topic = "components and size"
aliases = [
  "vae latents",
  "latent channels",
  "vae latent space",
  "how many channels has the latent",
  "autoencoder latent size",
  "latent dimension",
  "width of the latent",
]
identity = ["component"]
empty = "no component is known to be half of a VAE"

[answer]
some = "{each}."
each = "{latent_channels} latent channels in {component}"
none = "None: no component is known to be half of a VAE."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
component = "Path of the encoder or decoder."
role = { doc = "What it is for.", unknown = true }
latent_channels = { doc = "Channels of the latent it writes or reads.", unknown = true }
basis = "What the number is known by."
evidence = "What was seen, or why there is no number."
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (c:Component {structure: mine.structure})
WHERE c.latent_channels IS NOT NULL OR c.latent_channels_detail IS NOT NULL OR c.role CONTAINS 'vae'
RETURN c.path AS component, c.role AS role, c.latent_channels AS latent_channels, c.latent_channels_basis AS basis, c.latent_channels_detail AS evidence
ORDER BY component
