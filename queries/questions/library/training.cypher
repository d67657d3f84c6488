/*---
id = "training"
title = "How was it trained: which loss, which steps?"
rank = 51
topic = "training"
aliases = [
  "training objective",
  "which loss",
  "how was it trained",
  "loss function",
  "what loss is used",
  "training steps",
  "learning rate",
  "dataset it was trained on",
  "objective of training",
  "is it distilled",
  "is there dropout",
  "which optimizer was used",
  "weight decay",
  "how fast is it",
  "inference speed",
  "latency",
  "how good is it",
  "quality of the model",
  "fid score",
  "was it trained with flow matching",
  "which optimizer",
  "epochs",
  "seconds per clip",
  "throughput on a gpu",
  "how many flops is a forward pass",
  "how long does it take",
  "benchmark results",
  "training data",
  "is it overfitted",
]
identity = ["speaks_of", "part", "name", "value", "stated_at"]

[answer]
some = "Unknown: no loss, data or quality is in a header. What is stated goes with training: {each}."
each = "{name} {value}"
none = "Unknown: no loss, data, schedule or quality is in a header; the model card or the training code would tell."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
speaks_of = "Path of the module it speaks of, (model) for the whole."
part = "Words of the key that name a part or stream; empty for none."
name = "What is stated, in one word for all configurations."
value = "The value."
verdict = "agrees, contradicts, or unchecked where shapes show neither."
shapes_show = "What the shapes show, null where they show nothing."
stated_at = "Where it is written; null where only shapes show it."
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (s:Setting {settings: mine.settings}) WHERE s.topic IN ['scheduler', 'training'] OR s.name IN ['timestep_conditioning', 'ss_base_model_version', 'learning_rate', 'optimizer']
RETURN CASE WHEN s.path = '' THEN '(model)' ELSE s.path END AS speaks_of, s.part AS part, s.name AS name, s.value AS value,
       s.verdict AS verdict, s.shapes_show AS shapes_show, CASE WHEN s.stated_at = '' THEN null ELSE s.stated_at END AS stated_at
ORDER BY size(s.path), speaks_of, part, name, value, stated_at
