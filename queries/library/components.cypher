/*---
id = "components"
title = "Which components does the model have, and what are they for?"
rank = 14
topic = "components and size"
total = { noun = "component", of = "" }
aliases = [
  "components",
  "parts of the model",
  "what is in the checkpoint",
  "which parts does it have",
  "what does the file contain",
  "subsystems",
]
identity = ["component"]
empty = "the model is one part; `archkb ask model-summary` has its role"

[params.model]
type = "model"
doc = "The model asked about."

[columns]
component = "Path of the component."
role = { doc = "diffusion_transformer, vae_encoder, vocoder ...", unknown = true }
basis = "What the role is known by."
confidence = { doc = "Measured precision of the rule, null where it was never measured.", show = "confidence" }
evidence = "What was seen."
---*/
MATCH (c:Component {model: $model})
OPTIONAL MATCH (r:Rule {uid: c.role_rule})
RETURN c.path AS component, c.role AS role, c.role_basis AS basis,
       CASE WHEN c.role_confidence = 0.5 AND r.precision IS NULL THEN null ELSE c.role_confidence END AS confidence,
       c.role_detail AS evidence
ORDER BY c.n_params DESC, component
