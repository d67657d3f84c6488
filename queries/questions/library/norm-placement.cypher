/*---
id = "norm-placement"
title = "Do the blocks normalise before their sublayers, after them, or both?"
about = """
Norms with parameters in a block are held against the attentions and feed-forwards it adds: two for each is a norm before
and one after. One for each leaves the same weights before it and after it, so the side is unknown unless a configuration
states it; norms without parameters leave none."""
rank = 101
topic = "norms and modulation"
aliases = [
  "pre-norm or post-norm",
  "norm placement",
  "sandwich norm",
  "norms per block",
  "where are the norms in a block",
  "is it pre-ln",
  "norm before or after the attention",
]
identity = ["block", "additions", "norms", "within", "value", "stated_at"]

[answer]
some = "{each}."
each = "{block}: {placement}"
none = "Unknown: no block is known to add an attention or a feed-forward, and no configuration states a side."

[params.model]
type = "model"
doc = "The model asked about."

[columns]
block = "Path of the block, numbers as {i}; of a setting, what it speaks of."
blocks = "How many there are in the row, null for a setting."
additions = "Attentions and feed-forwards that one adds."
norms = "Norms with parameters in it, those within its attentions and feed-forwards left out."
within = "Norms within its attentions and feed-forwards, of queries and keys too."
placement = "What the counts tell, or what is stated."
value = "The value that is stated, null for a block."
stated_at = "Where it is written, null for a block."
---*/
CALL {
  MATCH (mine:Model {name: $model}) WITH mine MATCH (b:Module {structure: mine.structure})-[r:RESIDUAL]->(f:Module)
  WHERE f:Attention OR f:FeedForward OR r.form_rule IN ['residual.feed_forward', 'residual.conv_mlp']
  WITH b, count(DISTINCT r.order) AS additions
  OPTIONAL MATCH (b)-[:CONTAINS*1..6]->(n:Norm)
  WITH b, additions, count(n) AS inside
  OPTIONAL MATCH (b)-[:CONTAINS*1..4]->(x:Module)-[:CONTAINS*1..4]->(n:Norm) WHERE x:Attention OR x:FeedForward
  WITH b, additions, inside, count(DISTINCT n) AS within
  WITH b, additions, inside - within AS norms, within
  RETURN 1 AS rank, b.pattern AS block, count(*) AS blocks, additions, norms, within, null AS value, null AS stated_at, null AS setting
  UNION ALL
  MATCH (mine:Model {name: $model}) WITH mine MATCH (s:Setting {settings: mine.settings})
  WHERE s.name =~ '(?i)(norm_first|normali[sz]e_before|do_layer_norm_before|layer_norm_first|norm_after|(.*_)?(pre|post|sandwich)_?(layer_?)?norm(_.*)?|(.*_)?sandwich(_.*)?)'
  RETURN 0 AS rank, CASE WHEN s.path = '' THEN '(model)' ELSE s.path END AS block, null AS blocks, null AS additions, null AS norms, null AS within,
         s.value AS value, s.stated_at AS stated_at, s.name AS setting
}
WITH rank, block, blocks, additions, norms, within, value, stated_at, setting
RETURN block, blocks, additions, norms, within,
       CASE WHEN rank = 0 THEN setting + ' ' + value + ' is stated' WHEN norms = 0 AND within = 0 THEN 'no norm has parameters, so unknown'
            WHEN norms = 0 THEN 'no norm with parameters beside ' + toString(additions) + ' sublayers (' + toString(within) + ' within them, as of queries and keys), so unknown'
            WHEN norms >= 2 * additions THEN toString(norms) + ' norms for ' + toString(additions) + ' sublayers, so before and after each (sandwich)'
            WHEN norms = additions THEN 'one norm for each of ' + toString(additions) + ' sublayers, before or after it is unknown'
            ELSE toString(norms) + ' norms for ' + toString(additions) + ' sublayers, so the side is unknown' END AS placement,
       value, stated_at
ORDER BY rank, block, additions, norms, within, value, stated_at
