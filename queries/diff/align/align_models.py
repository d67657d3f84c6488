"""From two state dicts to an alignment: shared names first, then equal parts, like parts and single modules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from archkb.kb.keys import owner, side_cars
from archkb.queries.diff.align.align_parts import PartAligner
from archkb.queries.diff.align.alignment import MEASURED, Alignment, Pair, PairKind
from archkb.queries.diff.align.blocks.parts import Part
from archkb.queries.diff.align.model.key_order import file_positions
from archkb.queries.diff.align.model.weight_tree import (
    Node,
    anonymous_names,
    build_tree,
    modules_of,
    natural,
    note_ranks,
)
from archkb.queries.diff.align.modules.links import LENIENT, STRICT, Link, MatchThresholds, in_place
from archkb.queries.diff.align.modules.tensor_pairs import tensor_pairs
from archkb.queries.diff.align.names.keep_modules_whole import keep_modules_whole
from archkb.queries.diff.align.names.renumbered_blocks import renumbered
from archkb.queries.diff.align.names.shared_keys import (
    CONVENTION,
    common_prefix,
    moved_subtrees,
    same_shapes_permuted,
    shared_keys,
)
from archkb.queries.diff.align.trees.common_subtree import CommonSubtree
from archkb.queries.diff.align.trees.ema_copy import second_copy
from archkb.queries.diff.align.trees.isomorphism import SubtreeHashes
from archkb.queries.diff.align.trees.tree_links import near_isomorphic, without_doubtful_resizes
from archkb.queries.tensor_types import Spec, Typed

Tensors = Mapping[str, Spec]
AGREED = 0.95
"""Share of the keys equal by name that the tree must bring together too."""
KeyOrders = tuple[Mapping[str, int] | None, Mapping[str, int] | None]
"""Where each key stands in either file, or None where that says nothing."""


def align(source: Mapping[str, Typed], target: Mapping[str, Typed]) -> Alignment:
    """Align two state dicts; `align(target, source)` is the mirror image.

    The order of their keys chooses among equal siblings that nothing else tells apart, where both keep an order.

    >>> found = align({"w.weight": Spec("F32", (3, 2))}, {"proj.weight": Spec("F32", (3, 2))})
    >>> [(p.a, p.b, p.kind) for p in found.pairs]
    [(('w.weight',), ('proj.weight',), 'rename')]
    """
    left, right = _ordered(source), _ordered(target)
    key_orders = file_positions(list(source)), file_positions(list(target))
    if list(left.items()) > list(right.items()):
        return _align(right, left, key_orders[::-1]).mirrored
    return _align(left, right, key_orders)


def unaligned(source: Mapping[str, Typed], target: Mapping[str, Typed]) -> Alignment:
    """Two state dicts of which no tensor is paired."""
    left, right = _ordered(source), _ordered(target)
    return Alignment(left, right, (), tuple(left), tuple(right))


def _ordered(tensors: Mapping[str, Typed]) -> dict[str, Spec]:
    keys = sorted(tensors, key=natural)
    return {k: Spec(tensors[k].dtype, tuple(tensors[k].shape)) for k in keys}


def _align(source: Tensors, target: Tensors, key_orders: KeyOrders) -> Alignment:
    (left, scales_a), (right, scales_b) = _without_quantization_scales(source), _without_quantization_scales(target)
    # names, where they can be believed
    pairs = _pairs_by_name(left, right)
    pairs += _pairs_by_prefix(*_unpaired(left, right, pairs))
    convention = len(pairs) >= CONVENTION * min(len(left), len(right))
    if convention:  # a tree that bears the names out says what became of the rest
        pairs += _pairs_by_near_isomorphism(left, right, pairs, key_orders)
    # structure, of which more is asked where names already said most
    pairs += _pairs_by_structure(*_unpaired(left, right, pairs), STRICT if convention else LENIENT, key_orders)
    # what must hold of the whole
    pairs = keep_modules_whole(pairs, left, right)
    pairs += _pairs_of_quantization_scales(source, target, pairs, scales_a, scales_b)
    paired = {k for p in pairs for k in p.a}, {k for p in pairs for k in p.b}
    order = {k: i for i, k in enumerate(source)}
    return Alignment(
        source,
        target,
        tuple(sorted(pairs, key=lambda p: order[p.a[0]])),
        tuple(k for k in source if k not in paired[0]),
        tuple(k for k in target if k not in paired[1]),
    )


def _without_quantization_scales(tensors: Tensors) -> tuple[dict[str, Spec], dict[str, tuple[str, str]]]:
    """Tensors without quantization scales, and each scale's (key of the weight it serves, kind)."""
    locals_by_path: dict[str, list[str]] = {}
    for key in tensors:
        path, local = owner(key)
        locals_by_path.setdefault(path, []).append(local)
    scales = {}
    for path, path_locals in locals_by_path.items():
        if len(path_locals) > 1:
            prefix = f"{path}." if path else ""
            for local, (target, kind) in side_cars(tuple(path_locals)).items():
                scales[prefix + local] = (prefix + target, kind)
    return {k: v for k, v in tensors.items() if k not in scales}, scales


def _unpaired(source: Tensors, target: Tensors, pairs: Iterable[Pair]) -> tuple[dict[str, Spec], dict[str, Spec]]:
    paired = set(), set()  # type: tuple[set[str], set[str]]
    for pair in pairs:
        paired[0].update(pair.a)
        paired[1].update(pair.b)
    left = {k: v for k, v in source.items() if k not in paired[0]}
    return left, {k: v for k, v in target.items() if k not in paired[1]}


def _pairs_by_name(source: Tensors, target: Tensors) -> list[Pair]:
    keys, convention = shared_keys(source, target)
    new_keys = renumbered(source, target) if convention else {}
    renumbered_keys = {*new_keys, *new_keys.values()}
    text = "one key in both models" + ("" if convention else ", and one shape")
    out = [
        Pair((key,), (key,), "same", "name", text, MEASURED["name", ""]) for key in keys if key not in renumbered_keys
    ]
    text = "blocks of one stack whose shapes go together in order, under other numbers"
    for key, other_key in new_keys.items():
        out.append(
            Pair((key,), (other_key,), "same" if key == other_key else "rename", "shape", text, MEASURED["shape", ""])
        )
    return out


def _pairs_by_prefix(source: Tensors, target: Tensors) -> list[Pair]:
    if not source or not target:
        return []
    source_prefix, target_prefix = common_prefix(source), common_prefix(target)
    source_below = {k[len(source_prefix) :]: v for k, v in source.items()}
    target_below = {k[len(target_prefix) :]: v for k, v in target.items()}
    keys = shared_keys(source_below, target_below)[0] if source_prefix != target_prefix else []
    pairs = []
    if not same_shapes_permuted(source_below, target_below, [(k, k) for k in keys]):
        pairs = [_prefix_pair(source_prefix, target_prefix, k, k) for k in keys]
    left, right = _unpaired(source, target, pairs)
    pairs += [_prefix_pair(p, q, k[len(p) :], n[len(q) :]) for k, n, p, q in moved_subtrees(left, right)]
    return pairs


def _prefix_pair(source_prefix: str, target_prefix: str, source_tail: str, target_tail: str) -> Pair:
    source_root, target_root = (prefix.rstrip(".") or "the root" for prefix in (source_prefix, target_prefix))
    text = f"the keys are equal below {source_root} and {target_root}"
    kind: PairKind = "same" if source_prefix + source_tail == target_prefix + target_tail else "rename"
    return Pair(
        (source_prefix + source_tail,), (target_prefix + target_tail,), kind, "prefix", text, MEASURED["prefix", ""]
    )


def _pairs_by_structure(
    source: Tensors, target: Tensors, thresholds: MatchThresholds, key_orders: KeyOrders
) -> list[Pair]:
    if not source or not target:
        return []
    roots = _without_second_copy(*_module_trees(source, target, key_orders))
    for root in roots:
        note_ranks(root, alone=not thresholds.strict)
    links = PartAligner(thresholds).align(*(Part((), list(root.walk()), root) for root in roots))
    if None not in key_orders:
        links = [_decided_by_order(link) if link.ambiguous else link for link in links]
    return [p for link in links if not thresholds.strict or in_place(link) for p in tensor_pairs(link, source, target)]


def _decided_by_order(link: Link) -> Link:
    """A free choice for which the order of both files decided."""
    by_tree = link.rule in ("tree", "scale")
    return link._replace(rule="order", confidence=MEASURED["order", ""] if by_tree else link.confidence)


def _module_trees(source: Tensors, target: Tensors, key_orders: KeyOrders) -> tuple[Node, Node]:
    plain = anonymous_names(source) != anonymous_names(target)
    known = None not in key_orders
    modules = (
        modules_of(tensors, tensors, plain=plain, positions=positions if known else None)
        for tensors, positions in zip((source, target), key_orders, strict=True)
    )
    left, right = map(build_tree, modules)
    return left, right


def _pairs_by_near_isomorphism(
    source: Tensors, target: Tensors, by_name: list[Pair], key_orders: KeyOrders
) -> list[Pair]:
    """Pairs of what names leave over in two models whose trees are nearly one, if the tree bears the names out."""
    left, right = _unpaired(source, target, by_name)
    if not left or not right:
        return []
    trees = _module_trees(source, target, key_orders)
    source_root, target_root = (Part((), [], root) for root in trees)
    links = without_doubtful_resizes(
        near_isomorphic(source_root, target_root, CommonSubtree(SubtreeHashes())) or [],
        *(root.walk() for root in trees),
    )
    # believed where the pairs by name agree with it
    target_of = {k: p.b for p in by_name for k in p.a}
    pairs = [p for link in links for p in tensor_pairs(link, source, target)]
    named = [p for p in pairs if p.a[0] in target_of]
    if sum(target_of[p.a[0]] == p.b for p in named) < AGREED * len(named):
        return []
    return [p for p in pairs if left.keys() >= set(p.a) and right.keys() >= set(p.b)]


def _without_second_copy(source: Node, target: Node) -> tuple[Node, Node]:
    """Both trees; where one holds all its weights twice and the other does not, without the copy."""
    hashes = SubtreeHashes()
    copies = second_copy(source, hashes), second_copy(target, hashes)
    if (copies[0] is None) == (copies[1] is None):
        return source, target
    trees = []
    for root, copy in zip((source, target), copies, strict=True):
        dropped = set() if copy is None else {id(m) for m in copy.walk()}
        trees.append(build_tree(m for m in root.walk() if id(m) not in dropped) if dropped else root)
    return trees[0], trees[1]


def _pairs_of_quantization_scales(
    source: Tensors,
    target: Tensors,
    pairs: list[Pair],
    source_scales: dict[str, tuple[str, str]],
    target_scales: dict[str, tuple[str, str]],
) -> list[Pair]:
    """Quantization scales of the same kind go with the tensors they serve."""
    pair_of = {p.a[0]: p for p in pairs if len(p.a) == len(p.b) == 1}
    target_key = {target_kind: key for key, target_kind in target_scales.items()}
    out = []
    for key, (weight_key, scale_kind) in source_scales.items():
        weight_pair = pair_of.get(weight_key)
        target_scale = target_key.get((weight_pair.b[0], scale_kind)) if weight_pair else None
        if weight_pair and target_scale is not None:
            pair_kind: PairKind = "same" if key == target_scale else "rename"
            text = f"{scale_kind} of a matched {weight_key}"
            out.append(Pair((key,), (target_scale,), pair_kind, "sidecar", text, weight_pair.confidence))
    return out
