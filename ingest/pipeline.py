"""From a header to everything that is inferred of it. Read `analyse`: it is the table of contents of the package."""

from __future__ import annotations

from operator import itemgetter

from archkb.ingest.analysis import Analysis, Scene
from archkb.ingest.attention.find_attention import find_attention
from archkb.ingest.components.find_components import find_components, model_role
from archkb.ingest.doubt import settle
from archkb.ingest.feed_forward.find_feed_forward import find_feed_forwards
from archkb.ingest.layers.find_layers import leaf_kinds
from archkb.ingest.modulation import find_modulations
from archkb.ingest.residual.find_residual import find_residuals
from archkb.ingest.stacks import find_stacks
from archkb.ingest.streams.find_streams import assign_streams
from archkb.ingest.tree.anonymous_names import spoken_names
from archkb.ingest.tree.module_tree import build
from archkb.ingest.twins import Spread, copies, origins, spread_residuals
from archkb.kb.head_counts import configuration
from archkb.kb.values import Header


def analyse(header: Header, *, doubtful: bool = False) -> Analysis:
    """Run all rules over one header. Pure: the same header gives an equal analysis, whatever the order of its keys.

    With `doubtful`, what rules say that are right too seldom is told as well: measuring a rule needs its answers.
    """
    tensors = sorted(
        header.tensors, key=itemgetter(0)
    )  # by key: the order of a file's keys is its writer's, and no rule shall see it
    scene = Scene(build(tensors, spoken_names(tensors)), configuration(header.configurations))
    scene.leaves = leaf_kinds(scene)
    scene.stacks = find_stacks(scene)
    scene.attentions = find_attention(scene)
    scene.feed_forwards = find_feed_forwards(scene)
    scene.modulations = find_modulations(scene)
    scene.residuals = find_residuals(scene)
    scene.components = find_components(scene)
    scene.role = model_role(scene)
    if not doubtful:
        settle(scene)
    pairs = copies(scene.tree)
    origin = origins(pairs)
    analysis = Analysis(
        header=header,
        tree=scene.tree,
        leaves=Spread(scene.leaves, origin),
        stacks=Spread(scene.stacks, origin),
        attentions=Spread(scene.attentions, origin),
        feed_forwards=Spread(scene.feed_forwards, origin),
        residuals=tuple(spread_residuals(scene.residuals, pairs)),
        modulations=Spread(scene.modulations, origin),
        streams=(),
        queries={},
        attends_to={},
        adds_to={},
        components=scene.components,
        role=scene.role,
        origin=origin,
    )
    return assign_streams(analysis)
