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
each = "[{source} writes {width}|unknown source][ from {reads_width}], read by {attentions} attentions"
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
reads_width = { doc = "Width its first layer reads.", unknown = true }
attentions = "Attention modules that read it."
read_by = "Their paths, numbers as {i}."
evidence = "What its name is known by."
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (s:Stream {structure: mine.structure}) WHERE s.name =~ '(.*[^a-z])?text([^a-z].*)?'
OPTIONAL MATCH (w:Module {uid: mine.structure + '/' + coalesce(s.source, '')})
OPTIONAL MATCH (w)-[:CONTAINS*0..4]->(l:Linear)
WITH s, w, l ORDER BY l.path
WITH s, w.kind AS source_kind, head(collect(l.in_features)) AS reads_width
OPTIONAL MATCH (s)<-[:ATTENDS_TO]-(a:Attention)
WITH s, source_kind, reads_width, a ORDER BY a.pattern
RETURN s.scope AS scope, s.width AS width, s.source AS source, source_kind, reads_width,
       count(a) AS attentions, collect(DISTINCT a.pattern) AS read_by, min(s.name_detail) AS evidence
ORDER BY scope, width, source
