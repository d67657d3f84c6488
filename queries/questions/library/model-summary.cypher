/*---
id = "model-summary"
title = "What is this model, in one row?"
rank = 25
topic = "components and size"
aliases = [
  "summary",
  "model summary",
  "overview",
  "what is this model",
  "describe the model",
  "tell me about the model",
  "what kind of model is this",
  "what sort of model is it",
  "is it a dit",
  "what type of network is it",
  "is it a language model",
  "is it a diffusion model",
]
identity = ["model"]

[answer]
some = "{each}."
each = "{model}: {role}, {params} parameters in {tensors} tensors ({bytes}), {attentions} attentions, {cross} of them cross, {feed_forwards} feed-forwards"
none = "There is no such model."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
model = "Name in the store."
family = "Family, where one is named."
role = { doc = "What it is for.", unknown = true }
tensors = "Tensors."
params = { doc = "Stored parameters.", show = "count" }
bytes = { doc = "Stored bytes.", show = "bytes" }
dtypes = "dtypes, most tensors first."
components = "Components."
stacks = "Stacks."
attentions = "Attention modules."
cross = "Cross-attentions among them."
feed_forwards = "Feed-forwards."
why = "What its role is known by."
---*/
MATCH (m:Model {name: $model})
OPTIONAL MATCH (b:Module {structure: m.structure})-[r:RESIDUAL]->(l:Linear) WHERE r.form_rule IN ['residual.feed_forward', 'residual.conv_mlp']
WITH m, b, r.order AS step, count(l) AS maps, min(l.in_features) AS narrow, max(l.in_features) AS wide
WITH m, sum(CASE WHEN maps > 1 AND wide > narrow THEN 1 ELSE 0 END) AS inline
RETURN m.name AS model, m.family AS family, m.role AS role, m.n_tensors AS tensors, m.n_params AS params, m.n_bytes AS bytes, m.dtypes AS dtypes,
       COUNT { MATCH (c:Component {structure: m.structure}) } AS components,
       COUNT { MATCH (s:Stack {structure: m.structure}) } AS stacks,
       COUNT { MATCH (a:Attention {structure: m.structure}) } AS attentions,
       COUNT { MATCH (x:Attention {structure: m.structure}) WHERE x.attends = 'cross' } AS cross,
       COUNT { MATCH (f:FeedForward {structure: m.structure}) } + inline AS feed_forwards,
       m.role_detail AS why
ORDER BY model
