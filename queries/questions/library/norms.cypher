/*---
id = "norms"
title = "Which norms have parameters?"
about = """
Norms without parameters leave no trace in a header."""
rank = 11
topic = "layers"
total = { noun = "norm", by = "kind" }
aliases = [
  "layernorm or rmsnorm",
  "norms",
  "layer norm or rms norm",
  "normalisation layers",
  "which normalization does it use",
  "norm layers",
  "group norm",
]
identity = ["component", "kind", "features", "affine_bias"]
empty = "no norm has parameters; those without leave no trace in a header"

[answer]
none = "None has parameters; norms without leave no trace in a header, `archkb ask norm-settings` says what is stated."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
component = "Component it is in."
kind = { doc = "RMSNorm, LayerNorm, GroupNorm ...", unknown = true }
features = "Size of its weight."
affine_bias = "Whether it has a bias."
count = "Norms in the row."
patterns = "Paths, numbers as {i}."
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (n:Norm {structure: mine.structure})
WITH n ORDER BY n.pattern
RETURN coalesce(n.component, '(root)') AS component, n.kind AS kind, n.features AS features, n.affine_bias AS affine_bias,
       count(*) AS count, collect(DISTINCT n.pattern) AS patterns
ORDER BY component, kind, features, affine_bias
