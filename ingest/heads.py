"""Head counts: only where a tensor or the header's own configuration proves them, never by habit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from ingest.analysis import Scene
from ingest.heads_config import Configured, configured, settings
from ingest.projections import Projections, Shape
from ingest.rules import Rule, fact, rule, unknown
from ingest.tree import Node
from ingest.words import vocabulary, words
from kb.values import Fact

_NORM = rule("heads.qk_norm", "shape", "A query or key norm smaller than the projection has the size of one head.")
_PRODUCT = rule(
    "heads.per_head_table", "shape", "A parameter [heads, width] whose product is the query's rows has a row a head."
)
_TABLE = rule("heads.relative_table", "name", "A relative position table has one column, or one slice, a head.")
_SCALE = rule("heads.per_head_scale", "shape", "A parameter [heads, 1, 1] scales each head.")
_VECTOR = rule("heads.per_head_vector", "name", "A vector of sinks or slopes has one entry a head.")
_LAMBDA = rule("heads.lambda", "name", "The lambda vectors of differential attention have the size of one head.")
_GATE = rule("heads.gate", "name", "Gate logits have one row a head.")
_MLA = rule(
    "heads.mla",
    "shape",
    "With low-rank keys, query rows = heads x (plain + rotary) and up rows = heads x (plain + value); the rotary width"
    " is what the down projection has beyond the latent.",
    "DeepSeek-V2",
)
_SIBLING = rule("heads.sibling", "neighbour", "An attention of the same names and widths elsewhere shows its heads.")
_SAME_WIDTHS = rule(
    "heads.same_widths", "neighbour", "All attentions of the same stack with these widths that show heads show these."
)
_CONFIG = rule("heads.metadata", "metadata", "The header's configuration says it, and the shapes agree.")
_KV = rule("heads.kv", "shape", "Key heads are key rows over the width of a head.")
_DIM = rule("heads.head_dim", "shape", "The width of a head is the query's rows over the heads.")
_UNKNOWN = rule("heads.unknown", "none", "No tensor has the size of one head or the number of heads.")

_RELATIVE = vocabulary("relative rel rpb biases")
_TABLES = vocabulary("table bias biases weight")

Triple = tuple[Fact, Fact, Fact]
Cores = Mapping[str, tuple[Node, Projections]]


class Known(NamedTuple):
    """A head count with the rule that gave it; `dim` where the head's width is not query rows / heads."""

    heads: int
    because: Rule
    detail: str
    dim: int | None = None


def find_heads(scene: Scene, cores: Cores) -> dict[str, Triple]:
    """(heads, kv_heads, head_dim) of each attention."""
    direct = {path: _direct(node, found) for path, (node, found) in cores.items()}
    by_pattern: dict[object, set[int]] = {}
    by_widths: dict[object, set[int]] = {}
    for path, (node, found) in cores.items():
        known = direct[path]
        if known is not None:
            by_pattern.setdefault(_pattern(node, found), set()).add(known.heads)
            by_widths.setdefault(_same_widths(node, found), set()).add(known.heads)
    declared = settings(scene.header.metadata)
    out = {}
    for path, (node, found) in cores.items():
        known, said = direct[path], configured(declared, node, found)
        if known is None:
            known = (
                _shared(by_pattern.get(_pattern(node, found)), _SIBLING, "the same names and widths")
                or _from_config(said)
                or _shared(by_widths.get(_same_widths(node, found)), _SAME_WIDTHS, "the same widths in this stack")
            )
        out[path] = _triple(found, known, said)
    return out


def _shared(values: set[int] | None, because: Rule, what: str) -> Known | None:
    if values is None or len(values) != 1:
        return None
    heads = next(iter(values))
    return Known(heads, because, f"an attention of {what} shows {heads} heads")


def _from_config(said: Configured | None) -> Known | None:
    return Known(said.heads, _CONFIG, said.detail) if said is not None and said.agrees else None


def _triple(found: Projections, known: Known | None, said: Configured | None) -> Triple:
    if known is None:
        why = said.detail if said is not None else _why(found)
        return unknown(_UNKNOWN, why), unknown(_UNKNOWN, why), unknown(_UNKNOWN, why)
    heads, because, detail, dim = known
    if said is not None and said.heads != heads:
        detail += f"; the header's configuration contradicts: {said.detail}"
    rows, k = found.query_rows, found.key_rows
    n = fact(heads, because, detail)
    if dim is None and rows and rows % heads == 0:
        dim = rows // heads
    if dim is None:
        why = f"{rows} query rows are not told apart into {heads} heads"
        return n, unknown(_UNKNOWN, why), unknown(_UNKNOWN, why)
    exact = because if because in (_NORM, _MLA) else _DIM
    width = fact(dim, exact, detail if exact is not _DIM else f"{rows} query rows / {heads} heads")
    if because is _MLA:
        return n, fact(heads, _MLA, detail), width
    if k is None or k % dim:
        return n, unknown(_UNKNOWN, f"key rows {k} are no multiple of {dim}"), width
    return n, fact(k // dim, _KV, f"{k} key rows / {dim} a head"), width


def _direct(node: Node, found: Projections) -> Known | None:
    """What a tensor of the module itself shows."""
    rows = found.query_rows
    for sign in _SIGNS:
        for known in sign(node, found, rows or 0):
            if known.heads > 0 and (not rows or rows % known.heads == 0):
                return known
    return None


def _by_norm(node: Node, found: Projections, rows: int) -> Iterator[Known]:
    for role, (path, shape) in found.norms.items():
        size = max(shape, default=0)
        own = found.key_rows if role == "k_norm" else rows
        if found.form != "mla" and not role.startswith("add_") and own and 1 < size < own and rows % size == 0:
            yield Known(rows // size, _NORM, f"{path} has {size} of {own} channels: one head")


def _by_mla(node: Node, found: Projections, rows: int) -> Iterator[Known]:
    down, up, o = found.parts.get("kv_down"), found.parts.get("kv_up"), found.parts.get("o")
    if found.form != "mla" or down is None or up is None or o is None:
        return
    rotary, plain = down.out - up.inp, up.out - o.inp
    if rotary > 0 and (rows - plain) > 0 and (rows - plain) % rotary == 0:
        heads = (rows - plain) // rotary
        yield Known(heads, _MLA, f"({rows} - {up.out} + {o.inp}) / {rotary} rotary channels = {heads} heads")


def _by_product(node: Node, found: Projections, rows: int) -> Iterator[Known]:
    for local, spec in node.tensors.items():
        shape = tuple(s for s in spec.shape if s > 1)
        if len(shape) == 2 and rows and shape[0] * shape[1] == rows and "bias" in words(local):
            yield Known(shape[0], _PRODUCT, f"{local} is {list(spec.shape)}, {rows} query rows in all")


def _by_table(node: Node, found: Projections, rows: int) -> Iterator[Known]:
    for local, shape in _tensors(node):
        said = set(words(local))
        if not (said & _RELATIVE and said & _TABLES) or "index" in said:
            continue
        if len(shape) == 2:
            heads = shape[0] if "biases" in said else shape[1]
        elif len(shape) == 3:
            heads = shape[0]
        else:
            continue
        yield Known(heads, _TABLE, f"{local} is {list(shape)}")


def _by_scale(node: Node, found: Projections, rows: int) -> Iterator[Known]:
    for local, spec in node.tensors.items():
        shape = spec.shape
        named = bool(set(words(local)) & {"scale", "temperature", "rescale"})
        if len(shape) in (3, 4) and max(shape) == max(shape[:2]) and sum(s > 1 for s in shape) == 1:
            yield Known(max(shape), _SCALE, f"{local} is {list(shape)}")
        elif named and shape in ((1, 1, 1), (1, 1, 1, 1)):
            yield Known(1, _SCALE, f"{local} is {list(shape)}")


def _by_vector(node: Node, found: Projections, rows: int) -> Iterator[Known]:
    for local, spec in node.tensors.items():
        if len(spec.shape) != 1:
            continue
        said = set(words(local))
        if said & {"sinks", "sink", "slopes"}:
            yield Known(spec.shape[0], _VECTOR, f"{local} is {list(spec.shape)}")
        elif "lambda" in said and said & {"q", "k"} and 1 < spec.shape[0] < rows and rows % spec.shape[0] == 0:
            yield Known(rows // spec.shape[0], _LAMBDA, f"{local} has {spec.shape[0]} channels: one head")


def _by_gate(node: Node, found: Projections, rows: int) -> Iterator[Known]:
    gate = found.parts.get("gate")
    if gate is not None and 1 < gate.out < rows:
        yield Known(gate.out, _GATE, f"{gate.path} has {gate.out} rows for {rows} query rows")


_SIGNS: tuple[Callable[[Node, Projections, int], Iterator[Known]], ...] = (
    _by_norm, _by_mla, _by_product, _by_table, _by_scale, _by_vector, _by_gate,
)  # fmt: skip


def _tensors(node: Node) -> Iterator[tuple[str, Shape]]:
    """Own tensors and those of direct children."""
    for local, spec in node.tensors.items():
        yield local, spec.shape
    for name, child in node.children.items():
        for local, spec in child.tensors.items():
            yield f"{name}.{local}", spec.shape


def _why(found: Projections) -> str:
    rows = found.query_rows
    for role, (path, shape) in found.norms.items():
        if max(shape, default=0) == rows and role in ("q_norm", "k_norm"):
            return f"{path} spans all {rows} channels, so it says nothing about heads; no other tensor shows them"
    return "no norm, table, scale or gate has the size of one head or the number of heads"


def _widths(found: Projections) -> object:
    return tuple(sorted((r, m.out, m.inp) for r, m in found.parts.items()))


def _pattern(node: Node, found: Projections) -> object:
    return tuple("#" if p.isdigit() else p for p in node.path.split(".")), _widths(found)


def _same_widths(node: Node, found: Projections) -> object:
    """The outermost numbered container around, and the widths that matter for heads."""
    parts = node.path.split(".")
    first = next((i for i, p in enumerate(parts) if p.isdigit()), 0)
    return tuple(parts[:first]), found.form, found.query_rows, found.key_rows
