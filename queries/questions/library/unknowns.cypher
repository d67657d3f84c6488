/*---
id = "unknowns"
title = "What is not known about the model, and why?"
rank = 27
topic = "evidence"
total = { noun = "unknown", by = "property" }
aliases = [
  "unknowns",
  "what is unknown",
  "what could not be determined",
  "missing facts",
  "what is not known and why",
  "uncertain facts",
  "what do we not know",
  "what can you not tell",
  "what is missing",
  "what could the header not tell",
]
identity = ["property", "why"]
empty = "every inferred property has a value, and of every stream it is known what writes it"

[answer]
none = "Nothing that archkb infers is unknown here. No header tells loss, data or quality; `archkb ask configuration` says what is stated."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
property = "The property that is null; `stream source` is the module that writes a stream."
count = "Modules or streams in the row."
subjects = { doc = "What it is unknown of, the nearest to the root first: paths, numbers as {i}, or the model.", show = "some" }
why = { doc = "Why nothing proves a value.", unknown = true }
---*/
CALL {
  MATCH (mine:Model {name: $model}) WITH mine MATCH (a:Attention {structure: mine.structure})
  UNWIND [{property: 'attends', known: a.attends IS NOT NULL, why: a.attends_detail},
          {property: 'heads', known: a.heads IS NOT NULL, why: a.heads_detail},
          {property: 'kv_heads', known: a.kv_heads IS NOT NULL, why: a.kv_heads_detail},
          {property: 'head_dim', known: a.head_dim IS NOT NULL, why: a.head_dim_detail},
          {property: 'gqa', known: a.gqa IS NOT NULL OR a.gqa_detail IS NULL, why: a.gqa_detail},
          {property: 'qk_norm', known: a.qk_norm IS NOT NULL, why: a.qk_norm_detail}] AS f
  WITH a, f WHERE NOT f.known
  RETURN a.pattern AS subject, a.path AS path, f.property AS property, f.why AS why
  UNION ALL
  MATCH (mine:Model {name: $model}) WITH mine MATCH (m:FeedForward {structure: mine.structure}) WHERE m.form IS NULL
  RETURN m.pattern AS subject, m.path AS path, 'form' AS property, m.form_detail AS why
  UNION ALL
  MATCH (mine:Model {name: $model}) WITH mine MATCH (c:Component {structure: mine.structure}) WHERE c.role IS NULL
  RETURN c.path AS subject, c.path AS path, 'role' AS property, c.role_detail AS why
  UNION ALL
  MATCH (mine:Model {name: $model}) WITH mine MATCH (c:Component {structure: mine.structure}) WHERE c.latent_channels IS NULL AND c.latent_channels_detail IS NOT NULL
  RETURN c.path AS subject, c.path AS path, 'latent_channels' AS property, c.latent_channels_detail AS why
  UNION ALL
  MATCH (mine:Model {name: $model}) WITH mine MATCH (s:Stream {structure: mine.structure}) WHERE s.name IS NULL
  RETURN s.scope AS subject, s.scope AS path, 'stream name' AS property, s.name_detail AS why
  UNION ALL
  MATCH (mine:Model {name: $model}) WITH mine MATCH (s:Stream {structure: mine.structure}) WHERE s.source IS NULL
  WITH s, COUNT { MATCH (s)<-[:QUERIES]-(q:Attention) } AS asked, COUNT { MATCH (s)<-[:ATTENDS_TO]-(k:Attention) } AS read
  RETURN CASE WHEN s.scope = '' OR asked > 0 OR read = 0 THEN '(model)' ELSE s.scope END AS subject, s.scope AS path, 'stream source' AS property,
         CASE WHEN asked = 0 AND read > 0
              THEN 'no projection outside the blocks is named for a condition and writes its width'
              ELSE 'it is what blocks add to: a header does not say which layer in front of them writes it first' END AS why
  UNION ALL
  MATCH (mine:Model {name: $model}) WITH mine MATCH (k:Module {structure: mine.structure}) WHERE k.kind IS NULL OR k.kind = 'Other'
  RETURN k.pattern AS subject, k.path AS path, 'kind' AS property, k.kind_detail AS why
  UNION ALL
  MATCH (o:Model {name: $model}) WHERE o.role IS NULL
  RETURN '(model)' AS subject, '' AS path, 'role' AS property, o.role_detail AS why
}
WITH subject, property, why, path ORDER BY size(path), path
WITH property, why, count(*) AS count, collect(DISTINCT subject) AS subjects
RETURN property, count, subjects, why
ORDER BY count DESC, property, why
