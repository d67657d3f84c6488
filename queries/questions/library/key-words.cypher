/*---
id = "key-words"
title = "How many keys, modules and attentions hold a word?"
rank = 87
topic = "evidence and unknowns"
aliases = [
  "how many keys contain",
  "how many tensors are named",
  "count keys with",
  "number of keys containing attn",
  "keys with a word",
  "how many tensors contain the word",
]
identity = ["text"]
empty = "there is no such model"

[answer]
some = "{keys} keys hold `{text}`; {named} modules are named for it, and {attentions} attentions lie in or under one."

[params.model]
type = "model"
doc = "The model asked about."
[params.text]
type = "string"
doc = "The word, upper or lower case."

[columns]
text = "The word."
keys = "Tensors whose key holds it."
modules = "Modules whose path holds it."
named = "Modules whose own name holds it."
attentions = "Attention modules whose path holds it."
layers = "Linear layers whose path holds it."
---*/
MATCH (o:Model {name: $model})
WITH o, toLower($text) AS wanted
RETURN $text AS text,
       COUNT { MATCH (t:Tensor {structure: o.structure}) WHERE toLower(t.key) CONTAINS wanted } AS keys,
       COUNT { MATCH (m:Module {structure: o.structure}) WHERE toLower(m.path) CONTAINS wanted } AS modules,
       COUNT { MATCH (n:Module {structure: o.structure}) WHERE toLower(n.name) CONTAINS wanted } AS named,
       COUNT { MATCH (a:Attention {structure: o.structure}) WHERE toLower(a.path) CONTAINS wanted } AS attentions,
       COUNT { MATCH (l:Linear {structure: o.structure}) WHERE toLower(l.path) CONTAINS wanted } AS layers
ORDER BY text
