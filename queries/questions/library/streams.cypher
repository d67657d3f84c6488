/*---
id = "streams"
title = "Which streams run through the model, and how wide are they?"
rank = 6
topic = "streams and conditioning"
aliases = [
  "what is the hidden dimension",
  "d_model",
  "width of the stream",
  "how wide is the model",
  "which streams are there",
  "model width",
  "hidden size",
  "embedding dimension",
  "width of the residual stream",
  "how wide is it",
  "how many streams run through the backbone",
]
identity = ["scope", "name", "width", "source"]
empty = "no width is known to run through a stack"

[answer]
some = "{each}."
each = "{name} {width} wide in {scope}"

[params.model]
type = "model"
doc = "The model asked about."

[columns]
scope = "Stack or component it runs through."
name = { doc = "video, audio, text, hidden ...", unknown = true }
width = "Channels."
source = { doc = "Module that writes it.", unknown = true }
queried_by = "Attention modules whose queries are of it."
read_by = "Attention modules whose keys and values are of it."
basis = "What its name is known by."
evidence = "What was seen."
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (s:Stream {structure: mine.structure})
OPTIONAL MATCH (k:Module {uid: mine.structure + '/' + s.scope})
WITH s, coalesce(k.n_params, 0) AS share, COUNT { MATCH (s)<-[:QUERIES]-(a:Attention) } AS queried_by, COUNT { MATCH (s)<-[:ATTENDS_TO]-(b:Attention) } AS read_by
RETURN s.scope AS scope, s.name AS name, s.width AS width, s.source AS source, queried_by, read_by,
       s.name_basis AS basis, s.name_detail AS evidence
ORDER BY share DESC, scope, width DESC, name, source
