"""From a header to everything that is inferred of it. Read `analyse`: it is the table of contents of the package."""

from __future__ import annotations

from operator import itemgetter

from archkb.ingest.analysis import Analysis, Findings, Structure, Sublayers
from archkb.ingest.attention.find_attention import find_attention
from archkb.ingest.components.find_components import find_components, model_role
from archkb.ingest.doubtful_facts import without_doubt
from archkb.ingest.equal_siblings import with_twins
from archkb.ingest.feed_forward.find_feed_forward import find_feed_forwards
from archkb.ingest.layers.find_layers import leaf_kinds
from archkb.ingest.modulation import find_modulations
from archkb.ingest.residual.find_residual import find_residuals
from archkb.ingest.stacks import find_stacks
from archkb.ingest.streams.find_streams import find_streams
from archkb.ingest.tree.anonymous_names import infer_parameter_names
from archkb.ingest.tree.module_tree import Tree, build
from archkb.kb.declared_heads import Configuration, configuration
from archkb.kb.values import Header


def analyse(header: Header, *, doubtful: bool = False) -> Analysis:
    """Run all rules over one header. Pure: the same header gives an equal analysis, whatever the order of its keys.

    With `doubtful`, what rules say that are right too seldom is told as well: measuring a rule needs its answers.
    """
    tensors = sorted(header.tensors, key=itemgetter(0))  # the order of keys is their writer's: no rule shall see it
    tree = build(tensors, infer_parameter_names(tensors))
    findings = find_modules(tree, configuration(header.configurations))
    findings = with_twins(findings if doubtful else without_doubt(findings))
    links = find_streams(findings)
    return Analysis(
        header=header,
        tree=tree,
        leaves=findings.leaves,
        stacks=findings.stacks,
        attentions=findings.attentions,
        feed_forwards=findings.feed_forwards,
        residuals=findings.residuals,
        modulations=findings.modulations,
        components=findings.components,
        role=findings.role,
        origin=findings.origin,
        streams=links.streams,
        queries=links.queries,
        attends_to=links.attends_to,
        adds_to=links.adds_to,
    )


def find_modules(tree: Tree, read: Configuration) -> Findings:
    """What the rules say of each distinct structure of the tree, each stage from what the stages before it found.

    `read` is all a rule sees of a configuration, so that the tree and it make a structure.
    """
    leaves = leaf_kinds(tree)
    stacks = find_stacks(tree)
    structure = Structure(tree, leaves, stacks)
    attentions = find_attention(tree, leaves, read)
    feed_forwards = find_feed_forwards(structure, attentions)
    sublayers = Sublayers(tree, leaves, stacks, attentions, feed_forwards)
    components = find_components(sublayers)
    return Findings(
        tree,
        leaves,
        stacks,
        attentions,
        feed_forwards,
        residuals=tuple(find_residuals(sublayers)),
        modulations=find_modulations(tree, leaves),
        components=components,
        role=model_role(sublayers, components),
        origin={},
    )
