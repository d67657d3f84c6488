"""Links of two parts with one unlabelled tree or nearly one, and which of them to believe beside agreeing names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from archkb.queries.diff.align.alignment import MEASURED
from archkb.queries.diff.align.blocks.parts import Part
from archkb.queries.diff.align.model.weight_tree import Module, Node, gathered
from archkb.queries.diff.align.modules.links import Link, LinkFloors, fusion_links, surplus
from archkb.queries.diff.align.trees.common_subtree import CommonSubtree, module_score, tensor_score, unwrapped
from archkb.queries.diff.align.trees.isomorphism import SubtreeHashes, isomorphic_pairs
from archkb.queries.diff.align.trees.size_mapping import commonest, exchange, proportion

FEW = 24
"""Most modules of a block without an equal among which fusions are sought."""
ROUNDS = 2
"""How often it is asked which size became which."""
ROUGHLY = 0.6
"""Share of :data:`NEARLY` that tensors of like proportions must hold."""
NEARLY = 0.85
"""Share of the smaller part's tensors that a nearly common tree must hold."""


def isomorphic(source: Part, target: Part, hashes: SubtreeHashes) -> list[Link] | None:
    """Links of two parts that have one unlabelled tree, or None."""
    if source.node is None or target.node is None or hashes.id_of(source.node) != hashes.id_of(target.node):
        return None
    text = f"{source.title} and {target.title} have one tree of shapes"
    pairs = isomorphic_pairs(source.node, target.node, hashes)
    return [
        Link((module,), (other,), "tree", text, MEASURED["tree", "ambiguous" if ambiguous else ""], ambiguous)
        for module, other, ambiguous in pairs
    ]


def near_isomorphic(source: Part, target: Part, subtree: CommonSubtree) -> list[Link] | None:
    """Links of two parts whose unlabelled trees are nearly one, or None."""
    if source.node is None or target.node is None:
        return None
    source_root, target_root = source.node, target.node
    if not (source.path or target.path):
        source_root, target_root = unwrapped(source_root), unwrapped(target_root)
    score = subtree.score(source_root, target_root)
    if score < NEARLY * min(source_root.tensors, target_root.tensors):
        return None
    text = f"{source.title} and {target.title} have nearly one tree of shapes"
    links: list[Link] = []
    blocks: list[tuple[Node, Node]] = []
    for node, other_node, ambiguous in subtree.nodes(source_root, target_root):
        if node.unit and other_node.unit:
            blocks.append((node, other_node))
        if (
            node.module is not None
            and other_node.module is not None
            and module_score(node.module, other_node.module, tensor_score) > 0
        ):
            confidence = MEASURED["tree", "ambiguous" if ambiguous else "nearly"]
            links.append(Link((node.module,), (other_node.module,), "tree", text, confidence, ambiguous))
        links += _fusions_of_children(node, other_node)
    # a fusion is better than one of its parts under another size
    links += _fusions_in_blocks(blocks, links)
    taken = keys_of(link for link in links if link.rule != "tree")
    links = [link for link in links if link.rule != "tree" or not taken & keys_of([link])]
    # a vector changes its size only as some matrix does
    matrix_changes = {
        change for link in links if link.rule == "tree" for change in _size_changes(link) if len(link.a[0].main) > 1
    }
    return [link for link in links if len(link.a[0].main) > 1 or matrix_changes.issuperset(_size_changes(link))]


def rescaled(source: Part, target: Part, hashes: SubtreeHashes) -> list[Link] | None:
    """Links of two parts whose trees are nearly one once sizes are exchanged, or None."""
    if source.node is None or target.node is None:
        return None
    source_root, target_root = unwrapped(source.node), unwrapped(target.node)
    fewest = NEARLY * min(source_root.tensors, target_root.tensors)
    subtree = CommonSubtree(hashes, proportion(commonest(source_root.walk()), commonest(target_root.walk())))
    if subtree.score(source_root, target_root) < ROUGHLY * fewest:
        return None
    for _ in range(ROUNDS):
        matched = ((module, other) for module, other, _ in subtree.modules(source_root, target_root))
        subtree = CommonSubtree(hashes, exchange(matched))
    if subtree.score(source_root, target_root) < fewest:
        return None
    text = f"{source.title} and {target.title} have nearly one tree, sizes changed"
    return [
        Link((module,), (other_module,), "scale", text, _scale_confidence(ambiguous), ambiguous)
        for module, other_module, ambiguous in subtree.modules(source_root, target_root)
    ]


def _scale_confidence(ambiguous: bool) -> float:
    return MEASURED["tree", "ambiguous"] if ambiguous else MEASURED["scale", ""]


def keys_of(links: Iterable[Link]) -> set[tuple[bool, str]]:
    """The keys links speak of, each with whether it is one of the second model's."""
    return {
        (side, key) for link in links for side, modules in ((False, link.a), (True, link.b)) for module in modules
        for key in module.keys.values()
    }  # fmt: skip


def _size_changes(link: Link) -> Iterator[tuple[int, int]]:
    """Sizes of axes that differ between two modules: what they were and what they became."""
    for role, shape in link.a[0].shapes.items():
        yield from ((m, n) for m, n in zip(shape, link.b[0].shapes.get(role, ()), strict=False) if m != n)


def without_doubtful_resizes(links: Sequence[Link], sources: Iterable[Module], targets: Iterable[Module]) -> list[Link]:
    """Links without those of another size that may as well be a tensor removed and another one added.

    Believed are those whose container has another name too and goes over as a whole, or whose own name became the
    other elsewhere.
    """
    renames = {(link.a[0].path[-1:], link.b[0].path[-1:]) for link in links if not any(_size_changes(link))}
    source_sizes, target_sizes = Counter(m.path[:-1] for m in sources), Counter(m.path[:-1] for m in targets)
    both = Counter((link.a[0].path[:-1], link.b[0].path[:-1]) for link in links)

    def believed(source_path: tuple[str, ...], target_path: tuple[str, ...]) -> bool:
        if source_path[-1:] == target_path[-1:] or (source_path[-1:], target_path[-1:]) in renames:
            return True
        above, other_above = source_path[:-1], target_path[:-1]
        return (
            above[-1:] != other_above[-1:]
            and source_sizes[above] == target_sizes[other_above] == both[above, other_above]
        )

    return [link for link in links if not any(_size_changes(link)) or believed(link.a[0].path, link.b[0].path)]


def _fusions_in_blocks(blocks: Iterable[tuple[Node, Node]], links: Sequence[Link]) -> list[Link]:
    """Fusions, inside blocks that go together, among modules that have no equal: better than one of another size."""
    settled = keys_of(link for link in links if link.rule != "tree" or not any(_size_changes(link)))
    out: list[Link] = []
    for block, other_block in blocks:
        left, right = (
            [m for m in n.walk() if len(m.main) > 1 and not any((side, k) in settled for k in m.keys.values())]
            for side, n in ((False, block), (True, other_block))
        )
        if left and right and len(left) != len(right) and max(len(left), len(right)) <= FEW:
            fusions = fusion_links(left, right, (len(block.path), len(other_block.path)), LinkFloors.FUSION)
            settled |= keys_of(fusions)
            out += fusions
    return out


def _fusions_of_children(node: Node, other: Node) -> list[Link]:
    """Fusions among the modules right below two nodes that have no equal on the other side."""
    sources, targets = (
        [m for c in n.children.values() if (m := gathered(c) or gathered(unwrapped(c))) is not None]
        for n in (node, other)
    )
    left, right = surplus(sources, targets)
    prefix_lengths = (len(node.path), len(other.path))
    return (
        fusion_links(left, right, prefix_lengths, LinkFloors.FUSION)
        if left and right and len(left) != len(right)
        else []
    )
