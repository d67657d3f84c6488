/*---
id = "attention-evidence"
title = "Why is each attention called self, cross or joint?"
rank = 4
topic = "attention"
total = { noun = "attention", by = "basis", word = "by" }
aliases = [
  "why is attention called self or cross",
  "evidence for cross attention",
  "how do you know it is cross-attention",
  "why is it self-attention",
  "by what evidence is attention self or cross",
]
identity = ["attention", "attends", "basis", "rule", "evidence"]
empty = "no module has query, key and value projections"

[params.model]
type = "model"
doc = "The model asked about."

[columns]
attention = "Path of the module, numbers as {i}."
blocks = { doc = "Index of each in its numbered containers, dotted where nested.", show = "ranges" }
count = "Attention modules in the row."
attends = { doc = "self, cross or joint.", unknown = true }
basis = "What it is known by."
rule = "Rule that said so."
confidence = { doc = "Measured precision of the rule, null where it was never measured or nothing is known.", show = "confidence" }
evidence = "What was seen, or why nothing proves a kind."
statement = "What the rule says."
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (a:Attention {structure: mine.structure})
OPTIONAL MATCH (r:Rule {uid: a.attends_rule})
WITH a, r.statement AS statement, r.precision AS precision,
     reduce(s = '', n IN [p IN split(a.path, '.') WHERE p =~ '[0-9]+'] | CASE WHEN s = '' THEN n ELSE s + '.' + n END) AS index
ORDER BY size(a.path), a.path
RETURN a.pattern AS attention, collect(index) AS blocks, count(*) AS count,
       a.attends AS attends, a.attends_basis AS basis, a.attends_rule AS rule,
       min(CASE WHEN a.attends_confidence = 0.5 AND precision IS NULL THEN null ELSE a.attends_confidence END) AS confidence,
       a.attends_detail AS evidence, min(statement) AS statement
ORDER BY attention, attends, basis, rule, evidence
