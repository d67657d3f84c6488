/*---
id = "vae-stages"
title = "Which stages do the encoder and decoder of the VAE have?"
rank = 49
topic = "VAE and latents"
aliases = [
  "encoder blocks of the vae",
  "decoder blocks",
  "stages of the vae",
  "vae architecture",
  "channels of the vae stages",
  "how is the vae built",
  "what does the vae look like",
]
identity = ["speaks_of", "part", "name", "value", "stated_at"]

[answer]
some = "{each}."
each = "{name} {value} in {speaks_of}"
none = "No stage is known: there are no numbered blocks, and no configuration states any."

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
  MATCH (mine:Model {name: $model}) WITH mine MATCH (s:Setting {settings: mine.settings}) WHERE s.name IN ['encoder_blocks', 'decoder_blocks', 'stage_channels', 'channel_multipliers', 'stage_depths', 'stage_kernels', 'upsampling', 'dimensions']
  RETURN CASE WHEN s.path = '' THEN '(model)' ELSE s.path END AS speaks_of, s.part AS part, s.name AS name, s.value AS value,
         s.verdict AS verdict, s.shapes_show AS shapes_show, CASE WHEN s.stated_at = '' THEN null ELSE s.stated_at END AS stated_at
  UNION ALL
  MATCH (mine:Model {name: $model}) WITH mine MATCH (b:Stack {structure: mine.structure})
  WHERE mine.role CONTAINS 'vae' OR b.component CONTAINS 'vae' OR COUNT { MATCH (c:Component {structure: mine.structure}) WHERE c.role CONTAINS 'vae' } = 0
  RETURN b.path AS speaks_of, '' AS part, 'blocks' AS name, toString(b.stack_depth) AS value, 'agrees' AS verdict,
         toString(b.stack_depth) AS shapes_show, null AS stated_at
}
RETURN speaks_of, part, name, value, verdict, shapes_show, stated_at
ORDER BY size(speaks_of), speaks_of, part, name, value, stated_at
