/*---
id = "cross-attention"
title = "Which blocks do cross-attention, and to what?"
about = """
One row for the like modules of a stack. `attention-evidence` has the rules behind it, `coupling` the streams alone."""
rank = 1
topic = "attention"
total = { noun = "cross-attention", by = "attends_to", word = "to" }
aliases = [
  "which blocks do cross-attention",
  "cross attention",
  "what attends to text",
  "who attends to another stream",
  "which layers attend to the text",
  "cross attention blocks and what they attend to",
  "where is cross-attention",
]
identity = ["attention", "queries", "q_dim", "attends_to", "kv_dim", "inner_dim", "heads", "basis"]
empty = "no attention is known to read another stream than its own; `attention-evidence` shows those of unknown kind"
count = "MATCH (mine:Model {name: $model}) WITH mine MATCH (a:Attention {structure: mine.structure}) RETURN count(a) AS total"
counts = "attention modules"

[answer]
none = "None: no attention is known to read another stream than its own; `archkb ask attention-evidence` shows those of unknown kind."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
attention = "Path of the module, numbers as {i}."
blocks = { doc = "Index of each in its numbered containers, dotted where nested.", show = "ranges" }
count = "Attention modules in the row."
queries = { doc = "Stream the queries are of.", unknown = true }
q_dim = "Width the query projection reads."
attends_to = { doc = "Stream the keys and values are of.", unknown = true }
kv_dim = "Width the key projection reads."
inner_dim = { doc = "Attention width: rows of the query projection.", heading = "attention width" }
heads = { doc = "Query heads.", unknown = true }
basis = "What the kind is known by: shape, neighbour, name, metadata or convention."
confidence = { doc = "Measured precision of the rule, null where it was never measured.", show = "confidence" }
evidence = "What was seen."
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (a:Attention {structure: mine.structure}) WHERE a.attends = 'cross'
OPTIONAL MATCH (a)-[:QUERIES]->(q:Stream)
OPTIONAL MATCH (a)-[:ATTENDS_TO]->(c:Stream)
OPTIONAL MATCH (r:Rule {uid: a.attends_rule})
WITH a, q.name AS queries, c.name AS attends_to, r.precision AS precision,
     reduce(s = '', n IN [p IN split(a.path, '.') WHERE p =~ '[0-9]+'] | CASE WHEN s = '' THEN n ELSE s + '.' + n END) AS index
ORDER BY size(a.path), a.path
RETURN a.pattern AS attention, collect(index) AS blocks, count(*) AS count,
       queries, a.q_dim AS q_dim, attends_to, a.kv_dim AS kv_dim, a.inner_dim AS inner_dim, a.heads AS heads,
       a.attends_basis AS basis,
       min(CASE WHEN a.attends_confidence = 0.5 AND precision IS NULL THEN null ELSE a.attends_confidence END) AS confidence,
       min(a.attends_detail) AS evidence
ORDER BY attention, queries, q_dim, attends_to, kv_dim, inner_dim, heads, basis
