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
        {name: _kind(entry) for name, entry in data["kind"].items()},
        {name: _property(entry) for name, entry in data["property"].items()},
        {name: tuple(entry["of"]) for name, entry in data["filter"].items()},
        phrases,
        max(map(len, phrases)),
        {w: w for w in part["words"]} | part["same"],
        {w: w for w in part["streams"]} | part["stream_same"],
        frozenset(part["roles"]),
        frozenset(data["other"]["words"]),
    )


def _kind(entry: Mapping[str, Any]) -> Kind:
    return Kind(
        entry["label"],
        entry["one"],
        entry["many"],
        tuple(entry["columns"]),
        entry.get("by", ""),
        entry.get("nested", False),
        entry.get("trace", ""),
    )


def _property(entry: Mapping[str, Any]) -> Property:
    return Property(
        entry["title"],
        entry["of"],
        entry.get("implies", ""),
        entry.get("show", "plain"),
        entry.get("only", False),
        entry.get("counts", False),
    )


def _phrases(data: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Sense]]:
    """Every phrase with what it says; of two that are alike the later one counts."""
    yield from _entries(data["stop"]["words"], Sense("stop"))
    for name, texts in data["ask"].items():
        yield from _entries(texts, Sense("ask", name))
    for name, entry in data["kind"].items():
        yield from _entries(entry["words"], Sense("kind", name))
    for entry in data["sort"].values():
        yield from _entries(entry["words"], Sense("kind", entry["kind"], (entry["by"], entry["value"])))
    for name, entry in data["property"].items():
        yield from _entries(entry["words"], Sense("property", name))
        for sort, sides in (("super", ("largest", "smallest")), ("than", (">", "<"))):
            for i, text in enumerate(entry.get(sort, ())):
                yield from _entries([text], Sense(sort, name, sides[i % 2]))
    for name, entry in data["filter"].items():
        for value, texts in entry["values"].items():
            yield from _entries(texts, Sense("filter", name, _YES_NO.get(value, value)))
    for sort in ("compare", "most", "how"):
        for name, texts in data[sort].items():
            yield from _entries(texts, Sense(sort, name))
    for name, texts in data["sign"].items():
        yield from _entries(texts, Sense(name))


def _entries(texts: Iterable[str], sense: Sense) -> Iterator[tuple[tuple[str, ...], Sense]]:
    yield from ((split(text), sense) for text in texts)
