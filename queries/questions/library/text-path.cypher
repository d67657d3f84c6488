/*---
id = "text-path"
title = "How does text enter the model?"
rank = 7
topic = "streams and conditioning"
aliases = [
  "how does text get into it",
  "how does the prompt enter",
  "how does text enter",
  "text path",
  "where does the prompt go",
  "text conditioning",
  "caption projection",
  "text encoder width",
  "how is the prompt injected",
  "how does the prompt reach the blocks",
  "where is the text injected",
  "where does the text come in",
  "does it listen to the prompt",
  "how is the prompt fed in",
  "how does text get in",
]
identity = ["scope", "width", "source"]
empty = "no stream is known to carry text"

[answer]
some = "Text: {each}."
each = "[{source} writes {width}|unknown source][ from {reads_width}][, behind {behind}], read by {attentions} attentions"
sum = "attentions"
none = "None: no stream is known to carry text."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
scope = "Stack or component the text stream runs through."
width = "Its width."
source = { doc = "Module that writes it.", unknown = true }
source_kind = { doc = "What that module is.", unknown = true }
behind = "Module before that one on the way of the text: the connector or projection that writes the width it reads."
reads_width = { doc = "Width its first layer reads.", unknown = true }
attentions = "Attention modules that read it."
read_by = "Their paths, numbers as {i}."
evidence = "What its name is known by."
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (s:Stream {structure: mine.structure}) WHERE s.name =~ '(.*[^a-z])?text([^a-z].*)?'
OPTIONAL MATCH (w:Module {uid: mine.structure + '/' + coalesce(s.source, '')})
OPTIONAL MATCH (w)-[:CONTAINS*0..4]->(l:Linear)
WITH mine, s, w, l ORDER BY l.path
WITH mine, s, w.kind AS source_kind, head(collect(l.in_features)) AS reads_width
OPTIONAL MATCH (s)<-[:ATTENDS_TO]-(a:Attention)
OPTIONAL MATCH (a)-[:QUERIES]->(q:Stream)
WITH mine, s, source_kind, reads_width, a, q ORDER BY a.pattern
WITH mine, s, source_kind, reads_width, count(a) AS attentions, collect(DISTINCT a.pattern) AS read_by, head(collect(q.name)) AS reader
OPTIONAL MATCH (t:Stream {structure: mine.structure})<-[:QUERIES]-(p:Attention) WHERE t.uid <> s.uid AND t.name = s.name
WITH s, source_kind, reads_width, attentions, read_by, reader, t, count(p) AS inside
WITH s, source_kind, reads_width, attentions, read_by, t, CASE WHEN t.scope STARTS WITH s.source + '.' THEN -1 WHEN t.scope CONTAINS reader THEN 0 WHEN t.scope CONTAINS 'audio' THEN 2 ELSE 1 END AS rank,
     CASE WHEN t.scope STARTS WITH s.source + '.' THEN t.source
          WHEN t.width = reads_width THEN left(t.scope, size(t.scope) - size(last(split(t.scope, '.'))) - 1) END AS behind
ORDER BY CASE WHEN behind IS NULL THEN 3 ELSE rank END, t.scope
WITH s, source_kind, reads_width, attentions, read_by, head(collect(behind)) AS behind
RETURN s.scope AS scope, s.width AS width, s.source AS source, source_kind, behind, reads_width,
       attentions, read_by, s.name_detail AS evidence
ORDER BY scope, width, source
