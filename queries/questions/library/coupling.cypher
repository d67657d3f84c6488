/*---
id = "coupling"
title = "Which streams read which others?"
about = """
Direction is from `reads` to `stream`: the stream that queries is the one that learns."""
rank = 2
topic = "attention"
total = { noun = "attention", of = "attentions" }
aliases = [
  "how are video audio and text coupled",
  "coupling between video audio and text",
  "who queries whom",
  "does audio attend to video",
  "video to audio direction",
  "which stream attends to which",
  "how do modalities interact",
]
identity = ["scope", "stream", "width", "reads", "reads_scope", "reads_width"]
empty = "no attention is known to join two streams"

[answer]
some = "{each}."
each = "{stream} {width} reads {reads} {reads_width} in {attentions} attentions"
none = "None: no attention is known to join two streams."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
scope = "Stack or component of the stream that queries."
stream = { doc = "Stream whose queries read, and that is added to.", unknown = true }
width = "Its width."
reads = { doc = "Stream its keys and values are of.", unknown = true }
reads_width = "Width of that stream."
reads_scope = "Stack or component of the stream read."
attentions = "Attention modules that do so."
by = "Their names."
blocks = { doc = "Index of each in its numbered containers, dotted where nested.", show = "ranges" }
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (a:Attention {structure: mine.structure})-[:QUERIES]->(q:Stream)
MATCH (a)-[:ATTENDS_TO]->(c:Stream)
WHERE q.uid <> c.uid
WITH a, q, c, reduce(s = '', n IN [p IN split(a.path, '.') WHERE p =~ '[0-9]+'] | CASE WHEN s = '' THEN n ELSE s + '.' + n END) AS index
ORDER BY size(a.path), a.path
WITH q.scope AS scope, q.name AS stream, q.width AS width, c.name AS reads, c.width AS reads_width, c.scope AS reads_scope,
     count(*) AS attentions, collect(DISTINCT a.name) AS by, collect(DISTINCT index) AS blocks
RETURN scope, stream, width, reads, reads_width, reads_scope, attentions, by, blocks
ORDER BY scope, stream, width, reads, reads_scope, reads_width
