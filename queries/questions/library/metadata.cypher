/*---
id = "metadata"
title = "Which entries do the metadata of the header have?"
about = """
What is between `__metadata__` and the tensors, as it was read: texts, some of which hold JSON. Settings that were read
from them have questions of their own, `archkb ask configuration` among them."""
rank = 97
topic = "provenance and licence"
aliases = [
  "metadata",
  "metadata keys",
  "raw metadata",
  "what is in the metadata",
  "entries of __metadata__",
  "is there a date or a commit",
  "which tool wrote the file",
  "json in the metadata",
]
identity = ["key"]
empty = "the header has no metadata"

[answer]
some = "The header's metadata hold {each}."
each = "`{key}` ({characters} characters[ of {holds}]: {begins})"
most = 8
none = "None: the header has no metadata, so neither a date nor a tool is recorded in it."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
key = "Key of the entry."
characters = { doc = "Length of its text.", show = "count" }
holds = "JSON where the text begins as an object or a list does, else null."
begins = "Its first 60 characters."
---*/
MATCH (m:Model {name: $model})-[:STATES]->(d:Metadata)
RETURN d.key AS key, size(d.value) AS characters, CASE WHEN d.value STARTS WITH '{' OR d.value STARTS WITH '[' THEN 'JSON' END AS holds,
       left(d.value, 60) AS begins
ORDER BY key
