"""From two state dicts to an alignment: shared names first, then equal parts, like parts and single modules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from archkb.kb.keys import owner, side_cars
from archkb.queries.diff.align.alignment import MEASURED, Alignment, Pair
from archkb.queries.diff.align.blocks.parts import Part
from archkb.queries.diff.align.model.key_order import places
from archkb.queries.diff.align.model.weight_tree import Node, modules, natural, opaque, ranks, tree
from archkb.queries.diff.align.modules.links import LENIENT, STRICT, Demand, Link, in_place
from archkb.queries.diff.align.modules.tensor_pairs import tensor_pairs
from archkb.queries.diff.align.names.keep_modules_whole import together
from archkb.queries.diff.align.names.renumbered_blocks import renumbered
from archkb.queries.diff.align.names.shared_keys import CONVENTION, common_prefix, moved, rearranged, shared_keys
from archkb.queries.diff.align.solver import Solver
from archkb.queries.diff.align.trees.common_subtree import Match
from archkb.queries.diff.align.trees.ema_copy import second_copy
from archkb.queries.diff.align.trees.isomorphism import Forms
from archkb.queries.diff.align.trees.tree_links import nearly, renamed
from archkb.queries.tensor_types import Spec, Typed

Tensors = Mapping[str, Spec]
AGREED = 0.95
"""Share of the keys equal by name that the tree must bring together too."""
Written = tuple[Mapping[str, int] | None, Mapping[str, int] | None]
"""Where each key stands in either file, or None where that says nothing."""


def align(a: Mapping[str, Typed], b: Mapping[str, Typed]) -> Alignment:
    """Align two state dicts; `align(b, a)` is the mirror image.

    The order of their keys chooses among equal siblings that nothing else tells apart, where both keep an order.

    >>> found = align({"w.weight": Spec("F32", (3, 2))}, {"proj.weight": Spec("F32", (3, 2))})
    >>> [(p.a, p.b, p.kind) for p in found.pairs]
    [(('w.weight',), ('proj.weight',), 'rename')]
    """
    left, right = _ordered(a), _ordered(b)
    written = places(list(a)), places(list(b))
    if list(left.items()) > list(right.items()):
        return _align(right, left, written[::-1]).mirrored
    return _align(left, right, written)


def unaligned(a: Mapping[str, Typed], b: Mapping[str, Typed]) -> Alignment:
    """Two state dicts of which no tensor is paired."""
    left, right = _ordered(a), _ordered(b)
    return Alignment(left, right, (), tuple(left), tuple(right))


def _ordered(tensors: Mapping[str, Typed]) -> dict[str, Spec]:
    keys = sorted(tensors, key=natural)
    return {k: Spec(tensors[k].dtype, tuple(tensors[k].shape)) for k in keys}


def _align(a: Tensors, b: Tensors, written: Written) -> Alignment:
    (left, extra), (right, extras) = _main(a), _main(b)
    pairs = _named(left, right)
    pairs += _moved(*_spare(left, right, pairs))
    convention = len(pairs) >= CONVENTION * min(len(left), len(right))
    if convention:
        pairs += _framed(left, right, pairs, written)
    pairs += _structural(*_spare(left, right, pairs), STRICT if convention else LENIENT, written)
    pairs = together(pairs, left, right)
    pairs += _side_cars(a, b, pairs, extra, extras)
    used = {k for p in pairs for k in p.a}, {k for p in pairs for k in p.b}
    place = {k: i for i, k in enumerate(a)}
    return Alignment(
        a,
        b,
        tuple(sorted(pairs, key=lambda p: place[p.a[0]])),
        tuple(k for k in a if k not in used[0]),
        tuple(k for k in b if k not in used[1]),
    )


def _main(tensors: Tensors) -> tuple[dict[str, Spec], dict[str, tuple[str, str]]]:
    """Tensors without side-cars, and each side-car's (key of the tensor it serves, kind)."""
    names: dict[str, list[str]] = {}
    for key in tensors:
        path, local = owner(key)
        names.setdefault(path, []).append(local)
    extra = {}
    for path, found in names.items():
        if len(found) > 1:
            dot = f"{path}." if path else ""
            for local, (target, kind) in side_cars(tuple(found)).items():
                extra[dot + local] = (dot + target, kind)
    return {k: v for k, v in tensors.items() if k not in extra}, extra


def _spare(a: Tensors, b: Tensors, pairs: Iterable[Pair]) -> tuple[dict[str, Spec], dict[str, Spec]]:
    used = set(), set()  # type: tuple[set[str], set[str]]
    for p in pairs:
        used[0].update(p.a)
        used[1].update(p.b)
    return {k: v for k, v in a.items() if k not in used[0]}, {k: v for k, v in b.items() if k not in used[1]}


def _named(a: Tensors, b: Tensors) -> list[Pair]:
    keys, convention = shared_keys(a, b)
    shifted = renumbered(a, b) if convention else {}
    gone = {*shifted, *shifted.values()}
    text = "one key in both models" + ("" if convention else ", and one shape")
    out = [Pair((k,), (k,), "same", "name", text, MEASURED["name"]) for k in keys if k not in gone]
    text = "blocks of one stack whose shapes go together in order, under other numbers"
    for k, q in shifted.items():
        out.append(Pair((k,), (q,), "same" if k == q else "rename", "shape", text, MEASURED["shape"]))
    return out


def _moved(a: Tensors, b: Tensors) -> list[Pair]:
    if not a or not b:
        return []
    old, new = common_prefix(a), common_prefix(b)
    below_a, below_b = {k[len(old) :]: v for k, v in a.items()}, {k[len(new) :]: v for k, v in b.items()}
    keys = shared_keys(below_a, below_b)[0] if old != new else []
    out = [] if rearranged(below_a, below_b, [(k, k) for k in keys]) else [_at(old, new, k, k) for k in keys]
    left, right = _spare(a, b, out)
    out += [_at(p, q, k[len(p) :], n[len(q) :]) for k, n, p, q in moved(left, right)]
    return out


def _at(old: str, new: str, k: str, n: str) -> Pair:
    text = f"the keys are equal below {old.rstrip('.') or 'the root'} and {new.rstrip('.') or 'the root'}"
    kind = "same" if old + k == new + n else "rename"
    return Pair((old + k,), (new + n,), kind, "prefix", text, MEASURED["prefix"])


def _structural(a: Tensors, b: Tensors, demand: Demand, written: Written) -> list[Pair]:
    if not a or not b:
        return []
    roots = _singled(*_trees(a, b, written))
    for root in roots:
        ranks(root, alone=not demand.strict)
    links = Solver(demand).solve(*(Part((), list(root.walk()), root) for root in roots))
    if None not in written:
        links = [_ordinal(link) if link.free else link for link in links]
    return [p for link in links if not demand.strict or in_place(link) for p in tensor_pairs(link, a, b)]


def _ordinal(link: Link) -> Link:
    """A free choice for which the order of both files decided."""
    tree = link.rule in ("tree", "scale")
    return link._replace(rule="order", confidence=MEASURED["order"] if tree else link.confidence)


def _trees(a: Tensors, b: Tensors, written: Written) -> tuple[Node, Node]:
    plain = opaque(a) != opaque(b)
    known = None not in written
    found = (modules(t, t, plain=plain, places=w if known else None) for t, w in zip((a, b), written, strict=True))
    left, right = map(tree, found)
    return left, right


def _framed(a: Tensors, b: Tensors, named: list[Pair], written: Written) -> list[Pair]:
    """Pairs of what names leave over in two models whose trees are nearly one, if the tree bears the names out."""
    left, right = _spare(a, b, named)
    if not left or not right:
        return []
    trees = _trees(a, b, written)
    one, two = (Part((), [], root) for root in trees)
    found = renamed(nearly(one, two, Match(Forms())) or [], *(root.walk() for root in trees))
    by_name = {k: p.b for p in named for k in p.a}
    pairs = [p for link in found for p in tensor_pairs(link, a, b)]
    told = [p for p in pairs if p.a[0] in by_name]
    if sum(by_name[p.a[0]] == p.b for p in told) < AGREED * len(told):
        return []
    return [p for p in pairs if left.keys() >= set(p.a) and right.keys() >= set(p.b)]


def _singled(a: Node, b: Node) -> tuple[Node, Node]:
    """Both trees; where one holds all its weights twice and the other does not, without the copy."""
    forms = Forms()
    copies = second_copy(a, forms), second_copy(b, forms)
    if (copies[0] is None) == (copies[1] is None):
        return a, b
    trees = []
    for root, copy in zip((a, b), copies, strict=True):
        gone = set() if copy is None else {id(m) for m in copy.walk()}
        trees.append(tree(m for m in root.walk() if id(m) not in gone) if gone else root)
    return trees[0], trees[1]


def _side_cars(
    a: Tensors, b: Tensors, pairs: list[Pair], extra: dict[str, tuple[str, str]], extras: dict[str, tuple[str, str]]
) -> list[Pair]:
    """Side-cars of the same kind go with the tensors they serve."""
    became = {p.a[0]: p for p in pairs if len(p.a) == len(p.b) == 1}
    there = {target_kind: key for key, target_kind in extras.items()}
    out = []
    for key, (target, kind) in extra.items():
        served = became.get(target)
        other = there.get((served.b[0], kind)) if served else None
        if served and other is not None:
            same = "same" if key == other else "rename"
            out.append(Pair((key,), (other,), same, "sidecar", f"{kind} of a matched {target}", served.confidence))
    return out
