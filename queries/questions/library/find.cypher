/*---
id = "find"
title = "Where does a name occur in the model?"
rank = 26
topic = "layers"
total = { noun = "module", by = "kind" }
aliases = [
  "where is a module named",
  "find a module",
  "search for a module",
  "modules named",
  "find path",
]
identity = ["module", "kind"]
empty = "no path holds that text"

[answer]
none = "None: no path holds that text."

[params.model]
type = "model"
doc = "The model asked about."
[params.text]
type = "string"
doc = "Part of a path, upper or lower case, in British or American spelling."

[columns]
module = "Path, numbers as {i}."
kind = { doc = "What it is.", unknown = true }
blocks = { doc = "Index of each in its numbered containers, dotted where nested.", show = "ranges" }
count = "Modules in the row."
params = { doc = "Parameters of one, the largest.", show = "count" }
---*/
WITH replace(replace(replace(replace(replace(replace(toLower($text), 'isation', 'ization'), 'ise', 'ize'), 'ising', 'izing'), 'colour', 'color'), 'elling', 'eling'), 'centre', 'center') AS wanted
MATCH (mine:Model {name: $model}) WITH mine, wanted MATCH (m:Module {structure: mine.structure})
WITH m, wanted, replace(replace(replace(replace(replace(replace(toLower(m.path), 'isation', 'ization'), 'ise', 'ize'), 'ising', 'izing'), 'colour', 'color'), 'elling', 'eling'), 'centre', 'center') AS path
WHERE path CONTAINS wanted
WITH m, reduce(s = '', n IN [p IN split(m.path, '.') WHERE p =~ '[0-9]+'] | CASE WHEN s = '' THEN n ELSE s + '.' + n END) AS index
ORDER BY size(m.path), m.path
RETURN m.pattern AS module, m.kind AS kind, collect(index) AS blocks, count(*) AS count, max(m.n_params) AS params
ORDER BY module, kind
