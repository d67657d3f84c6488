/*---
id = "provenance"
title = "Where does the file come from, and how is it told from others?"
rank = 62
topic = "provenance and licence"
aliases = [
  "where does it come from",
  "source of the file",
  "which file was read",
  "hash of the header",
  "format of the checkpoint",
  "when was it made",
  "which version is it",
  "which family",
  "which version is this",
  "which release of the family is this",
]
identity = ["model"]
empty = "there is no such model"

[answer]
some = "{model} was read from {source} ({format}); family {family}, version {version}."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
model = "Name of the model."
source = "File or design it was read from."
format = "Format of the source, such as safetensors or design."
family = { doc = "Family.", unknown = true }
version = { doc = "Version.", unknown = true }
header_hash = "SHA-256 over sorted keys, dtypes and shapes."
rules = "Version of the rules that inferred the facts."
---*/
MATCH (m:Model {name: $model})
RETURN m.name AS model, m.source AS source, m.format AS format, m.family AS family, m.version AS version, m.header_hash AS header_hash, m.rules AS rules
ORDER BY model
