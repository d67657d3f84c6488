/*---
id = "positions"
title = "How are positions coded?"
rank = 42
topic = "position and time"
aliases = [
  "how are positions encoded",
  "does it use rotary embeddings",
  "positional encoding",
  "position embeddings",
  "is rope used",
  "what is the rope theta",
  "rotary base frequency",
  "which position embedding does it use",
  "does it use RoPE",
  "alibi or rope",
  "rope axes",
  "how does it encode time and space",
  "learned positional embeddings",
  "theta of the rotary embedding",
  "rotary or learned positions",
  "what is theta",
  "base of the rope",
]
identity = ["speaks_of", "part", "name", "value", "stated_at"]

[answer]
some = "{each}."
each = "{name} {value}[ ({part})] in {speaks_of}"
none = "Unknown: no configuration states how positions are coded, and no table of positions is there; rotary positions leave no tensor, a config.json would tell."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
speaks_of = "Path of the module it speaks of, (model) for the whole."
part = "Words of the key that name a part or stream; empty for none."
name = "What is stated, in one word for all configurations."
value = "The value."
verdict = "agrees, contradicts, or unchecked where shapes show neither."
stated_at = "Where it is written; null where only shapes show it."
---*/
CALL {
  MATCH (mine:Model {name: $model}) WITH mine MATCH (s:Setting {settings: mine.settings}) WHERE s.topic = 'position'
  RETURN CASE WHEN s.path = '' THEN '(model)' ELSE s.path END AS speaks_of, s.part AS part, s.name AS name, s.value AS value, s.verdict AS verdict,
         s.stated_at AS stated_at, CASE s.name WHEN 'position_kind' THEN 0 WHEN 'rope_type' THEN 1 WHEN 'rope_theta' THEN 2 WHEN 'max_positions' THEN 4 ELSE 5 END AS rank
  UNION ALL
  MATCH (mine:Model {name: $model}) WITH mine MATCH (e:Embedding {structure: mine.structure}) WHERE e.path =~ '(?i)(.*[^a-z])?(pos|position|positional|wpe|relative)(_.*|[.].*|embed.*|encod.*|)'
  RETURN e.pattern AS speaks_of, '' AS part, 'learned_table' AS name, toString(min(e.rows)) + ' x ' + toString(min(e.width)) AS value, 'agrees' AS verdict,
         null AS stated_at, 3 AS rank
  UNION ALL
  MATCH (mine:Model {name: $model}) WITH mine MATCH (m:Module {structure: mine.structure})-[:HAS_TENSOR]->(t:Tensor) WHERE t.name =~ '(?i)(.*_)?(pos|position|positional|absolute_pos|relative_position|rel_pos)(_?(embed|embedding|bias|emb).*)' AND size(t.shape) > 1
  RETURN m.pattern AS speaks_of, '' AS part, t.name AS name, min(toString(t.shape[0]) + ' x ' + toString(t.shape[size(t.shape) - 1])) AS value, 'agrees' AS verdict,
         null AS stated_at, 3 AS rank
  UNION ALL
  MATCH (o:Model {name: $model})-[:HAS_TENSOR]->(t:Tensor) WHERE t.name =~ '(?i)(pos|position|positional|absolute_pos)(_?(embed|embedding|bias|emb).*)'
  RETURN '(model)' AS speaks_of, '' AS part, t.name AS name, toString(t.shape[0]) + ' x ' + toString(t.shape[size(t.shape) - 1]) AS value, 'agrees' AS verdict,
         null AS stated_at, 3 AS rank
}
WITH speaks_of, part, name, value, verdict, stated_at, rank
RETURN speaks_of, part, name, value, verdict, stated_at
ORDER BY rank, size(speaks_of), speaks_of, part, name, value, stated_at
