"""Lines of the page on a model: what an attention, a feed-forward, an addition is, each with its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from archkb.kb.paths import pattern
from archkb.queries.model_view import Cells, ModelView

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


def drafts(view: ModelView, modules: Iterable[Cells], path: str, level: int) -> list[Draft]:
    """What there is among the modules: attentions, feed-forwards and additions, named relative to `path`."""
    members = list(modules)
    out = []
    for cells in members:
        if cells["label"] == "Attention":
            out.append(Draft(_attention(view, cells, path, level)))
        elif cells["label"] == "FeedForward":
            out.append(Draft(_feed_forward(cells, path, level)))
    return [*out, *_additions(view, members, path, level)]


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


def _attention(view: ModelView, cells: Cells, path: str, level: int) -> Line:
    asks, reads = view.links.get(str(cells["path"]), (None, None))
    streams = ""
    if asks is not None and reads is not None:
        same = asks["uid"] == reads["uid"]
        streams = f" of {asks['name']}" if same else f", {asks['name']} reads {reads['name']}"
    kind = f"{cells['attends']}-attention" if cells["attends"] else "attention, self or cross unknown"
    extra = ", gated" if cells["gated"] else ""
    text = f"{relative(cells, path)}: {kind}{streams}, {cells['q_dim']} ← {cells['kv_dim']}, {_heads(cells)}{extra}"
    return Line(level, str(cells["path"]), text, because(cells, "attends", "heads", "kv_heads", "head_dim", "qk_norm"))


def _heads(cells: Cells) -> str:
    """Query heads with their width, and key/value heads where there are fewer."""
    if cells["heads"] and cells["head_dim"]:
        fewer = cells["kv_heads"] and cells["kv_heads"] != cells["heads"]
        return f"{cells['heads']} heads of {cells['head_dim']}" + (f", {cells['kv_heads']} KV heads" if fewer else "")
    grouped = cells["gqa"] and cells["gqa"] > 1
    return "heads unknown" + (f", {cells['gqa']} query heads a KV head" if grouped else "")


def _feed_forward(cells: Cells, path: str, level: int) -> Line:
    experts = f", {cells['experts']} experts" if cells["experts"] else ""
    form, widths = cells["form"] or "unknown", f"{cells['width']} → {cells['hidden']}"
    text = f"{relative(cells, path)}: {form} feed-forward, {widths}{experts}"
    return Line(level, str(cells["path"]), text, because(cells, "form"))


def _additions(view: ModelView, below: Iterable[Cells], path: str, level: int) -> Iterator[Draft]:
    """One line for each way blocks of one container add."""
    by_wording: dict[tuple[str, str], list[Cells]] = {}
    for block in below:
        additions = sorted(
            view.residuals.get(block["uid"], ()), key=lambda e: (e["order"], view.by_uid[e["target"]]["path"])
        )
        if additions:
            by_wording.setdefault((_place(block, path), _adds(view, block, additions)), []).append(block)
    for (place, text), blocks in by_wording.items():
        first = view.residuals[blocks[0]["uid"]][0]
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


def _adds(view: ModelView, block: Cells, additions: list[Cells]) -> str:
    names: dict[int, list[str]] = {}
    streams: dict[int, str | None] = {}
    for e in additions:
        names.setdefault(e["order"], []).append(relative(view.by_uid[e["target"]], str(block["path"])))
        streams[e["order"]] = e["stream"]
    parts = (" and ".join(names[o]) + (f" → {streams[o]}" if streams[o] else "") for o in names)
    return ", then ".join(parts)
