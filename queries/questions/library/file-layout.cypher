/*---
id = "file-layout"
title = "In how many files does it lie, and do their bytes agree with the tensors'?"
about = """
Holes, overlaps and two tensors at one place have no row: a safetensors file that has any is refused when it is read.
Where the files have more bytes than the tensors, the rest is the header (of safetensors, the JSON and 8 bytes a file)
and padding."""
rank = 95
topic = "provenance and licence"
aliases = [
  "file layout",
  "single file or sharded",
  "how many shards",
  "number of files",
  "size on disk against the tensors",
  "size of the header",
  "bytes on disk against bytes of tensors",
  "gaps between the tensors",
]
identity = ["model"]
empty = "there is no such model"

[answer]
some = "{each}."
each = "{tensors} tensors, {tensor_bytes}; files: [{files}|none, a design] ({form})[; {file_size} on disk, {rest} ({rest_bytes} bytes) of it header and padding][; {file_size} on disk, {shared} less than the tensors have, as some share their bytes][; {not_told}]"

[params.model]
type = "model"
doc = "The model asked about."

[columns]
model = "Name of the model."
form = "Format of the source, such as safetensors or design."
files = { doc = "Files the tensors lie in, null for a design.", unknown = true }
names = "Names of these files."
tensors = { doc = "Stored tensors.", show = "count" }
tensor_bytes = { doc = "Bytes of all tensors.", show = "bytes" }
file_size = { doc = "Bytes of the source files.", show = "bytes", unknown = true }
rest = { doc = "Bytes of the files that are no tensor's: header and padding.", show = "bytes", unknown = true }
rest_bytes = { doc = "The same, exactly.", show = "count", unknown = true }
shared = { doc = "Bytes that the tensors have and the files have not, as where a format stores once what several tensors are; null for none.", show = "bytes" }
not_told = "What is not known of the files, null where all is."
---*/
MATCH (m:Model {name: $model})
WITH m, CASE WHEN m.file_size >= m.n_bytes THEN m.file_size - m.n_bytes END AS rest
RETURN m.name AS model, m.format AS form, CASE WHEN size(m.files) > 0 THEN size(m.files) END AS files, m.files AS names, m.n_tensors AS tensors,
       m.n_bytes AS tensor_bytes, m.file_size AS file_size, rest, rest AS rest_bytes,
       CASE WHEN m.file_size < m.n_bytes THEN m.n_bytes - m.file_size END AS shared,
       CASE WHEN m.file_size IS NULL THEN 'the size on disk is unknown, as only the header was given' END AS not_told
ORDER BY model
