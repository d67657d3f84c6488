"""Carry what was inferred for a representative to its equal siblings: same structure, same facts, other path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from functools import cache
from typing import Any, Protocol, TypeVar

from archkb.ingest.analysis import Findings, Residual
from archkb.ingest.tree.module_tree import Node, Tree


class _AtPath(Protocol):
    @property
    def path(self) -> str: ...


T = TypeVar("T", bound=_AtPath)


def copies(tree: Tree) -> list[tuple[Node, Node]]:
    """(representative, twin) for every module below an equal sibling, parents first.

    The representative of a twin may itself lie below another twin's representative, so pairs are listed in an order in
    which a pair's left side has its facts before they are copied.
    """
    out: list[tuple[Node, Node]] = []
    _collect(tree.root, out)
    return out


def _collect(root: Node, out: list[tuple[Node, Node]]) -> None:
    # children first: an inner stack's twins are filled before an outer twin copies the whole inner stack
    for child in root.children.values():
        if child.twin_of is None:
            _collect(child, out)
    for child in root.children.values():
        if child.twin_of is not None:
            out.extend(_pairs(child.twin_of, child))


def _pairs(first: Node, twin: Node) -> list[tuple[Node, Node]]:
    out = [(first, twin)]
    for a, b in out:  # grows while it is read: breadth first, parents before children
        if a.children:
            out.extend(zip(a.children.values(), b.children.values(), strict=True))
    return out


def origins(pairs: list[tuple[Node, Node]]) -> dict[str, str]:
    """Path of every twin -> path of the representative that rules saw."""
    out: dict[str, str] = {}
    for first, twin in pairs:
        out[twin.path] = out.get(first.path, first.path)
    return out


class TwinMapping(Mapping[str, T]):
    """Facts of representatives seen as facts of all: a twin's entry is its representative's under the twin's path.

    Entries of twins are made when they are asked for, since most never are.
    """

    __slots__ = ("_copies", "_facts", "_origin", "_twins")

    def __init__(self, facts: Mapping[str, T], origin: Mapping[str, str]) -> None:
        self._facts, self._origin = facts, origin
        self._copies: dict[str, T] = {}
        self._twins: tuple[str, ...] | None = None

    def __getitem__(self, path: str) -> T:
        fact = self._facts.get(path) or self._copies.get(path)
        if fact is None:
            fact = self._copies[path] = _at(self._facts[self._origin[path]], path)
        return fact

    def __contains__(self, path: object) -> bool:
        return path in self._facts or self._origin.get(path) in self._facts  # type: ignore[call-overload]

    def __iter__(self) -> Iterator[str]:
        if self._twins is None:
            facts = self._facts
            self._twins = tuple(twin for twin, first in self._origin.items() if first in facts)
        yield from self._facts
        yield from self._twins

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mapping) and dict(self) == dict(other)

    def __repr__(self) -> str:
        return f"TwinMapping({dict(self)!r})"

    __hash__ = None  # type: ignore[assignment]


def _at(fact: T, path: str) -> T:
    """A frozen fact under another path: `dataclasses.replace` does the same in three times the time."""
    copied = object.__new__(type(fact))
    for name in _names(type(fact)):
        object.__setattr__(copied, name, getattr(fact, name))
    object.__setattr__(copied, "path", path)
    return copied


@cache
def _names(sort: type[Any]) -> tuple[str, ...]:
    """Names of the fields of a sort of facts."""
    return tuple(field.name for field in fields(sort))


def with_twins(findings: Findings) -> Findings:
    """The findings of representatives as those of all modules: equal siblings have equal facts."""
    pairs = copies(findings.tree)
    origin = origins(pairs)
    return replace(
        findings,
        leaves=TwinMapping(findings.leaves, origin),
        stacks=TwinMapping(findings.stacks, origin),
        attentions=TwinMapping(findings.attentions, origin),
        feed_forwards=TwinMapping(findings.feed_forwards, origin),
        residuals=tuple(_residuals_of_all(findings.residuals, pairs)),
        modulations=TwinMapping(findings.modulations, origin),
        origin=origin,
    )


def _residuals_of_all(residuals: Iterable[Residual], pairs: list[tuple[Node, Node]]) -> list[Residual]:
    """The residuals with those of every twin block added, by block."""
    by_block: dict[str, list[Residual]] = {}
    for item in residuals:
        by_block.setdefault(item.block, []).append(item)
    for first, twin in pairs:
        first_residuals = by_block.get(first.path)
        if first_residuals is not None:
            by_block[twin.path] = [replace(r, block=twin.path) for r in first_residuals]
    return [r for group in by_block.values() for r in group]
