/*---
id = "rules-used"
title = "Which rules gave the facts, and how far can they be trusted?"
rank = 28
topic = "evidence"
aliases = [
  "how trustworthy are the rules",
  "rules used",
  "which rules were applied",
  "inference rules",
  "how reliable are the facts",
  "confidence of the rules",
  "rule precision",
  "how sure are you",
  "confidence of the facts",
]
identity = ["rule", "property"]
empty = "the model has no module"

[answer]
some = "{rows} rules gave the facts."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
rule = "Id of the rule."
property = "Property it gave."
modules = "Modules it spoke of."
precision = { doc = "Measured precision, null where never measured.", show = "confidence" }
measured_on = "What it was measured on."
statement = "What the rule says."
source = "Where it comes from."
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (m:Module {structure: mine.structure})-[b:BY]->(r:Rule)
WITH r, b.property AS property, count(*) AS modules
RETURN r.uid AS rule, property, modules, r.precision AS precision, r.measured_on AS measured_on, r.statement AS statement, r.source AS source
ORDER BY rule, property
