/*---
id = "dtypes-across-models"
title = "How many models are kept in which dtypes, quantized or not?"
about = "Models are counted; beside them stands how many structures they are."
rank = 92
topic = "several models"
aliases = [
  "dtypes across models",
  "how many models are fp8",
  "which models are quantized how",
  "precision of all models",
  "how many models are in bf16",
  "quantization formats across the store",
]
identity = ["mostly", "dtypes"]
empty = "the store holds no model"

[answer]
some = "{each}."
each = "{models} models mostly in {mostly} ({dtypes}): {examples}"
none = "None: the store is empty; `archkb ingest FILE` fills it."

[columns]
mostly = "dtype of most parameters."
dtypes = "All dtypes, by name."
models = "Models that are kept so."
structures = "Structures these are."
examples = "Names of up to twenty of them."
---*/
MATCH (s:Structure) WHERE size(s.dtypes) > 0
UNWIND range(0, size(s.dtypes) - 1) AS i
WITH s.uid AS structure, s.dtypes[i] AS dtype, s.dtype_params[i] AS params
ORDER BY structure, params DESC, dtype
WITH structure, collect(dtype) AS ranked
UNWIND ranked AS dtype
WITH structure, ranked[0] AS mostly, dtype ORDER BY dtype
WITH structure, mostly, collect(dtype) AS dtypes
MATCH (m:Model {structure: structure})
WITH structure, mostly, dtypes, m ORDER BY m.name
WITH structure, mostly, dtypes, count(m) AS models, collect(m.name)[0..20] AS names
UNWIND names AS name
WITH structure, mostly, dtypes, models, name ORDER BY name
WITH mostly, dtypes, structure, models, collect(name) AS names
WITH mostly, dtypes, sum(models) AS models, count(structure) AS structures, collect(names) AS lists
UNWIND lists AS names
UNWIND names AS name
WITH mostly, dtypes, models, structures, name ORDER BY name
RETURN mostly, dtypes, models, structures, collect(name)[0..20] AS examples
ORDER BY models DESC, mostly, dtypes
