"""What is told of what the rules found: answers of rules that are right too seldom become unknown, in one place.

The stages work with the likeliest answer, for a wrong kind of norm costs a residual nothing. Only at their end doubtful
facts lose their values, and additions and stacks that rest on such a rule alone are not claimed.
"""

from __future__ import annotations

from dataclasses import replace

from archkb.ingest.analysis import Attention, Scene
from archkb.ingest.rules import is_doubtful, sure


def settle(scene: Scene) -> None:
    """Replace the scene's doubtful facts by unknown ones. Values that hold no doubtful fact stay the same objects."""
    for path, leaf in scene.leaves.items():
        if (kind := sure(leaf.kind)) is not leaf.kind:
            scene.leaves[path] = replace(leaf, kind=kind)
    for path, ff in scene.feed_forwards.items():
        if (form := sure(ff.form)) is not ff.form:
            scene.feed_forwards[path] = replace(ff, form=form)
    for path, part in scene.components.items():
        if (role := sure(part.role)) is not part.role:
            scene.components[path] = replace(part, role=role)
    scene.attentions = {path: _attention(attention) for path, attention in scene.attentions.items()}
    scene.stacks = {p: s for p, s in scene.stacks.items() if not is_doubtful(s.depth.evidence.rule)}
    scene.residuals = [r for r in scene.residuals if not is_doubtful(r.form.evidence.rule)]
    scene.role = sure(scene.role) if scene.role is not None else None


def _attention(attention: Attention) -> Attention:
    return replace(
        attention,
        attends=sure(attention.attends),
        heads=sure(attention.heads),
        kv_heads=sure(attention.kv_heads),
        head_dim=sure(attention.head_dim),
        gqa=sure(attention.gqa),
        qk_norm=sure(attention.qk_norm),
    )
