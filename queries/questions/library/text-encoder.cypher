/*---
id = "text-encoder"
title = "Is a text encoder in the file?"
rank = 80
topic = "components and size"
aliases = [
  "is there a text encoder",
  "does it include a text encoder",
  "text encoder",
  "which text encoder",
  "is t5 in the file",
  "is clip in the checkpoint",
  "is the language model included",
  "is a text encoder bundled in the file",
  "is the text encoder part of the checkpoint",
]
identity = ["part", "kind"]
empty = "No text encoder: neither the model nor a component is one, and no module is named for one; text comes in already embedded, `archkb ask text-path` shows where"

[answer]
some = "Yes: {each}."
each = "{part} ({params} parameters)"
most = 3
none = "No text encoder: neither the model nor a component is one, and no module is named for one; text comes in already embedded, `archkb ask text-path` shows where."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
part = "Path, numbers as {i}; (root) where the whole model is one."
kind = { doc = "What it is.", unknown = true }
role = "What a component is for, null for what is none."
count = "How many there are in the row."
params = { doc = "Parameters.", show = "count" }
---*/
CALL {
  MATCH (mine:Model {name: $model}) WHERE mine.role IN ['text_encoder', 'language_model', 'causal_lm', 'encoder_lm', 'text_model']
  RETURN '(root)' AS part, 'Component' AS kind, mine.role AS role, 1 AS count, mine.n_params AS params
  UNION ALL
  MATCH (mine:Model {name: $model}) WITH mine MATCH (m:Module {structure: mine.structure}) WHERE m:Component AND m.role IN ['text_encoder', 'language_model', 'causal_lm', 'encoder_lm', 'text_model'] OR m.name =~ '(?i)(text_encoder.*|text_model|cond_stage_model|t5.*|clip.*|gemma.*|llm|language_model)'
  WITH m ORDER BY size(m.path), m.path
  WITH m.pattern AS part, m.kind AS kind, count(*) AS count, max(m.n_params) AS params, min(m.role) AS role
  RETURN part, kind, role, count, params
}
RETURN part, kind, role, count, params
ORDER BY params DESC, part, kind
