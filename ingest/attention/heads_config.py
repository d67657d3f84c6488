"""Head counts a header's own metadata declares, held against the shapes.

Which those are, :func:`archkb.kb.declared_heads.configuration` says: it is part of what makes a structure.
"""

from __future__ import annotations

from typing import NamedTuple

from archkb.ingest.attention.projections import Projections
from archkb.ingest.tree.module_tree import Node
from archkb.ingest.tree.name_words import words
from archkb.kb.declared_heads import Configuration, HeadCount


class Setting(NamedTuple):
    """One declared head count: where it is written, for which part (words of the prefix), heads and head width."""

    where: str
    part: frozenset[str]
    heads: int
    kv_heads: int | None
    dim: int | None
    width: int | None


class Configured(NamedTuple):
    """A setting that is meant for an attention; `agrees` when heads x width are the query's rows."""

    heads: int
    agrees: bool
    detail: str


def settings(read: Configuration) -> tuple[Setting, ...]:
    """The head counts of a configuration with the words of the parts they are for, in their order."""
    return tuple(map(_setting, read))


def _setting(said: HeadCount) -> Setting:
    return Setting(said.where, frozenset(words(said.prefix)), said.heads, said.kv_heads, said.dim, said.width)


def configured(declared: tuple[Setting, ...], node: Node, projections: Projections) -> Configured | None:
    """The setting for an attention: its part's words are in the path, and the most of them win; None where none is.

    Among settings that fit equally well and say different things, none is taken.
    """
    rows = projections.query_rows
    if not declared or not rows:
        return None
    path = set(words(node.path))
    meant = [s for s in declared if s.part <= path]
    fits = [s for s in meant if _fits(s, projections, rows)]
    if not fits:
        return Configured(meant[0].heads, False, _clash(meant[0], rows)) if meant else None
    most = max(len(s.part) for s in fits)
    best = [s for s in fits if len(s.part) == most]
    if len({s.heads for s in best}) > 1:
        return None
    s = best[0]
    shown = f"{s.heads} x {s.dim}" if s.dim else f"{s.heads} heads over {s.width} channels"
    return Configured(s.heads, True, f"{s.where} = {s.heads}; {shown} = {rows} query rows")


def _fits(setting: Setting, projections: Projections, rows: int) -> bool:
    """Whether heads, head width and key heads of a setting give the rows the projections have."""
    if setting.dim is not None:
        if setting.heads * setting.dim != rows:
            return False
        keys = projections.key_rows
        return setting.kv_heads is None or keys is None or setting.kv_heads * setting.dim == keys
    return setting.width == rows and rows % setting.heads == 0


def _clash(setting: Setting, rows: int) -> str:
    declared = (
        f"{setting.heads} x {setting.dim}" if setting.dim else f"{setting.heads} heads over {setting.width} channels"
    )
    return f"{setting.where} says {declared}, which is not the {rows} query rows; no tensor shows the heads"
