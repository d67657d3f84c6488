"""Head counts: only where a tensor or the header's own configuration proves them, never by habit."""

from __future__ import annotations

from collections.abc import Mapping

from archkb.ingest.attention.heads_config import Configured, configured, settings
from archkb.ingest.attention.heads_evidence import HeadCount, Shows, direct
from archkb.ingest.attention.projections import Projections
from archkb.ingest.rules import Rule, fact, rule, unknown
from archkb.ingest.tree.module_tree import Node
from archkb.kb.declared_heads import Configuration
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


def find_heads(cores: Cores, read: Configuration) -> dict[str, Triple]:
    """(heads, kv_heads, head_dim) of each attention."""
    shown = {path: direct(node, projections) for path, (node, projections) in cores.items()}
    by_pattern: dict[object, set[int]] = {}
    by_widths: dict[object, set[int]] = {}
    for path, (node, projections) in cores.items():
        known = shown[path]
        if known is not None:
            by_pattern.setdefault(_pattern(node, projections), set()).add(known.heads)
            by_widths.setdefault(_same_widths(node, projections), set()).add(known.heads)
    declared = settings(read)
    out = {}
    for path, (node, projections) in cores.items():
        known, setting = shown[path], configured(declared, node, projections)
        if known is None:
            known = (
                _shared(by_pattern.get(_pattern(node, projections)), _SIBLING, "the same names and widths")
                or _from_config(setting)
                or _shared(
                    by_widths.get(_same_widths(node, projections)), _SAME_WIDTHS, "the same widths in this stack"
                )
            )
        out[path] = _triple(projections, known, setting)
    return out


def _shared(values: set[int] | None, because: Rule, what: str) -> HeadCount | None:
    if values is None or len(values) != 1:
        return None
    heads = next(iter(values))
    return HeadCount(heads, because, f"an attention of {what} shows {heads} heads")


def _from_config(setting: Configured | None) -> HeadCount | None:
    return HeadCount(setting.heads, _CONFIG, setting.detail) if setting is not None and setting.agrees else None


def _triple(projections: Projections, known: HeadCount | None, setting: Configured | None) -> Triple:
    if known is None:
        why = setting.detail if setting is not None else _why(projections)
        return unknown(_UNKNOWN, why), unknown(_UNKNOWN, why), unknown(_UNKNOWN, why)
    heads, because, detail = known.heads, known.because, known.detail
    if setting is not None and setting.heads != heads:
        detail += f"; the header's configuration contradicts: {setting.detail}"
    rows, k = projections.query_rows, projections.key_rows
    n = fact(heads, because, detail)
    dim = rows // heads if rows and rows % heads == 0 else None
    if dim is None:
        why = f"{rows} query rows are not told apart into {heads} heads"
        return n, unknown(_UNKNOWN, why), unknown(_UNKNOWN, why)
    if known.shows is Shows.HEADS:
        width = fact(dim, _DIM, f"{rows} query rows / {heads} heads")
    else:
        width = fact(dim, because, detail)
    if known.shows is Shows.ALL:
        return n, fact(heads, because, detail), width
    if k is None or k % dim:
        return n, unknown(_UNKNOWN, f"key rows {k} are no multiple of {dim}"), width
    return n, fact(k // dim, _KV, f"{k} key rows / {dim} a head"), width


def _why(projections: Projections) -> str:
    rows = projections.query_rows
    for role, (path, shape) in projections.norms.items():
        if max(shape, default=0) == rows and role in ("q_norm", "k_norm"):
            return f"{path} spans all {rows} channels, so it says nothing about heads; no other tensor shows them"
    return "no norm, table, scale or gate has the size of one head or the number of heads"


def _widths(projections: Projections) -> object:
    return tuple(sorted((r, m.out, m.inp) for r, m in projections.parts.items()))


def _pattern(node: Node, projections: Projections) -> object:
    return tuple("#" if p.isdigit() else p for p in node.path.split(".")), _widths(projections)


def _same_widths(node: Node, projections: Projections) -> object:
    """The outermost numbered container around, and the widths that matter for heads."""
    parts = node.path.split(".")
    first = next((i for i, p in enumerate(parts) if p.isdigit()), 0)
    return tuple(parts[:first]), projections.form, projections.query_rows, projections.key_rows
