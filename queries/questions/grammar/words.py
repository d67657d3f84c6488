"""The table of words, read once: what each phrase says, and what each kind, property and filter is in the schema."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from archkb.queries.questions.spelling import american

TABLE = Path(__file__).with_name("words.toml")
_YES_NO = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class Sense:
    """What a phrase says: its sort (`kind`, `filter`, `property` ...), which one, and the value where there is one."""

    sort: str
    name: str = ""
    value: Any = None


@dataclass(frozen=True, slots=True)
class Kind:
    """What a question may be about. `label` is the schema's, '' for any layer; `by` is what counts are told by.

    `nested` where one may lie in another; `trace` is what to mind where there is none.
    """

    label: str
    one: str
    many: str
    columns: tuple[str, ...]
    by: str = ""
    nested: bool = False
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Property:
    """What may be asked of a kind: `of` maps kinds (`*` for every one) to the expression that gives it.

    `only` where not all of a kind have it, `counts` where its value counts what its title names.
    """

    title: str
    of: Mapping[str, str]
    implies: str = ""
    show: str = "plain"
    only: bool = False
    counts: bool = False

    def expression(self, kind: str) -> str | None:
        """The Cypher expression for a kind, None where it has no such property."""
        return self.of.get(kind) or self.of.get("*")


@dataclass(frozen=True, slots=True)
class Words:
    """The table. `phrases` are by their words; `parts` and `streams` name parts of a model and what
    runs through it, `roles` parts by two words; `others` are words of other topics."""

    kinds: Mapping[str, Kind]
    properties: Mapping[str, Property]
    filters: Mapping[str, tuple[str, ...]]
    phrases: Mapping[tuple[str, ...], Sense]
    longest: int
    parts: Mapping[str, str]
    streams: Mapping[str, str]
    roles: frozenset[str]
    others: frozenset[str]


def stem(word: str) -> str:
    """A word without its plural s.

    >>> [stem(w) for w in ("blocks", "biases", "bias", "cross", "entries")]
    ['block', 'bias', 'bias', 'cross', 'entrie']
    """
    if word.endswith("biases"):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "ias")):
        return word[:-1]
    return word


def split(text: str) -> tuple[str, ...]:
    """A phrase of the table as the words that are compared."""
    return tuple(stem(w) for w in american(text).replace("-", " ").split())


@cache
def words() -> Words:
    """The shipped table."""
    data = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    phrases = dict(_phrases(data))
    part = data["part"]
    return Words(
        {name: _kind(found) for name, found in data["kind"].items()},
        {name: _property(found) for name, found in data["property"].items()},
        {name: tuple(found["of"]) for name, found in data["filter"].items()},
        phrases,
        max(map(len, phrases)),
        {w: w for w in part["words"]} | part["same"],
        {w: w for w in part["streams"]} | part["stream_same"],
        frozenset(part["roles"]),
        frozenset(data["other"]["words"]),
    )


def _kind(found: Mapping[str, Any]) -> Kind:
    return Kind(
        found["label"],
        found["one"],
        found["many"],
        tuple(found["columns"]),
        found.get("by", ""),
        found.get("nested", False),
        found.get("trace", ""),
    )


def _property(found: Mapping[str, Any]) -> Property:
    return Property(
        found["title"],
        found["of"],
        found.get("implies", ""),
        found.get("show", "plain"),
        found.get("only", False),
        found.get("counts", False),
    )


def _phrases(data: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Sense]]:
    """Every phrase with what it says; of two that are alike the later one counts."""
    yield from _said(data["stop"]["words"], Sense("stop"))
    for name, texts in data["ask"].items():
        yield from _said(texts, Sense("ask", name))
    for name, found in data["kind"].items():
        yield from _said(found["words"], Sense("kind", name))
    for found in data["sort"].values():
        yield from _said(found["words"], Sense("kind", found["kind"], (found["by"], found["value"])))
    for name, found in data["property"].items():
        yield from _said(found["words"], Sense("property", name))
        for sort, sides in (("super", ("largest", "smallest")), ("than", (">", "<"))):
            for i, text in enumerate(found.get(sort, ())):
                yield from _said([text], Sense(sort, name, sides[i % 2]))
    for name, found in data["filter"].items():
        for value, texts in found["values"].items():
            yield from _said(texts, Sense("filter", name, _YES_NO.get(value, value)))
    for sort in ("compare", "most", "how"):
        for name, texts in data[sort].items():
            yield from _said(texts, Sense(sort, name))
    for name, texts in data["sign"].items():
        yield from _said(texts, Sense(name))


def _said(texts: Iterable[str], sense: Sense) -> Iterator[tuple[tuple[str, ...], Sense]]:
    yield from ((split(text), sense) for text in texts)
