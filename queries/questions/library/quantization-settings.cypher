/*---
id = "quantization-settings"
title = "How does the configuration say weights are packed?"
rank = 55
topic = "precision and quantization"
aliases = [
  "quantization config",
  "how are weights packed",
  "quantization method",
  "bits per weight",
  "stated dtype",
  "which quantization format",
  "awq or gptq",
  "what precision is stated",
]
identity = ["speaks_of", "part", "name", "value", "stated_at"]

[answer]
some = "As stated: {each}."
each = "{name} {value}"
none = "Unknown: no configuration states it; `archkb ask precision` has the stored dtypes, `archkb ask quantisation` the scales."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
speaks_of = "Path of the module it speaks of, (model) for the whole."
part = "Words of the key that name a part or stream; empty for none."
name = "What is stated, in one word for all configurations."
value = "The value."
verdict = "agrees, contradicts, or unchecked where shapes show neither."
shapes_show = "What the shapes show, null where they show nothing."
stated_at = "Where it is written; null where only shapes show it."
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (s:Setting {settings: mine.settings}) WHERE s.name IN ['quantization', 'dtype', 'precision', 'bits', 'quant_method', 'position_precision']
RETURN CASE WHEN s.path = '' THEN '(model)' ELSE s.path END AS speaks_of, s.part AS part, s.name AS name, s.value AS value,
       s.verdict AS verdict, s.shapes_show AS shapes_show, CASE WHEN s.stated_at = '' THEN null ELSE s.stated_at END AS stated_at
ORDER BY size(s.path), speaks_of, part, name, value, stated_at
