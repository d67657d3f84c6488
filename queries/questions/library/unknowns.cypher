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
about = """What archkb infers and could not here, then what no header holds: of the latter only what no configuration
states of this model is listed."""

[answer]
some = "Not known: {each}."
each = "{property}"
most = 16
none = "None: what no header holds is unknown of every model of the store."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
property = "The property that is null; `stream source` is the module that writes a stream."
count = "Modules or streams in the row."
subjects = { doc = "What it is unknown of, the nearest to the root first: paths, numbers as {i}, or the model.", show = "some" }
why = { doc = "Why nothing proves a value.", unknown = true }
would_tell = "What would tell."
---*/
CALL {
  MATCH (mine:Model {name: $model}) WITH mine MATCH (a:Attention {structure: mine.structure})
  UNWIND [{property: 'attends', known: a.attends IS NOT NULL, why: a.attends_detail, tells: 'the code that calls the module'},
          {property: 'heads', known: a.heads IS NOT NULL, why: a.heads_detail, tells: 'a config.json, by `archkb ingest FILE --config JSON`'},
          {property: 'kv_heads', known: a.kv_heads IS NOT NULL, why: a.kv_heads_detail, tells: 'a config.json, by `archkb ingest FILE --config JSON`'},
          {property: 'head_dim', known: a.head_dim IS NOT NULL, why: a.head_dim_detail, tells: 'a config.json, by `archkb ingest FILE --config JSON`'},
          {property: 'gqa', known: a.gqa IS NOT NULL OR a.gqa_detail IS NULL, why: a.gqa_detail, tells: 'a config.json, by `archkb ingest FILE --config JSON`'},
          {property: 'qk_norm', known: a.qk_norm IS NOT NULL, why: a.qk_norm_detail, tells: 'the code of the attention'}] AS f
  WITH a, f WHERE NOT f.known
  RETURN 0 AS rank, a.pattern AS subject, a.path AS path, f.property AS property, f.why AS why, f.tells AS tells
  UNION ALL
  MATCH (mine:Model {name: $model}) WITH mine MATCH (m:FeedForward {structure: mine.structure}) WHERE m.form IS NULL
  RETURN 0 AS rank, m.pattern AS subject, m.path AS path, 'form' AS property, m.form_detail AS why, 'the code of the feed-forward' AS tells
  UNION ALL
  MATCH (mine:Model {name: $model}) WITH mine MATCH (c:Component {structure: mine.structure}) WHERE c.role IS NULL
  RETURN 0 AS rank, c.path AS subject, c.path AS path, 'role' AS property, c.role_detail AS why, 'a config.json with its class, or the model card' AS tells
  UNION ALL
  MATCH (mine:Model {name: $model}) WITH mine MATCH (c:Component {structure: mine.structure}) WHERE c.latent_channels IS NULL AND c.latent_channels_detail IS NOT NULL
  RETURN 0 AS rank, c.path AS subject, c.path AS path, 'latent_channels' AS property, c.latent_channels_detail AS why, 'a config.json, by `archkb ingest FILE --config JSON`' AS tells
  UNION ALL
  MATCH (mine:Model {name: $model}) WITH mine MATCH (s:Stream {structure: mine.structure}) WHERE s.name IS NULL
  RETURN 0 AS rank, s.scope AS subject, s.scope AS path, 'stream name' AS property, s.name_detail AS why, 'the code that calls the blocks' AS tells
  UNION ALL
  MATCH (mine:Model {name: $model}) WITH mine MATCH (s:Stream {structure: mine.structure}) WHERE s.source IS NULL
  WITH s, COUNT { MATCH (s)<-[:QUERIES]-(q:Attention) } AS asked, COUNT { MATCH (s)<-[:ATTENDS_TO]-(k:Attention) } AS read
  RETURN 0 AS rank, CASE WHEN s.scope = '' OR asked > 0 OR read = 0 THEN '(model)' ELSE s.scope END AS subject, s.scope AS path, 'stream source' AS property,
         CASE WHEN asked = 0 AND read > 0
              THEN 'no projection outside the blocks is named for a condition and writes its width'
              ELSE 'it is what blocks add to: a header does not say which layer in front of them writes it first' END AS why,
         'the code that calls the blocks' AS tells
  UNION ALL
  MATCH (mine:Model {name: $model}) WITH mine MATCH (k:Module {structure: mine.structure}) WHERE k.kind IS NULL OR k.kind = 'Other'
  RETURN 0 AS rank, k.pattern AS subject, k.path AS path, 'kind' AS property, k.kind_detail AS why, 'the code of the module' AS tells
  UNION ALL
  MATCH (o:Model {name: $model}) WHERE o.role IS NULL
  RETURN 0 AS rank, '(model)' AS subject, '' AS path, 'role' AS property, o.role_detail AS why, 'a config.json with its class, or the model card' AS tells
  UNION ALL
  MATCH (mine:Model {name: $model}) OPTIONAL MATCH (s:Setting {settings: mine.settings}) WHERE s.topic = 'activation'
  WITH mine, collect(s.path) AS stated MATCH (ff:FeedForward {structure: mine.structure})
  WHERE none(p IN stated WHERE p = '' OR ff.path = p OR ff.path STARTS WITH p + '.')
  RETURN 1 AS rank, ff.pattern AS subject, ff.path AS path, 'activation' AS property,
         'an activation function has no tensor, and no configuration states it' AS why, 'a config.json, or the code of the feed-forward' AS tells
  UNION ALL
  MATCH (mine:Model {name: $model}) OPTIONAL MATCH (s:Setting {settings: mine.settings}) WHERE s.name IN ['causal_attention', 'causal']
  WITH mine, collect(s.path) AS stated MATCH (a:Attention {structure: mine.structure})
  WHERE (a.attends IS NULL OR a.attends <> 'cross') AND none(p IN stated WHERE p = '' OR a.path = p OR a.path STARTS WITH p + '.')
  RETURN 1 AS rank, a.pattern AS subject, a.path AS path, 'causality' AS property,
         'a mask has no tensor, and no configuration states it' AS why, 'a config.json, or the code of the attention' AS tells
  UNION ALL
  MATCH (mine:Model {name: $model}) OPTIONAL MATCH (s:Setting {settings: mine.settings}) WHERE s.name IN ['causal', 'causal_decoder', 'causality_axis', 'causal_padding']
  WITH mine, collect(s.path) AS stated MATCH (c:Conv {structure: mine.structure})
  WHERE any(k IN c.kernel WHERE k > 1) AND none(p IN stated WHERE p = '' OR c.path = p OR c.path STARTS WITH p + '.')
  RETURN 1 AS rank, c.pattern AS subject, c.path AS path, 'causality' AS property,
         'a causal convolution differs from another in its padding alone, which has no tensor, and no configuration states it' AS why,
         'a config.json, or the code of the convolution' AS tells
  UNION ALL
  MATCH (mine:Model {name: $model}) WITH mine MATCH (c:Conv {structure: mine.structure}) WHERE any(k IN c.kernel WHERE k > 1)
  RETURN 1 AS rank, c.pattern AS subject, c.path AS path, 'stride and padding' AS property,
         'strides, paddings and dilations have no tensor' AS why, 'the code of the convolution; `archkb ask compression` has what stages show of strides' AS tells
  UNION ALL
  MATCH (mine:Model {name: $model}) OPTIONAL MATCH (s:Setting {settings: mine.settings}) WHERE s.name = 'norm_eps'
  WITH mine, collect(s.path) AS stated MATCH (n:Norm {structure: mine.structure})
  WHERE none(p IN stated WHERE p = '' OR n.path = p OR n.path STARTS WITH p + '.')
  RETURN 1 AS rank, n.pattern AS subject, n.path AS path, 'epsilon' AS property,
         'what a norm adds to the variance has no tensor, and no configuration states it' AS why, 'a config.json, or the code of the norm' AS tells
  UNION ALL
  MATCH (mine:Model {name: $model}) OPTIONAL MATCH (s:Setting {settings: mine.settings})
  WITH mine, collect(s.topic) AS topics
  OPTIONAL MATCH (mine)-[:STATES]->(d:Metadata)
  WITH mine, topics, collect(toLower(d.key)) AS keys
  UNWIND [
    {property: 'loss', listed: none(k IN keys WHERE k CONTAINS 'loss'), tells: 'the training code, or the paper',
     why: 'what the network was trained to predict, and how errors were weighed, has no tensor and is stated nowhere'},
    {property: 'training data', listed: none(k IN keys WHERE k CONTAINS 'dataset'), tells: 'the model card', why: 'a header names no data'},
    {property: 'training stages', listed: none(k IN keys WHERE k CONTAINS 'epoch' OR k CONTAINS 'train_steps' OR k CONTAINS 'training_step'),
     tells: 'the model card, or logs of the training',
     why: 'stages, steps, learning rates and what was frozen leave no tensor, and whether it was distilled or tuned from another neither'},
    {property: 'schedule', listed: NOT 'scheduler' IN topics AND (mine.role CONTAINS 'diffusion' OR mine.role CONTAINS 'pipeline'), tells: 'a scheduler_config.json, or the model card',
     why: 'noise levels and steps of sampling lie outside the network, and no configuration states them'},
    {property: 'order of execution', listed: true, tells: 'the code', why: 'a header lists modules, not calls: the order inside a block is by convention where nothing shows it'},
    {property: 'quality', listed: true, tells: 'an evaluation', why: 'no value of a tensor is read'}] AS f
  WITH f WHERE f.listed
  RETURN 2 AS rank, '(model)' AS subject, '' AS path, f.property AS property, f.why AS why, f.tells AS tells
}
WITH rank, subject, property, why, tells, path ORDER BY size(path), path
WITH rank, property, why, tells, count(*) AS count, collect(DISTINCT subject) AS subjects
RETURN property, count, subjects, why, tells AS would_tell
ORDER BY rank, count DESC, property, why
