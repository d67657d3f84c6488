"""Names for block templates, made from what is in a block: '2 × Conv3d 1024, residual' instead of a hash.

A hash tells two structures apart, a name tells a reader what they are; where two structures would have one name, the
number of parameters is added to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from archkb.kb.paths import within
from archkb.kb.wording import human

if TYPE_CHECKING:
    from archkb.kb.store.port import Store

LAYERS = ("Conv", "Linear", "Recurrent", "Embedding", "Norm")
"""Roles of layers, the most telling first."""
_HOLDERS = ("Attention", "FeedForward")
_KINDS = 3
"""How many kinds of layers a name holds."""
_ROLES = " ".join(f"WHEN n:{role} THEN '{role}'" for role in (*_HOLDERS, *LAYERS))
PARTS = (
    "UNWIND $templates AS template\n"
    "MATCH (t:Template {uid: template})<-[:INSTANCE_OF]-(i:Module)\n"
    "WITH template, t.n_params AS params, min(i.uid) AS first\n"
    "MATCH (b:Module {uid: first})-[:CONTAINS*0..16]->(n:Module)\n"
    "OPTIONAL MATCH (n)-[r:RESIDUAL]->(:Module)\n"
    "WITH template, params, n, count(r) AS adds\n"
    f"RETURN template, params, CASE {_ROLES} END AS label, n.path AS path, n.kind AS kind,\n"
    "       coalesce(n.q_dim, n.width, n.out_channels, n.out_features, n.features) AS width, adds\n"
    "ORDER BY template, path"
)
"""What is in the first block of each of the templates, in the order of the columns of :class:`Part`."""


class Part(NamedTuple):
    """A module of a block: its role (None for a container), path, kind and width, and how many additions it makes."""

    label: str | None
    path: str
    kind: str | None
    width: int | None
    adds: int = 0


def part_of(cells: Mapping[str, Any], adds: int = 0) -> Part:
    """The part a module is; `cells` are its properties and its role as `label`."""
    widths = (cells.get(name) for name in ("q_dim", "width", "out_channels", "out_features", "features"))
    width = next((w for w in widths if w is not None), None)
    return Part(cells["label"], str(cells["path"]), cells["kind"], width, adds)


def name_of(blocks: Sequence[Sequence[Part]]) -> str:
    """A name for blocks of one form, which may differ in counts and widths; '' where nothing in them is known.

    >>> convs = [Part("Conv", f"b.0.{name}", "Conv3d", 64) for name in "cd"]
    >>> name_of([[*convs, Part(None, "b.0", "Block", None, 2)]])
    '2 × Conv3d 64, residual'
    """
    # blocks with attention or a feed-forward: how many, and how wide
    attentions, feed_forwards = (_range(_count(b, role) for b in blocks) for role in _HOLDERS)
    if attentions or feed_forwards:
        nouns = ((attentions, "attention"), (feed_forwards, "feed-forward"))
        words = [f"{n} {noun}{'' if n == '1' else 's'}" for n, noun in nouns if n]
        widths = [max((p.width or 0 for p in b if p.label in _HOLDERS), default=0) for b in blocks]
        return ", ".join([*words, *([_range(widths)] if max(widths) else [])])
    # any other: its layers by kind
    layers = [_layers(b) for b in blocks]
    kinds = list(dict.fromkeys(kind for found in layers for kind in found))
    said = [_times([found.get(kind, []) for found in layers], kind) for kind in kinds[:_KINDS]]
    said += [f"{len(kinds) - _KINDS} more kinds"] if len(kinds) > _KINDS else []
    residual = ["residual"] if said and all(any(p.adds for p in b) for b in blocks) else []
    return ", ".join([*said, *residual])


def _count(block: Sequence[Part], role: str) -> int:
    return sum(p.label == role for p in block)


def _layers(block: Sequence[Part]) -> dict[str, list[int]]:
    """Widths of the layers by kind, the most telling kind first; norms only where there is nothing else."""
    out: dict[str, list[int]] = {}
    for role in LAYERS:
        if role != "Norm" or not out:
            for p in block:
                if p.label == role:
                    out.setdefault(str(p.kind or role), []).append(p.width or 0)
    return out


def _times(widths: Sequence[Sequence[int]], kind: str) -> str:
    """How many layers of a kind, and how wide."""
    times = _range(len(w) for w in widths)
    wide = _range(n for w in widths for n in w if n)
    return f"{f'{times} × ' if times != '1' else ''}{kind}{f' {wide}' if wide else ''}"


def _range(numbers: Iterable[int]) -> str:
    """The numbers as one, or as least to most; '' for none or zero alone."""
    found = sorted(set(numbers))
    if not found or found == [0]:
        return ""
    return str(found[0]) if len(found) == 1 else f"{found[0]} to {found[-1]}"


def names(store: Store, templates: Iterable[str]) -> dict[str, str]:
    """A name for each of the templates, by hash; each name is of one template only."""
    rows = store.read(PARTS, {"templates": sorted(set(templates))}).rows
    blocks: dict[str, list[Part]] = {}
    sizes: dict[str, int] = {}
    for template, params, *part in rows:
        blocks.setdefault(template, []).append(Part(*part))
        sizes[template] = int(params or 0)
    firsts = {template: min((part.path for part in parts), key=len) for template, parts in blocks.items()}
    return told_apart({template: name_of([outer(parts)]) for template, parts in blocks.items()}, sizes, firsts)


def outer(parts: Sequence[Part]) -> list[Part]:
    """The parts without those inside attentions and feed-forwards."""
    holders = [p.path for p in parts if p.label in _HOLDERS]
    return [p for p in parts if not any(p.path != h and within(p.path, h) for h in holders)]


def told_apart(named: Mapping[str, str], sizes: Mapping[str, int], firsts: Mapping[str, str]) -> dict[str, str]:
    """The names, with the parameters added where several templates have one, and a block of it where they are equal.

    `firsts` is the path of a block of each template.

    >>> told_apart({"a1": "Linear 8", "b2": "Linear 8", "c3": ""}, {"a1": 64, "b2": 72, "c3": 9}, {})
    {'a1': 'Linear 8 (64 parameters)', 'b2': 'Linear 8 (72 parameters)', 'c3': '9 parameters'}
    >>> told_apart({"a1": "Linear 8", "b2": "Linear 8"}, {"a1": 64, "b2": 64}, {"a1": "h.0", "b2": "h.3"})
    {'a1': 'Linear 8 (64 parameters) as h.0', 'b2': 'Linear 8 (64 parameters) as h.3'}
    """
    out = {uid: name or f"{human(sizes[uid])} parameters" for uid, name in named.items()}
    several = Counter(out.values())
    out = {
        uid: f"{name} ({human(sizes[uid])} parameters)" if several[name] > 1 and named[uid] else name
        for uid, name in out.items()
    }
    several = Counter(out.values())
    out = {uid: f"{name} as {firsts[uid]}" if several[name] > 1 else name for uid, name in out.items()}
    alike: dict[str, list[str]] = {}
    for uid, name in sorted(out.items()):  # blocks of several models may stand at one path
        alike.setdefault(name, []).append(uid)
    return {uid: f"{out[uid]}{_of_several(uid, alike[out[uid]])}" for uid in out}


def _of_several(uid: str, uids: Sequence[str]) -> str:
    return f" ({uids.index(uid) + 1} of {len(uids)})" if len(uids) > 1 else ""
