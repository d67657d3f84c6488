/*---
id = "early-exit"
title = "Is there an early exit or adaptive computation?"
rank = 84
topic = "components and size"
aliases = [
  "early exit",
  "is there an early exit",
  "adaptive computation",
  "halting",
  "does it stop early",
  "exit gates",
  "can it skip blocks",
]
identity = ["part", "kind"]
empty = "None: no module is named for an exit, a halt or a skip; a rule that needs no weights would leave no trace"

[answer]
some = "Yes: {each}."
each = "{part} ({params} parameters)"
most = 3
none = "None: no module is named for an exit, a halt or a skip; a rule that needs no weights would leave no trace."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
part = "Path, numbers as {i}."
kind = { doc = "What it is.", unknown = true }
role = "What a component is for, null for what is none."
count = "How many there are in the row."
params = { doc = "Parameters.", show = "count" }
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (m:Module {structure: mine.structure}) WHERE m.name =~ '(?i)(.*[^a-z])?(exit|halt|halting|confidence_head|early|skip_gate)([^a-z].*)?'
WITH m ORDER BY size(m.path), m.path
WITH m.pattern AS part, m.kind AS kind, count(*) AS count, max(m.n_params) AS params, min(m.role) AS role
RETURN part, kind, role, count, params
ORDER BY params DESC, part, kind
