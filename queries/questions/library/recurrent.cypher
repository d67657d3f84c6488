/*---
id = "recurrent"
title = "Are there recurrent layers?"
rank = 75
topic = "layers"
total = { noun = "recurrent layer", by = "kind" }
aliases = [
  "recurrent layers",
  "lstm",
  "gru",
  "rnn",
  "is there an lstm",
  "recurrence",
  "state space",
  "is there a recurrent layer anywhere",
]
identity = ["layer", "kind", "hidden", "layers", "bidirectional"]
empty = "no layer is an RNN, GRU or LSTM"

[answer]
some = "{total}."
none = "None: no layer is an RNN, GRU or LSTM."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
layer = "Path, numbers as {i}."
kind = { doc = "What it is.", unknown = true }
hidden = "Hidden width."
layers = "Layers of one."
bidirectional = "Whether it reads both ways."
count = "How many there are in the row."
---*/
MATCH (mine:Model {name: $model}) WITH mine MATCH (m:Recurrent {structure: mine.structure})
RETURN m.pattern AS layer, m.kind AS kind, m.hidden AS hidden, m.layers AS layers, m.bidirectional AS bidirectional, count(*) AS count
ORDER BY layer, kind, hidden, layers, bidirectional
