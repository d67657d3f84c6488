"""A model's own words: what its parts, streams and modules are called. Names in a question are looked up here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from archkb.queries.questions.grammar.scope import IS_MODEL, MINE, OF_MODEL

if TYPE_CHECKING:
    from archkb.kb.store.port import Store


@dataclass(frozen=True, slots=True)
class Part:
    """A component: its path, '' for the whole, and every word it may be called by."""

    path: str
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class ModelWords:
    """Parts; streams by name; stacks with their parameters and the indices of their blocks; patterns of all paths."""

    parts: tuple[Part, ...] = ()
    streams: frozenset[str] = frozenset()
    stacks: tuple[tuple[str, int, frozenset[int]], ...] = ()
    patterns: frozenset[str] = frozenset()

    def called(self, name: str) -> bool:
        """Whether some part has that word."""
        return any(name.lower() in part.words for part in self.parts)

    def has_path(self, path: str) -> bool:
        """Whether that is the whole path of a module, numbers apart."""
        return _pattern(path) in self.patterns

    def on_the_way(self, names: str) -> bool:
        """Whether these dotted names follow each other in some path."""
        wanted = f".{_pattern(names)}."
        return any(wanted in f".{p}." for p in self.patterns)


def read_model_words(store: Store, model: str | None) -> ModelWords:
    """The words of the model of that name, of all models where None is given; without the patterns of paths."""
    rows = partial(_rows, store, model)
    streams = rows("MATCH (s:Stream {OF}) RETURN s.name AS name, s.scope AS scope ORDER BY scope, name")
    components = rows("MATCH (c:Component {OF}) RETURN c.path AS path, c.role AS role ORDER BY path")
    whole = rows("MATCH (m:Model) WHERE {IS} RETURN m.role AS role")
    blocks = rows("MATCH (b:Block {OF}) RETURN b.path AS path, b.block_index AS index ORDER BY path")
    stacks = rows("MATCH (s:Stack {OF}) RETURN s.path AS path, s.n_params AS params ORDER BY path")
    return ModelWords(
        (*(Part("", _split(str(r[0]))) for r in whole if r[0]), *(_part(r, streams) for r in components)),
        frozenset(str(name) for name, _ in streams if name),
        tuple(_stacks(stacks, blocks)),
    )


def with_paths(words: ModelWords, store: Store, model: str | None) -> ModelWords:
    """The same with the patterns of all paths, which cost as much to read as all the rest."""
    patterns = _rows(store, model, "MATCH (m:Module {OF}) RETURN DISTINCT m.pattern AS pattern")
    return replace(words, patterns=frozenset(str(row[0]) for row in patterns))


def _rows(store: Store, model: str | None, text: str) -> tuple[tuple[object, ...], ...]:
    """Rows of a query that is held to a model, or to none."""
    if model is None:
        return store.read(text.replace("{OF}", "").replace("{IS}", "true")).rows
    held = text.replace("{OF}", OF_MODEL).replace("{IS}", IS_MODEL)
    return store.read(f"{MINE} {held}", {"model": model}).rows


def _part(row: tuple[object, ...], streams: Iterable[tuple[object, ...]]) -> Part:
    path, role = str(row[0]), str(row[1] or "")
    runs = {str(name) for name, scope in streams if name and f"{scope}.".startswith(f"{path}.")}
    return Part(path, _split(role) | _split(path) | runs)


def _stacks(
    stacks: Iterable[tuple[object, ...]], blocks: Iterable[tuple[object, ...]]
) -> Iterable[tuple[str, int, frozenset[int]]]:
    indices: dict[str, set[int]] = {}
    for path, index in blocks:
        if isinstance(index, int):
            indices.setdefault(str(path).rpartition(".")[0], set()).add(index)
    for path, params in stacks:
        size = params if isinstance(params, int) else 0
        yield str(path), size, frozenset(indices.get(str(path), ()))


def _split(name: str) -> frozenset[str]:
    return frozenset(w for w in re.split(r"[^a-z]+", name.lower()) if w)


def _pattern(path: str) -> str:
    return ".".join("{i}" if name.isdigit() else name for name in path.split("."))
