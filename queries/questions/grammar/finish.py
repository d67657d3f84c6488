"""What was read, held together: which kind it is about, and whether all of it can be said of that kind."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from archkb.queries.questions.grammar.asked import Ask, Asked, Filter
from archkb.queries.questions.grammar.places import blocks
from archkb.queries.questions.grammar.word_table import words

if TYPE_CHECKING:
    from archkb.queries.questions.grammar.reader import Reader

OF_ATTENTION = frozenset(("reads", "queries"))
ANYWHERE = frozenset(("under", "within", "named"))
_UNORDERED = frozenset(("kernel", "dtype", "shape", "role", "form"))
"""Properties that have no more and less."""


def finished(read: Reader) -> Asked | None:
    """The question, None where its parts do not go together."""
    kind = read.kind or _implied(read)
    ask = _ask(read, kind)
    if not kind or ask is None:
        return None
    filters, absent = _with_blocks(read)
    filters = sorted((replace(f, by=_side(f.by, kind)) for f in filters), key=lambda f: f.order)
    asked = Asked(ask, kind, tuple(filters), _side(read.of, kind), read.most, tuple(absent))
    return asked if _fits(asked) and not _torn(asked, joined=read.joined) and not _vague(asked) else None


def _side(by: str, kind: str) -> str:
    """The width of what has two is the one it writes."""
    return "output_width" if by == "width" and kind in ("linear", "convolution") else by


def _implied(read: Reader) -> str:
    """The kind meant where only a property was named."""
    if not read.of or read.most:
        return ""
    return "tensor" if read.of == "parameters" else words().properties[read.of].implies


def _ask(read: Reader, kind: str) -> Ask | None:
    """What is to be said: a property asked for is told, whatever the first word was; a bare name is listed."""
    if read.most:
        return "which" if read.ask in ("", "which", "what") else None
    if read.of:
        if read.ask == "exists" or not (read.ask or read.kind):
            return None
        return "count" if read.of == "parameters" and read.ask != "which" and read.kind in ("", "tensor") else "what"
    if read.ask == "what":
        listed = read.asked_as == "what" or (read.asked_as == "what are" and read.filters)
        return "which" if listed else None
    if not read.ask:
        return "which" if read.filters or read.blocks else None
    return cast(Ask, read.ask)


def _with_blocks(read: Reader) -> tuple[list[Filter], list[str]]:
    """The filters with the blocks that were named by their index, and what the model has none of."""
    filters, absent = list(read.filters), list(read.absent)
    inside = [p for f in filters if f.by == "under" and f.holds and isinstance(f.value, tuple) for p in f.value]
    for index, holds in read.blocks:
        paths = blocks(index, inside, read.model)
        said = f"block {index}"
        if not paths:
            absent.append(said)
        filters.append(Filter("under", paths, holds, words=said))
    return filters, absent


def _fits(asked: Asked) -> bool:
    """Whether the kind has every property and filter."""
    table = words()
    for condition in asked.filters:
        if condition.by in ANYWHERE or condition.op == "starts":
            continue
        if condition.by in OF_ATTENTION:
            if asked.kind != "attention":
                return False
            continue
        if condition.by in table.filters:
            if asked.kind not in table.filters[condition.by]:
                return False
        elif table.properties[condition.by].expression(asked.kind) is None or (
            condition.by in _UNORDERED and not (condition.by == "kernel" and condition.op == "=")
        ):
            return False
    if not asked.of:
        return True
    known = table.properties[asked.of].expression(asked.kind) is not None
    return known and not (asked.most and asked.of in _UNORDERED)


def _torn(asked: Asked, *, joined: bool) -> bool:
    """Whether two filters ask for two values of one thing: 'self and cross' are two sorts, not one of both."""
    once = Counter(f.by for f in asked.filters if f.op != ">" and f.op != "<")
    twice = {by for by, n in once.items() if n > 1}
    if joined and twice & {"under", "within", "named"}:
        return True
    return bool(twice - {"under", "within", "named", "heads", "parameters", "width"})


def _vague(asked: Asked) -> bool:
    """Whether a word has two meanings that nothing tells apart: layers are also what others call blocks, and how
    large the whole is may mean its bytes.
    """
    narrowed = [f for f in asked.filters if f.by not in ANYWHERE]
    if asked.sums:
        return not asked.filters
    return asked.kind == "layer" and not narrowed and not asked.most
