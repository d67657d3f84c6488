"""Lines of the page on a model: what an attention, a feed-forward, an addition is, each with its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from archkb.kb.paths import pattern
from archkb.queries.model_view import Cells, Profile

_TIMES = "\0"
"""Where a line says how often: filled in when it is known of how many equal blocks the line speaks."""


@dataclass(frozen=True, slots=True)
class Because:
    """The evidence of one value in a line; what is unknown has no confidence."""

    property: str
    value: Any
    rule: str
    basis: str
    confidence: float | None
    detail: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the page; `level` is its indent, `path` the module it speaks of ('' for the model)."""

    level: int
    path: str
    text: str
    evidence: tuple[Because, ...] = ()


class Draft(NamedTuple):
    """A line about one of several like modules, and how many parts of it the line speaks of."""

    line: Line
    times: int = 1


def because(cells: Cells, *properties: str) -> tuple[Because, ...]:
    """The evidence stored beside these properties; those without evidence are left out."""
    return tuple(
        Because(
            prop,
            cells[prop],
            cells[f"{prop}_rule"],
            cells[f"{prop}_basis"],
            None if cells[prop] is None else cells[f"{prop}_confidence"],
            cells[f"{prop}_detail"] or "",
        )
        for prop in properties
        if cells.get(f"{prop}_rule")
    )


def drafts(p: Profile, modules: Iterable[Cells], path: str, level: int) -> list[Draft]:
    """What there is among the modules: attentions, feed-forwards and additions, named relative to `path`."""
    members = list(modules)
    out = []
    for cells in members:
        if cells["label"] == "Attention":
            out.append(Draft(_attention(p, cells, path, level)))
        elif cells["label"] == "FeedForward":
            out.append(Draft(_feed_forward(cells, path, level)))
    return [*out, *_additions(p, members, path, level)]


def finished(members: Sequence[Sequence[Draft]]) -> Iterator[Line]:
    """Lines of modules whose drafts differ in numbers of times at most."""
    for same in zip(*members, strict=True):
        least, most = min(d.times for d in same), max(d.times for d in same)
        times = "the one block" if most == 1 else f"each of {least if least == most else f'{least} to {most}'} blocks"
        yield replace(same[0].line, text=same[0].line.text.replace(_TIMES, times))


def relative(cells: Cells, path: str) -> str:
    """A module's path below `path`; its name where it is that module itself."""
    whole = str(cells["path"])
    return (whole[len(path) + 1 :] if path else whole) or str(cells["name"])


def _attention(p: Profile, c: Cells, path: str, level: int) -> Line:
    asks, reads = p.links.get(str(c["path"]), (None, None))
    streams = ""
    if asks is not None and reads is not None:
        same = asks["uid"] == reads["uid"]
        streams = f" of {asks['name']}" if same else f", {asks['name']} reads {reads['name']}"
    kind = f"{c['attends']}-attention" if c["attends"] else "attention, self or cross unknown"
    extra = ", gated" if c["gated"] else ""
    text = f"{relative(c, path)}: {kind}{streams}, {c['q_dim']} ← {c['kv_dim']}, {_heads(c)}{extra}"
    return Line(level, str(c["path"]), text, because(c, "attends", "heads", "kv_heads", "head_dim", "qk_norm"))


def _heads(c: Cells) -> str:
    """Query heads with their width, and key/value heads where there are fewer."""
    if c["heads"] and c["head_dim"]:
        fewer = c["kv_heads"] and c["kv_heads"] != c["heads"]
        return f"{c['heads']} heads of {c['head_dim']}" + (f", {c['kv_heads']} KV heads" if fewer else "")
    grouped = c["gqa"] and c["gqa"] > 1
    return "heads unknown" + (f", {c['gqa']} query heads a KV head" if grouped else "")


def _feed_forward(c: Cells, path: str, level: int) -> Line:
    experts = f", {c['experts']} experts" if c["experts"] else ""
    text = f"{relative(c, path)}: {c['form'] or 'unknown'} feed-forward, {c['width']} → {c['hidden']}{experts}"
    return Line(level, str(c["path"]), text, because(c, "form"))


def _additions(p: Profile, below: Iterable[Cells], path: str, level: int) -> Iterator[Draft]:
    """One line for each way blocks of one container add."""
    said: dict[tuple[str, str], list[Cells]] = {}
    for block in below:
        found = sorted(p.residuals.get(block["uid"], ()), key=lambda e: (e["order"], p.by_uid[e["target"]]["path"]))
        if found:
            said.setdefault((_place(block, path), _adds(p, block, found)), []).append(block)
    for (place, text), blocks in said.items():
        first = p.residuals[blocks[0]["uid"]][0]
        yield Draft(
            Line(level, str(blocks[0]["path"]), f"adds{place}: {text}", because(first, "form")),
            len(blocks),
        )


def _place(block: Cells, path: str) -> str:
    """Where in the described module a block adds; nothing where it is that module."""
    if block["path"] == path:
        return ""
    container, _, name = pattern(relative(block, path)).rpartition(".")
    if name != "{i}":
        return f" in {relative(block, path)}"
    return f" in {_TIMES} of {container}" if container else f" in {_TIMES}"


def _adds(p: Profile, block: Cells, found: list[Cells]) -> str:
    names: dict[int, list[str]] = {}
    streams: dict[int, str | None] = {}
    for e in found:
        names.setdefault(e["order"], []).append(relative(p.by_uid[e["target"]], str(block["path"])))
        streams[e["order"]] = e["stream"]
    parts = (" and ".join(names[o]) + (f" → {streams[o]}" if streams[o] else "") for o in names)
    return ", then ".join(parts)
