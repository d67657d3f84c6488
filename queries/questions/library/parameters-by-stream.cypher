/*---
id = "parameters-by-stream"
title = "How many parameters serve each stream, such as audio and video?"
about = """
A sublayer serves the stream it adds to, with all that lies below it. Each parameter is counted once, so the rows add up
to the model: what adds to several streams is in a row of its own, and so is what adds to none that is known."""
rank = 94
topic = "streams and conditioning"
aliases = [
  "parameters per stream",
  "audio against video parameters",
  "share of the audio branch",
  "how many parameters for the audio stream",
  "parameters of the video stream",
  "split of the weights between the modalities",
  "parameters saved without audio",
]
identity = ["stream"]
empty = "the header lists no tensor"

[answer]
some = "{each}."
each = "[{stream}|no stream known] {params} parameters ({share})"
most = 8

[params.model]
type = "model"
doc = "The model asked about."

[columns]
stream = { doc = "Stream that is added to, 'audio + video' where one sublayer adds to both; null for what adds to none that is known, such as embedders, modulation and norms between sublayers.", unknown = true }
sublayers = "Sublayers that add to it."
tensors = "Tensors in and below them."
params = { doc = "Parameters of these.", show = "count" }
bytes = { doc = "Bytes of these.", show = "bytes" }
share = { doc = "Part of the model's parameters.", show = "share" }
---*/
CALL {
  MATCH (mine:Model {name: $model}) WITH mine MATCH (t:Tensor {structure: mine.structure})
  RETURN t.key AS key, t.n_params AS params, t.n_bytes AS bytes, null AS stream, null AS sublayer
  UNION ALL
  MATCH (mine:Model {name: $model}) WITH mine MATCH (b:Module {structure: mine.structure})-[r:RESIDUAL]->(f:Module) WHERE r.stream IS NOT NULL
  WITH f, r.stream AS stream ORDER BY stream
  MATCH (f)-[:CONTAINS*0..12]->(m:Module)-[:HAS_TENSOR]->(t:Tensor)
  RETURN t.key AS key, t.n_params AS params, t.n_bytes AS bytes, stream, f.path AS sublayer
}
WITH key, params, bytes, stream, sublayer ORDER BY key, stream, sublayer
WITH key, max(params) AS params, max(bytes) AS bytes, collect(DISTINCT stream) AS streams, min(sublayer) AS sublayer
WITH CASE WHEN size(streams) > 0 THEN reduce(s = '', n IN streams | CASE WHEN s = '' THEN n ELSE s + ' + ' + n END) END AS stream,
     count(DISTINCT sublayer) AS sublayers, count(*) AS tensors, sum(params) AS params, sum(bytes) AS bytes
WITH collect({stream: stream, sublayers: sublayers, tensors: tensors, params: params, bytes: bytes}) AS parts, sum(params) AS whole
UNWIND parts AS p
RETURN p.stream AS stream, p.sublayers AS sublayers, p.tensors AS tensors, p.params AS params, p.bytes AS bytes,
       CASE WHEN whole > 0 THEN toFloat(p.params) / whole END AS share
ORDER BY params DESC, stream
