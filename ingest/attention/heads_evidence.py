"""Signs of a head count in the tensors of an attention: each a small function that yields what it sees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum
from typing import NamedTuple

from archkb.ingest.attention.projections import Projections, Shape
from archkb.ingest.rules import Rule, rule
from archkb.ingest.tree.module_tree import Node
from archkb.ingest.tree.name_words import vocabulary, words

_NORM = rule("heads.qk_norm", "shape", "A query or key norm smaller than the projection has the size of one head.")
_NORM_PRODUCT = rule("heads.qk_norm_product", "shape", "A query norm of weight [heads, width] has a row a head.")
_PRODUCT = rule(
    "heads.per_head_table", "shape", "A bias [heads, width] whose product is the query's rows has a row a head."
)
_STACKED = rule("heads.stacked", "shape", "A query parameter [width, heads, head width] has its heads as a dimension.")
_TABLE = rule("heads.relative_table", "name", "A relative position table has one column, or one slice, a head.")
_RELATIVE_KEY = rule(
    "heads.relative_key", "name", "A table of relative positions added to keys has rows as wide as one head."
)
_NETWORK = rule(
    "heads.bias_network",
    "name",
    "A network that makes a bias of relative positions writes one value a head.",
    "Swin v2",
)
_SCALE = rule("heads.per_head_scale", "shape", "A parameter [heads, 1, 1] scales each head.")
_VECTOR = rule("heads.per_head_vector", "name", "A vector of sinks, slopes or temperatures has one entry a head.")
_MEMORY = rule("heads.memory", "name", "Memories [2, heads, n, width] are a learned key and value for each head.")
_LAMBDA = rule("heads.lambda", "name", "The lambda vectors of differential attention have the size of one head.")
_GATE = rule("heads.gate", "name", "Gate logits have one row a head.")
_TALKING = rule("heads.talking", "shape", "Two small square layers beside the projections mix the heads.", "CaiT")
_MLA = rule(
    "heads.mla",
    "shape",
    "With low-rank keys, query rows = heads x (plain + rotary) and up rows = heads x (plain + value); the rotary width"
    " is what the down projection has beyond the latent.",
    "DeepSeek-V2",
)

_RELATIVE = vocabulary("relative rel rpb rpe biases distance")
_BIAS = vocabulary("table bias biases rpb rpe params")
_ROWS = vocabulary("biases params")
"""Words of tables that have one row a head; others have one column."""
_NO_TABLE = vocabulary("index coords coordinates")
_KEYED = vocabulary("emb embed embedding embeddings pos position k v key distance h w t height width")
_BIAS_NETWORK = vocabulary("cpb rel relative continuous meta rpb")
_PER_HEAD = vocabulary("sinks sink slopes temperature head heads")
_MOST_HEADS = 128
_MOST_CHILDREN = 32
_TALK = vocabulary("talking talk l w pre post")


class Shows(Enum):
    """What a tensor of an attention proves of its heads."""

    HEADS = "how many there are"
    WIDTH = "how wide a head is, and so how many there are"
    ALL = "how wide a head is, and that each has a key of its own"


class HeadCount(NamedTuple):
    """A head count with the rule that gave it; `shows` says what else the same tensors prove."""

    heads: int
    because: Rule
    detail: str
    shows: Shows = Shows.HEADS


Sign = Callable[[Node, Projections, int], Iterator[HeadCount]]


def direct(node: Node, projections: Projections) -> HeadCount | None:
    """What a tensor of the module itself, or a table shared by the modules around it, shows."""
    rows = projections.query_rows or 0
    for sign in _SIGNS:
        for known in sign(node, projections, rows):
            if known.heads > 0 and (not rows or rows % known.heads == 0):
                return known
    return None


def _by_norm(node: Node, projections: Projections, rows: int) -> Iterator[HeadCount]:
    for role, (path, shape) in projections.norms.items():
        size = max(shape, default=0)
        norm_rows = projections.key_rows if role == "k_norm" else rows
        if (
            projections.form != "mla"
            and not role.startswith("add_")
            and norm_rows
            and 1 < size < norm_rows
            and rows % size == 0
        ):
            yield HeadCount(rows // size, _NORM, f"{path} has {size} of {norm_rows} channels: one head", Shows.WIDTH)


def _by_norm_product(node: Node, projections: Projections, rows: int) -> Iterator[HeadCount]:
    for name, child in node.children.items():
        shape = child.shape("weight")
        name_words = set(words(name))
        if (
            "norm" in name_words
            and name_words & {"q", "query"}
            and shape
            and len(shape) == 2
            and shape[0] * shape[1] == rows
        ):
            yield HeadCount(shape[0], _NORM_PRODUCT, f"{name} is {list(shape)}, {rows} query rows in all")


def _by_mla(node: Node, projections: Projections, rows: int) -> Iterator[HeadCount]:
    down, up, o = projections.parts.get("kv_down"), projections.parts.get("kv_up"), projections.parts.get("o")
    if projections.form != "mla" or down is None or up is None or o is None:
        return
    rotary, plain = down.out - up.inp, up.out - o.inp
    if rotary > 0 and (rows - plain) > 0 and (rows - plain) % rotary == 0:
        heads = (rows - plain) // rotary
        detail = f"({rows} - {up.out} + {o.inp}) / {rotary} rotary channels = {heads} heads"
        yield HeadCount(heads, _MLA, detail, Shows.ALL)


def _by_product(node: Node, projections: Projections, rows: int) -> Iterator[HeadCount]:
    for local, spec in node.tensors.items():
        shape = tuple(s for s in spec.shape if s > 1)
        if len(shape) == 2 and rows and shape[0] * shape[1] == rows and "bias" in words(local):
            yield HeadCount(shape[0], _PRODUCT, f"{local} is {list(spec.shape)}, {rows} query rows in all")


def _by_table(node: Node, projections: Projections, rows: int) -> Iterator[HeadCount]:
    for local, shape in _tensors(node):
        name_words = set(words(local))
        if not (name_words & _RELATIVE and name_words & _BIAS) or name_words & _NO_TABLE:
            continue
        slices = shape[1:] if len(shape) == 4 and shape[0] == 1 else shape
        if len(slices) == 2:
            heads = slices[0] if name_words & _ROWS else slices[1]
        elif len(slices) == 3 and slices[0] > 1:
            heads = slices[0]
        else:
            continue
        yield HeadCount(heads, _TABLE, f"{local} is {list(shape)}")


def _by_bias_network(node: Node, projections: Projections, rows: int) -> Iterator[HeadCount]:
    """The last layer of a small network that makes a bias of relative positions."""
    for name, child in node.children.items():
        if set(words(name)).isdisjoint(_BIAS_NETWORK):
            continue
        shapes = [shape for leaf in child.leaves() if (shape := leaf.shape("weight")) and len(shape) == 2]
        if len(shapes) >= 2 and 1 < shapes[-1][0] <= _MOST_HEADS and shapes[-1][0] < shapes[-1][1]:
            yield HeadCount(shapes[-1][0], _NETWORK, f"the last layer of {name} writes {shapes[-1][0]} values")


def _by_scale(node: Node, projections: Projections, rows: int) -> Iterator[HeadCount]:
    for local, spec in node.tensors.items():
        shape = spec.shape
        named = bool(set(words(local)) & {"scale", "temperature", "rescale"})
        if len(shape) in (3, 4) and max(shape) == max(shape[:2]) and sum(s > 1 for s in shape) == 1:
            yield HeadCount(max(shape), _SCALE, f"{local} is {list(shape)}")
        elif named and shape in ((1, 1, 1), (1, 1, 1, 1)):
            yield HeadCount(1, _SCALE, f"{local} is {list(shape)}")


def _by_vector(node: Node, projections: Projections, rows: int) -> Iterator[HeadCount]:
    for local, spec in node.tensors.items():
        name_words = set(words(local))
        if local == "A_log" and len(spec.shape) > 1 and sum(d > 1 for d in spec.shape) == 1:
            yield HeadCount(max(spec.shape), _VECTOR, f"{local} is {list(spec.shape)}")
        elif local == "mem_kv" and len(spec.shape) == 4 and spec.shape[0] == 2:
            yield HeadCount(spec.shape[1], _MEMORY, f"{local} is {list(spec.shape)}")
        if len(spec.shape) != 1:
            continue
        if name_words & _PER_HEAD:
            yield HeadCount(spec.shape[0], _VECTOR, f"{local} is {list(spec.shape)}")
        elif (
            "lambda" in name_words
            and name_words & {"q", "k"}
            and 1 < spec.shape[0] < rows
            and rows % spec.shape[0] == 0
        ):
            yield HeadCount(rows // spec.shape[0], _LAMBDA, f"{local} has {spec.shape[0]} channels: one head")


def _by_gate(node: Node, projections: Projections, rows: int) -> Iterator[HeadCount]:
    gate = projections.parts.get("gate")
    if gate is not None and 1 < gate.out < rows:
        yield HeadCount(gate.out, _GATE, f"{gate.path} has {gate.out} rows for {rows} query rows")


def _by_shared_table(node: Node, projections: Projections, rows: int) -> Iterator[HeadCount]:
    """A table that the stack or encoder around owns for all its attentions."""
    for holder in node.ancestors():
        for name, child in holder.children.items() if len(holder.children) <= _MOST_CHILDREN else ():
            name_words = set(words(name))
            shape = child.shape("weight") or child.shape("relative_position_bias_table")
            if "relative" in name_words and "bias" in name_words and shape is not None and len(shape) == 2:
                yield HeadCount(shape[1], _TABLE, f"{name} is {list(shape)}, shared by the attentions below")
                return


def _by_relative_key(node: Node, projections: Projections, rows: int) -> Iterator[HeadCount]:
    for local, shape in _tensors(node):
        name_words = set(words(local))
        if not name_words & _RELATIVE or "bias" in name_words or "index" in name_words or not name_words & _KEYED:
            continue
        if len(shape) in (2, 3) and 1 < shape[-1] < rows and rows % shape[-1] == 0 and shape[-2] != shape[-1]:
            yield HeadCount(rows // shape[-1], _RELATIVE_KEY, f"{local} is {list(shape)}: rows as wide as one head")


def _by_stacked(node: Node, projections: Projections, rows: int) -> Iterator[HeadCount]:
    part = projections.parts.get("q")
    shape = node.shape(part.path) if part is not None else None
    if shape is not None and len(shape) == 3 and shape[1] * shape[2] == rows:
        yield HeadCount(shape[1], _STACKED, f"{part.path if part else ''} is {list(shape)}")


def _by_talking(node: Node, projections: Projections, rows: int) -> Iterator[HeadCount]:
    taken = {m.path for m in projections.parts.values()}
    small: list[tuple[str, int]] = []
    for name, child in node.children.items():
        shape = child.shape("weight")
        if name in taken or shape is None or len(shape) < 2 or set(words(name)).isdisjoint(_TALK):
            continue
        if shape[0] == shape[1] < rows and all(s == 1 for s in shape[2:]):
            small.append((name, shape[0]))
    if len(small) == 2 and small[0][1] == small[1][1] > 1:
        names = " and ".join(name for name, _ in small)
        yield HeadCount(small[0][1], _TALKING, f"{names} are square, {small[0][1]} wide")


_SIGNS: tuple[Sign, ...] = (
    _by_norm, _by_norm_product, _by_mla, _by_stacked, _by_product, _by_table, _by_bias_network, _by_scale, _by_vector,
    _by_gate, _by_talking, _by_relative_key, _by_shared_table,
)  # fmt: skip


def _tensors(node: Node) -> Iterator[tuple[str, Shape]]:
    """Own tensors and those of direct children."""
    for local, spec in node.tensors.items():
        yield local, spec.shape
    for name, child in node.children.items():
        for local, spec in child.tensors.items():
            yield f"{name}.{local}", spec.shape
