"""Head counts: only where a tensor or the header's own configuration proves them, never by habit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ingest.analysis import Scene
from ingest.projection_names import words
from ingest.projections import Projections
from ingest.rules import Rule, fact, rule, unknown
from ingest.tree import Node
from kb.values import Fact

_NORM = rule("heads.qk_norm", "shape", "A query or key norm smaller than the projection has the size of one head.")
_TABLE = rule("heads.relative_table", "shape", "A relative position table has one column a head.")
_SCALAR = rule("heads.per_head_scale", "shape", "A parameter [heads, 1, 1] scales each head.")
_VECTOR = rule("heads.per_head_vector", "name", "A vector of sinks or slopes has one entry a head.")
_GATE = rule("heads.gate", "name", "Gate logits have one row a head.")
_UNKNOWN = rule("heads.unknown", "none", "No tensor has the size of one head or the number of heads.")
_SIBLING = rule("heads.sibling", "neighbour", "A layer of the same pattern and widths shows its heads.")
_KV = rule("heads.kv", "shape", "Key heads are query heads over the ratio of query rows to key rows.")
_DIM = rule("heads.head_dim", "shape", "The width of a head is the query's rows over the heads.")

Triple = tuple[Fact, Fact, Fact]
Cores = Mapping[str, tuple[Node, Projections]]


def find_heads(scene: Scene, cores: Cores) -> dict[str, Triple]:
    """(heads, kv_heads, head_dim) of each attention."""
    direct: dict[str, tuple[int, Rule, str] | None] = {p: _direct(n, f) for p, (n, f) in cores.items()}
    shared: dict[object, set[int]] = {}
    for path, (node, found) in cores.items():
        known = direct[path]
        if known is not None:
            shared.setdefault(_pattern(node, found), set()).add(known[0])
    out = {}
    for path, (node, found) in cores.items():
        known = direct[path]
        if known is None:
            values = shared.get(_pattern(node, found), set())
            if len(values) == 1:
                known = (next(iter(values)), _SIBLING, "a layer of the same names and widths shows it")
        out[path] = _triple(found, known)
    return out


def _triple(found: Projections, known: tuple[int, Rule, str] | None) -> Triple:
    if known is None:
        why = _why(found)
        return unknown(_UNKNOWN, why), unknown(_UNKNOWN, why), unknown(_UNKNOWN, why)
    heads, because, detail = known
    inner, k = query_rows(found), key_rows(found)
    dim = inner // heads if inner and inner % heads == 0 else None
    n = fact(heads, because, detail)
    if dim is None:
        return n, unknown(_UNKNOWN, "the width of a head is not known"), unknown(_UNKNOWN, f"{inner} query rows")
    width = fact(dim, because if because is _NORM else _DIM, f"{inner} query rows / {heads} heads")
    if k is None or k % dim:
        return n, unknown(_UNKNOWN, f"key rows {k} are no multiple of {dim}"), width
    return n, fact(k // dim, _KV, f"{k} key rows / {dim} a head"), width


def query_rows(found: Projections) -> int | None:
    """Channels of all query heads together."""
    rows = found.rows("q")
    if rows is not None:
        reads = found.width("o")
        return reads if reads is not None and rows == 2 * reads else rows
    qkv, reads = found.rows("qkv"), found.width("o")
    if qkv is not None:
        if reads is not None and reads < qkv:
            return reads
        return qkv // 3 if qkv % 3 == 0 else None
    return None


def key_rows(found: Projections) -> int | None:
    """Channels of all key heads together."""
    rows = found.rows("k")
    if rows is not None:
        return rows
    if "kv" in found.parts:
        return found.parts["kv"].out // 2
    qkv, inner = found.rows("qkv"), query_rows(found)
    return (qkv - inner) // 2 if qkv and inner else None


def _direct(node: Node, found: Projections) -> tuple[int, Rule, str] | None:
    inner = query_rows(found)
    if not inner:
        return None
    for heads, because, detail in _signs(node, found, inner):
        if 0 < heads <= inner and inner % heads == 0:
            return heads, because, detail
    return None


def _signs(node: Node, found: Projections, inner: int) -> Iterator[tuple[int, Rule, str]]:
    for role, (path, shape) in found.norms.items():
        size = max(shape, default=0)
        rows = key_rows(found) if role == "k_norm" else inner
        if role in ("q_norm", "k_norm", "qk_norm") and rows and 1 < size < rows and inner % size == 0:
            yield inner // size, _NORM, f"{path} has {size} of {rows} channels: one head"
    for local, spec in _tensors(node):
        shape = spec
        said = set(words(local))
        if len(shape) >= 3 and sum(s > 1 for s in shape) == 1 and (shape[0] > 1 or shape[0] == 1 < shape[1]):
            yield max(shape), _SCALAR, f"{local} is {list(shape)}"
        elif len(shape) == 2 and {"relative", "bias"} <= said and ("table" in said or "weight" in said):
            yield shape[-1], _TABLE, f"{local} is {list(shape)}"
        elif len(shape) == 2 and "biases" in said:
            yield shape[0], _TABLE, f"{local} is {list(shape)}"
        elif len(shape) == 1 and said & {"sinks", "sink", "slopes"}:
            yield shape[0], _VECTOR, f"{local} is {list(shape)}"
    gate = found.parts.get("gate")
    if gate is not None and gate.out < inner:
        yield gate.out, _GATE, f"{gate.path} has {gate.out} rows"


def _tensors(node: Node) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Own tensors, and those of children that own only parameters of their own making."""
    for local, spec in node.tensors.items():
        yield local, spec.shape
    for name, child in node.children.items():
        for local, spec in child.tensors.items():
            yield f"{name}.{local}", spec.shape


def _why(found: Projections) -> str:
    inner = query_rows(found)
    for role, (path, shape) in found.norms.items():
        if max(shape, default=0) == inner and role in ("q_norm", "k_norm"):
            return f"{path} spans all {inner} channels, so it says nothing about heads; no other tensor shows them"
    return "no norm, table, scale or gate has the size of one head or the number of heads"


def _pattern(node: Node, found: Projections) -> object:
    path = tuple("#" if part.isdigit() else part for part in node.path.split("."))
    return path, tuple(sorted((r, m.out, m.inp) for r, m in found.parts.items()))
