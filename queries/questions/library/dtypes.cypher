/*---
id = "dtypes"
title = "Which dtypes does the model hold, in all?"
rank = 60
topic = "precision and quantization"
aliases = [
  "which dtypes",
  "what precision is the model in",
  "is it fp8",
  "share of each dtype",
  "how many tensors are bf16",
  "is it half precision",
  "data types in the file",
]
identity = ["dtype"]
empty = "the model has no tensor"

[answer]
some = "By parameters: {each}."
each = "{share} {dtype} ({tensors} tensors)"

[params.model]
type = "model"
doc = "The model asked about."

[columns]
dtype = "dtype."
tensors = { doc = "Tensors of it.", show = "count" }
params = { doc = "Parameters of it.", show = "count" }
bytes = { doc = "Their bytes.", show = "bytes" }
share = { doc = "Share of the parameters.", show = "share" }
---*/
MATCH (m:Model {name: $model})
UNWIND range(0, size(m.dtypes) - 1) AS i
RETURN m.dtypes[i] AS dtype, m.dtype_tensors[i] AS tensors, m.dtype_params[i] AS params, m.dtype_bytes[i] AS bytes,
       toFloat(m.dtype_params[i]) / CASE WHEN m.n_params = 0 THEN 1 ELSE m.n_params END AS share
ORDER BY params DESC, dtype
