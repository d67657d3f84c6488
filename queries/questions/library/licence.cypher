/*---
id = "licence"
title = "Under which licence is it, and who is to be named?"
rank = 61
topic = "provenance and licence"
aliases = [
  "licence",
  "license",
  "may I use it commercially",
  "who made it",
  "attribution",
  "terms of use",
  "which license applies",
  "is it open source",
  "who published it",
  "who is the author",
  "is commercial use allowed",
  "can I use it commercially",
  "what licence are the weights under",
  "license of the weights",
]
identity = ["model"]
empty = "there is no such model"

[answer]
some = "Licence: {each}."
each = "{licence}[: {why}][, by {attribution}]"

[params.model]
type = "model"
doc = "The model asked about."

[columns]
model = "Name of the model."
licence = { doc = "Licence the header or the design states.", unknown = true }
why = "Why it is unknown, null where it is not."
attribution = { doc = "Who is to be named.", unknown = true }
family = { doc = "Family it belongs to.", unknown = true }
version = { doc = "Version of the family.", unknown = true }
---*/
MATCH (m:Model {name: $model})
RETURN m.name AS model, m.licence AS licence, CASE WHEN m.licence IS NULL THEN 'the header states none, the model card would' END AS why, m.attribution AS attribution, m.family AS family, m.version AS version
ORDER BY model
