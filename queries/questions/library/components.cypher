/*---
id = "components"
title = "Which components does the model have, and what are they for?"
about = """
`(root)` is what lies in no component: the model itself where its stack of blocks is there, else what lies beside the
components. `size-by-component` has the sizes."""
rank = 14
topic = "components and size"
total = { noun = "component", of = "" }
aliases = [
  "components",
  "parts of the model",
  "what parts does the checkpoint have",
  "what is in the checkpoint",
  "which parts does it have",
  "what does the file contain",
  "subsystems",
]
identity = ["component"]
empty = "the header lists no tensor"

[answer]
some = "{total}: {each}."
each = "{component}, role {role}"
most = 10

[params.model]
type = "model"
doc = "The model asked about."

[columns]
component = "Path of the component, (root) for what is in none."
inside = "Path of the component around it, null for an outer one."
role = { doc = "diffusion_transformer, vae_encoder, vocoder ...", unknown = true }
basis = "What the role is known by."
confidence = { doc = "Measured precision of the rule, null where it was never measured or nothing is known.", show = "confidence" }
evidence = "What was seen."
---*/
MATCH (m:Model {name: $model}) WITH m
OPTIONAL MATCH (c:Component {structure: m.structure})
OPTIONAL MATCH (o:Component {structure: m.structure}) WHERE c.path STARTS WITH o.path + '.'
WITH m, c, o ORDER BY size(o.path) DESC
WITH m, c, head(collect(o.path)) AS inside
WITH m, collect(CASE WHEN c IS NOT NULL THEN {component: c.path, inside: inside, role: c.role, rule: c.role_rule, basis: c.role_basis,
     confidence: c.role_confidence, evidence: c.role_detail, tensors: c.n_tensors, params: c.n_params} END) AS parts
WITH m, parts, COUNT { MATCH (s:Stack {structure: m.structure}) WHERE s.component IS NULL } AS stacks
WITH m, parts, size(parts) = 0 OR stacks > 0 AS whole
WITH m, parts, whole, reduce(n = 0, x IN parts | CASE WHEN x.inside IS NULL THEN n + x.params ELSE n END) AS held
WITH m, parts, CASE WHEN whole
     THEN {component: '(root)', role: m.role, rule: m.role_rule, basis: m.role_basis, confidence: m.role_confidence, evidence: m.role_detail, params: m.n_params - held}
     ELSE {component: '(root)', evidence: 'it lies beside the components', params: m.n_params - held} END AS rest,
     m.n_tensors - reduce(held = 0, x IN parts | CASE WHEN x.inside IS NULL THEN held + x.tensors ELSE held END) AS loose
UNWIND CASE WHEN loose > 0 THEN parts + [rest] ELSE parts END AS p
OPTIONAL MATCH (r:Rule {uid: p.rule})
RETURN p.component AS component, p.inside AS inside, p.role AS role, p.basis AS basis,
       CASE WHEN p.confidence = 0.5 AND r.precision IS NULL THEN null ELSE p.confidence END AS confidence,
       p.evidence AS evidence
ORDER BY p.params DESC, component
