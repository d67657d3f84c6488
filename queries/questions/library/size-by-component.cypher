/*---
id = "size-by-component"
title = "How large is each component?"
about = """
Each tensor is counted once, in the innermost component around it, so the rows add up to the model. `(root)` is what
lies in no component."""
rank = 15
topic = "components and size"
aliases = [
  "size by component",
  "which part is largest",
  "how big is the vae",
  "parameters per component",
  "bytes per component",
  "model size",
  "where are the parameters",
  "which component is the heaviest",
  "which part is the largest",
  "size of the decoder in mb",
  "weights of the encoder alone",
  "how large is the vocoder",
  "share of each part",
]
identity = ["component"]
empty = "the header lists no tensor"

[answer]
some = "{each}."
each = "{component} {params} parameters, {bytes} ({share})"
most = 8

[params.model]
type = "model"
doc = "The model asked about."

[columns]
component = "Path of the component, (root) for what is in none."
inside = "Path of the component around it, null for an outer one."
role = { doc = "What it is for.", unknown = true }
tensors = "Tensors in it, those of components inside it left out."
params = { doc = "Parameters of them.", show = "count" }
bytes = { doc = "Bytes of them.", show = "bytes" }
share = { doc = "Part of the model's bytes.", show = "share" }
with_inner = { doc = "Parameters with those of the components inside it.", show = "count" }
---*/
MATCH (m:Model {name: $model}) WITH m
OPTIONAL MATCH (c:Component {structure: m.structure})
OPTIONAL MATCH (o:Component {structure: m.structure}) WHERE c.path STARTS WITH o.path + '.'
WITH m, c, o ORDER BY size(o.path) DESC
WITH m, c, head(collect(o.path)) AS inside
WITH m, collect(CASE WHEN c IS NOT NULL THEN {component: c.path, inside: inside, role: c.role,
     tensors: c.n_tensors, params: c.n_params, bytes: c.n_bytes} END) AS parts
WITH m, parts, COUNT { MATCH (s:Stack {structure: m.structure}) WHERE s.component IS NULL } AS stacks
WITH m, parts, size(parts) = 0 OR stacks > 0 AS whole
WITH m, parts, parts + [{component: '(root)', role: CASE WHEN whole THEN m.role END,
     tensors: m.n_tensors, params: m.n_params, bytes: m.n_bytes}] AS listed
UNWIND listed AS p
WITH m, p, [x IN parts WHERE coalesce(x.inside, '(root)') = p.component] AS inner
WITH m, p, p.tensors - reduce(n = 0, x IN inner | n + x.tensors) AS tensors,
     p.params - reduce(n = 0, x IN inner | n + x.params) AS params, p.bytes - reduce(n = 0, x IN inner | n + x.bytes) AS bytes
WHERE tensors > 0 OR p.component <> '(root)'
RETURN p.component AS component, p.inside AS inside, p.role AS role, tensors, params, bytes,
       CASE WHEN m.n_bytes = 0 THEN null ELSE toFloat(bytes) / m.n_bytes END AS share,
       CASE WHEN p.component = '(root)' THEN params ELSE p.params END AS with_inner
ORDER BY params DESC, component
