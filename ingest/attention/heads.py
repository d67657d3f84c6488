"""Head counts: only where a tensor or the header's own configuration proves them, never by habit."""

from __future__ import annotations

from collections.abc import Mapping

from archkb.ingest.analysis import Scene
from archkb.ingest.attention.heads_config import Configured, configured, settings
from archkb.ingest.attention.heads_evidence import MLA, NORM, Known, direct
from archkb.ingest.attention.projections import Projections
from archkb.ingest.rules import Rule, fact, rule, unknown
from archkb.ingest.tree.module_tree import Node
from archkb.kb.values import Fact

_SIBLING = rule("heads.sibling", "neighbour", "An attention of the same names and widths elsewhere shows its heads.")
_SAME_WIDTHS = rule(
    "heads.same_widths", "neighbour", "All attentions of the same stack with these widths that show heads show these."
)
_CONFIG = rule(
    "heads.metadata", "metadata", "The header's configuration says it, and the shapes agree.", definition=True
)
_KV = rule("heads.kv", "shape", "Key heads are key rows over the width of a head.")
_DIM = rule("heads.head_dim", "shape", "The width of a head is the query's rows over the heads.")
_UNKNOWN = rule("heads.unknown", "none", "No tensor has the size of one head or the number of heads.")

Triple = tuple[Fact, Fact, Fact]
Cores = Mapping[str, tuple[Node, Projections]]


def find_heads(scene: Scene, cores: Cores) -> dict[str, Triple]:
    """(heads, kv_heads, head_dim) of each attention."""
    shown = {path: direct(node, found) for path, (node, found) in cores.items()}
    by_pattern: dict[object, set[int]] = {}
    by_widths: dict[object, set[int]] = {}
    for path, (node, found) in cores.items():
        known = shown[path]
        if known is not None:
            by_pattern.setdefault(_pattern(node, found), set()).add(known.heads)
            by_widths.setdefault(_same_widths(node, found), set()).add(known.heads)
    declared = settings(scene.configuration)
    out = {}
    for path, (node, found) in cores.items():
        known, said = shown[path], configured(declared, node, found)
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
    heads, because, detail = known
    if said is not None and said.heads != heads:
        detail += f"; the header's configuration contradicts: {said.detail}"
    rows, k = found.query_rows, found.key_rows
    n = fact(heads, because, detail)
    dim = rows // heads if rows and rows % heads == 0 else None
    if dim is None:
        why = f"{rows} query rows are not told apart into {heads} heads"
        return n, unknown(_UNKNOWN, why), unknown(_UNKNOWN, why)
    exact = because if because in (NORM, MLA) else _DIM
    width = fact(dim, exact, detail if exact is not _DIM else f"{rows} query rows / {heads} heads")
    if because is MLA:
        return n, fact(heads, MLA, detail), width
    if k is None or k % dim:
        return n, unknown(_UNKNOWN, f"key rows {k} are no multiple of {dim}"), width
    return n, fact(k // dim, _KV, f"{k} key rows / {dim} a head"), width


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
