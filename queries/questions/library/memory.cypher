/*---
id = "memory"
title = "How much memory do the weights need, by dtype?"
rank = 59
topic = "components and size"
aliases = [
  "memory of the weights",
  "how much vram",
  "does it fit on a 24 GB gpu",
  "how much memory",
  "gigabytes in bf16",
  "memory in fp8",
  "how much ram does it need",
  "weights in fp16",
  "how much memory in fp8",
  "gpu memory of the weights",
  "will it fit on a 24 gb card",
  "vram just to hold the weights",
  "how large in half precision",
  "if it is cast to bf16 how large would it become",
  "gigabytes of gpu memory",
]
identity = ["dtype"]
empty = "there is no such model"

[answer]
some = "The weights alone: {each}. Activations come on top."
each = "{bytes} ({gib} GiB) {dtype}"

[params.model]
type = "model"
doc = "The model asked about."

[columns]
dtype = "dtype the weights would be in; `as stored` is what the file has."
bits = "Bits of a parameter."
bytes = { doc = "Bytes of all parameters.", show = "bytes" }
gib = "The same in GiB, of 1,073,741,824 bytes."
exact = { doc = "Bytes, exactly.", show = "count" }
---*/
MATCH (m:Model {name: $model})
UNWIND [{dtype: 'as stored', bits: null, size: m.n_bytes}, {dtype: 'F32', bits: 32, size: m.n_params * 4}, {dtype: 'BF16', bits: 16, size: m.n_params * 2},
        {dtype: 'F8', bits: 8, size: m.n_params}, {dtype: 'F4', bits: 4, size: m.n_params / 2}] AS w
RETURN w.dtype AS dtype, w.bits AS bits, w.size AS bytes,
       round(w.size * 100 / 1073741824.0) / 100.0 AS gib, w.size AS exact
ORDER BY bytes DESC, dtype
