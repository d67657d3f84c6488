/*---
id = "image-conditioning"
title = "Is there an image or keyframe condition?"
rank = 86
topic = "components and size"
aliases = [
  "image conditioning",
  "is there an image encoder",
  "keyframe conditioning",
  "reference image",
  "vision tower",
  "image to video",
]
identity = ["part", "kind"]
empty = "None: no module is named for an image, a keyframe or a reference; an image may still come in as latents"

[answer]
some = "Yes: {each}."
each = "{part} ({params} parameters)"
most = 3
none = "None: no module is named for an image, a keyframe or a reference; an image may still come in as latents."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
part = "Path, numbers as {i}."
kind = { doc = "What it is.", unknown = true }
role = "What a component is for, null for what is none."
count = "How many there are in the row."
params = { doc = "Parameters.", show = "count" }
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (m:Module {structure: mine.structure}) WHERE m.name =~ '(?i)(.*[^a-z])?(image|img|vision|visual|clip_vision|keyframe|keyframes|reference|ref|ip_adapter)([^a-z].*)?' AND NOT m:Attention
WITH m ORDER BY size(m.path), m.path
WITH m.pattern AS part, m.kind AS kind, count(*) AS count, max(m.n_params) AS params, min(m.role) AS role
RETURN part, kind, role, count, params
ORDER BY params DESC, part, kind
