/*---
id = "optical-flow"
title = "Does the model use optical flow, camera, pose or depth?"
rank = 85
topic = "components and size"
aliases = [
  "optical flow",
  "is there a camera condition",
  "camera conditioning",
  "pose conditioning",
  "depth conditioning",
  "does it use motion vectors",
  "camera control",
  "does it use optical flow",
  "is there a controlnet branch",
  "guidance by motion",
  "motion conditioning",
]
identity = ["part", "kind"]
empty = "None: no module is named for flow, camera, pose, depth or motion"

[answer]
some = "Yes: {each}."
each = "{part} ({params} parameters)"
most = 3
none = "None: no module is named for flow, camera, pose, depth or motion."

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
MATCH (mine:Model {name: $model}) WITH mine MATCH (m:Module {structure: mine.structure}) WHERE m.name =~ '(?i)(.*[^a-z])?(flow|optical|camera|cam|pose|depth|trajectory|ray|plucker|motion)([^a-z].*)?'
WITH m ORDER BY size(m.path), m.path
WITH m.pattern AS part, m.kind AS kind, count(*) AS count, max(m.n_params) AS params, min(m.role) AS role
RETURN part, kind, role, count, params
ORDER BY params DESC, part, kind
