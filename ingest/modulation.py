"""Modulation: what turns a conditioning vector into shifts, scales and gates.

Adaptive norms take k vectors of the stream's width from a condition, by a matrix [k x width, condition], by a learned
table [k, width] that is added to one, or by both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from archkb.ingest.analysis import Leaf, Modulation
from archkb.ingest.layers.layer_view import layer_of
from archkb.ingest.rules import fact, rule
from archkb.ingest.tree.module_tree import Node, Tree
from archkb.ingest.tree.name_words import vocabulary, words

_TABLE = rule(
    "modulation.table",
    "shape",
    "A table of a few rows as wide as the stream, called scale, shift or modulation, is one row for each of them.",
    "PixArt's adaLN-single",
)
_MATRIX = rule(
    "modulation.matrix",
    "shape",
    "A matrix in a module called modulation or adaLN writes a whole multiple of the stream's width: its rows.",
    "adaLN of DiT",
)
_IN_NORM = rule(
    "modulation.norm",
    "neighbour",
    "A matrix inside a norm that writes two or more times the stream's width modulates it.",
    "AdaLayerNorm",
)

_SINGLE = rule(
    "modulation.single",
    "shape",
    "Outside of blocks, a matrix [k x width, width] beside an embedder of two matrices [width, f], [width, width], "
    "where blocks own tables of rows of that width, yields what is added to the tables.",
    "PixArt's adaLN-single",
)

_MOST_ROWS = 18
_A_STREAM = 4
"""A width is a stream where it is read at least a fourth as often as the one most read."""
_CALLED = vocabulary("adaln ada modulation modulations mod mods modulate modulator")
_TABLE_WORDS = vocabulary("modulation scale shift adaln")
_NOUNS = vocabulary("table tables")
_NORM = vocabulary("norm norm1 norms layernorm rmsnorm")


def find_modulations(tree: Tree, leaves: Mapping[str, Leaf]) -> dict[str, Modulation]:
    """Modulations by path: of tables by the module that owns them, of matrices by the matrix."""
    streams = _Streams(leaves)
    nodes = list(tree.root.leaves())
    modulations = (_table(node, leaves) or _matrix(node, leaves, streams) for node in nodes)
    out = {modulation.path: modulation for modulation in modulations if modulation is not None}
    widths = {width for modulation in out.values() for _, width in modulation.tables.values()}
    single = (_single(node, leaves, widths) for node in nodes if widths and node.path not in out)
    return out | {modulation.path: modulation for modulation in single if modulation is not None}


def _table(node: Node, leaves: Mapping[str, Leaf]) -> Modulation | None:
    """Learned tables [rows, width] or [1, rows, width] a module owns."""
    candidates: dict[str, tuple[int, int]] = {}
    for local, spec in node.tensors.items():
        shape = spec.shape[1:] if len(spec.shape) == 3 and spec.shape[0] == 1 else spec.shape
        if len(shape) == 2 and 0 < shape[0] <= _MOST_ROWS < shape[1]:
            candidates[local] = (shape[0], shape[1])
    named = {local for local in candidates if _is_table(words(local))}
    if not named:
        return None
    # a table that is called as its neighbour is but for what it is of: bridge_table beside scale_shift_table
    nouns = {noun for local in named for noun in words(local)} & _NOUNS
    tables = {local: size for local, size in candidates.items() if local in named or not nouns.isdisjoint(words(local))}
    first = min(tables, key=lambda local: (local != "scale_shift_table", local))
    rows, width = tables[first]
    evidence = ", ".join(f"{local} [{r}, {w}]" for local, (r, w) in sorted(tables.items()))
    return Modulation(node.path, fact(rows, _TABLE, evidence), width, tables)


def _is_table(name_words: Sequence[str]) -> bool:
    """Whether a parameter's name says that its rows modulate."""
    return len(_TABLE_WORDS.intersection(name_words)) > 1 or not _CALLED.isdisjoint(name_words)


def _matrix(node: Node, leaves: Mapping[str, Leaf], streams: _Streams) -> Modulation | None:
    """A matrix that writes rows x width."""
    sizes = _sizes(node, leaves)
    if sizes is None or node.parent is None:
        return None
    called = _is_called(node)
    if not called and not _in_norm(node):
        return None
    out, inp = sizes
    for width in streams.widths(node, inp):
        if width > 1 and out % width == 0 and (1 if called else 2) <= out // width <= _MOST_ROWS:
            evidence = f"{node.name} writes {out} = {out // width} x {width} from {inp}"
            return Modulation(node.path, fact(out // width, _MATRIX if called else _IN_NORM, evidence), width)
    return None


def _single(node: Node, leaves: Mapping[str, Leaf], widths: set[int]) -> Modulation | None:
    """A matrix beside its own timestep embedder, in a model with tables of that width."""
    sizes = _sizes(node, leaves)
    if sizes is None or node.parent is None or node.numbered:
        return None
    out, width = sizes
    if width not in widths or out % width or not 1 <= out // width <= _MOST_ROWS:
        return None
    embedder = [_sizes(leaf, leaves) for leaf in node.parent.leaves() if leaf is not node]
    if len(embedder) != 2 or None in embedder or (width, width) not in embedder:
        return None
    if not any(layer_sizes is not None and layer_sizes[0] == width for layer_sizes in embedder):
        return None
    evidence = f"{node.name} writes {out} = {out // width} x {width} from {width}, beside an embedder of its own"
    return Modulation(node.path, fact(out // width, _SINGLE, evidence), width)


def _sizes(node: Node, leaves: Mapping[str, Leaf]) -> tuple[int, int] | None:
    """(outputs, inputs) of a linear layer."""
    leaf = leaves.get(node.path)
    layer = layer_of(leaf, "") if leaf is not None and leaf.kind.value == "Linear" else None
    return (layer.out, layer.inp) if layer is not None else None


def _is_called(node: Node) -> bool:
    """Whether the module or its parent is called modulation."""
    near = words(node.name) if node.parent is None else (*words(node.name), *words(node.parent.name))
    return not _CALLED.isdisjoint(near)


def _in_norm(node: Node) -> bool:
    return node.parent is not None and not _NORM.isdisjoint(words(node.parent.name))


class _Streams:
    """How many matrices of a block read each width, those that modulate left out; computed once a block."""

    def __init__(self, leaves: Mapping[str, Leaf]) -> None:
        self._leaves = leaves
        self._known: dict[int, Counter[int]] = {}

    def widths(self, node: Node, condition: int) -> tuple[int, ...]:
        """Widths the module may modulate: that of its own input where it is a stream, else the stream most read.

        Streams are counted in the block the module is in, outside all blocks in the whole model.
        """
        block = next((up for up in node.ancestors() if up.name.isdigit() and len(up.children) > 1), None)
        if block is None:
            block = [node, *node.ancestors()][-1]
        if block.sig not in self._known:
            self._known[block.sig] = self._read(block)
        counts = self._known[block.sig]
        most = max(counts, key=lambda width: (counts[width], width), default=0)
        return (condition, most) if _A_STREAM * counts[condition] >= counts[most] else (most, condition)

    def _read(self, block: Node) -> Counter[int]:
        counts: Counter[int] = Counter()
        for below in block.leaves():
            sizes = _sizes(below, self._leaves)
            if sizes is not None and not _is_called(below) and not _in_norm(below):
                counts[sizes[1]] += 1
        return counts
