/*---
id = "patch-size"
title = "How large is a patch?"
rank = 47
topic = "VAE and latents"
aliases = [
  "patch size",
  "what is the patch size",
  "how large are patches",
  "how many pixels per patch",
  "patchify",
  "size of a token",
  "tubelet size",
  "pixels per token",
]
identity = ["speaks_of", "part", "name", "value", "stated_at"]

[answer]
some = "{each}."
each = "{name} {value} in {speaks_of}[ (the shapes: {shapes_show})]"
none = "Unknown: no configuration states a patch, and no convolution is named for one; `archkb ask inputs-and-outputs` has the layers that read the input."

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
  MATCH (mine:Model {name: $model}) WITH mine MATCH (s:Setting {settings: mine.settings}) WHERE s.topic = 'patch' AND s.name <> 'image_size'
  RETURN CASE WHEN s.path = '' THEN '(model)' ELSE s.path END AS speaks_of, s.part AS part, s.name AS name, s.value AS value,
         s.verdict AS verdict, s.shapes_show AS shapes_show, CASE WHEN s.stated_at = '' THEN null ELSE s.stated_at END AS stated_at
  UNION ALL
  MATCH (mine:Model {name: $model}) WITH mine MATCH (m:Conv {structure: mine.structure})
  WHERE m.kernel[0] > 1 AND m.path =~ '(?i)(.*[._])?(patch|patches|patchify|to_patch)[a-z_]*([.].*)?'
  RETURN m.pattern AS speaks_of, '' AS part, 'kernel of the convolution that reads it' AS name, reduce(s = '', k IN m.kernel | CASE WHEN s = '' THEN toString(k) ELSE s + ' x ' + toString(k) END) AS value,
         'agrees' AS verdict, 'reads ' + toString(m.in_channels) + ' channels' AS shapes_show, null AS stated_at
}
WITH speaks_of, part, name, value, verdict, shapes_show, stated_at
RETURN speaks_of, part, name, value, verdict, shapes_show, stated_at
ORDER BY size(speaks_of), speaks_of, part, name, value, stated_at
