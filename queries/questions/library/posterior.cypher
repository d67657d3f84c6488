/*---
id = "posterior"
title = "Does the encoder of a VAE write a mean and a variance?"
about = """
Told by how many channels the last layer of an encoder writes for each of the latent: twice as many are a mean and a
log-variance of each, one more is a log-variance for all, as many are no variance. The last layer is known by its name
(out, latent, quant, moments, mean, var), its meaning by its rows."""
rank = 99
topic = "VAE and latents"
aliases = [
  "posterior of the vae",
  "mean and variance of the encoder",
  "log-variance of the latent",
  "does the encoder predict a variance",
  "logvar per channel or one for all",
  "diagonal gaussian or deterministic",
  "is double_z set",
]
identity = ["encoder", "layer", "setting", "value", "stated_at"]

[answer]
some = "{each}."
each = "[{layer} writes {writes} for a latent of {latent_channels}: {posterior}][{setting} {value} is stated of {encoder}]"
none = "Unknown: no encoder of a VAE has a known latent and a layer named as its last, and no configuration states it."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
encoder = "Path of the encoder, or of the module a setting speaks of."
layer = "Path of its last layer, null for a setting."
writes = "Channels the layer writes."
latent_channels = "Channels of the latent."
posterior = "What the channels have room for."
setting = "What is stated, null for a layer."
value = "The value."
stated_at = "Where it is written; null for a layer."
---*/
CALL {
  MATCH (mine:Model {name: $model}) WITH mine
  MATCH (c:Component {structure: mine.structure}) WHERE c.role = 'vae_encoder' AND c.latent_channels IS NOT NULL
  MATCH (m:Module {structure: mine.structure}) WHERE m:Conv OR m:Linear
  WITH c, m, substring(c.path, 0, size(c.path) - size(last(split(c.path, '.')))) AS beside
  WITH c, m, beside, CASE WHEN m.path STARTS WITH c.path + '.' THEN split(substring(m.path, size(c.path) + 1), '.')[0]
                          WHEN m.path STARTS WITH beside THEN split(substring(m.path, size(beside)), '.')[0] END AS part
  WHERE part =~ '(?i).*(quant|moment|mu$|mean|logvar|log_var|fc_var).*' AND NOT part =~ '(?i).*(post|dequant|quantizer|per_channel|norm).*'
     OR m.path STARTS WITH c.path + '.' AND part =~ '(?i)(.*_)?(out|latent|latents|final|last)(_.*)?' AND NOT part =~ '(?i).*(norm|attn|act).*'
  WITH c, m, part, CASE WHEN m:Conv THEN m.out_channels ELSE m.out_features END AS writes
  RETURN c.path AS encoder, m.path AS layer, writes, c.latent_channels AS latent_channels,
         CASE WHEN part =~ '(?i).*(logvar|log_var|fc_var).*' THEN 'the log-variance, by its name' WHEN part =~ '(?i).*(mu|mean)$' THEN 'the mean, by its name'
              WHEN writes = 2 * c.latent_channels THEN 'a mean and a log-variance of each channel'
              WHEN writes = c.latent_channels + 1 THEN 'a mean of each channel and one log-variance for all'
              WHEN writes = c.latent_channels THEN 'one value a channel, no variance' ELSE 'neither once nor twice the latent, so unknown' END AS posterior,
         null AS setting, null AS value, null AS stated_at
  UNION ALL
  MATCH (mine:Model {name: $model}) WITH mine MATCH (s:Setting {settings: mine.settings})
  WHERE s.name =~ '(double_z|.*log_?var.*|variational|deterministic|use_variational|sample_posterior)'
  RETURN CASE WHEN s.path = '' THEN '(model)' ELSE s.path END AS encoder, null AS layer, null AS writes, null AS latent_channels, null AS posterior,
         s.name AS setting, s.value AS value, s.stated_at AS stated_at
}
WITH encoder, layer, writes, latent_channels, posterior, setting, value, stated_at, CASE WHEN setting IS NULL THEN 0 ELSE 1 END AS stated
RETURN encoder, layer, writes, latent_channels, posterior, setting, value, stated_at
ORDER BY stated, encoder, layer, setting, value, stated_at
