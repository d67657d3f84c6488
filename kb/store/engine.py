"""What a graph engine has to offer so that :mod:`archkb.kb.store.cypher_store` can be a store on it. Two adapters
implement it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from archkb.kb.store.port import Rows

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """What an engine's own EXPLAIN says about a query: does it write, and by which operators is it run."""

    writes: bool
    operators: tuple[str, ...]


class Transaction(Protocol):
    """One open transaction. Leaving its context commits; an exception rolls everything back."""

    def run(self, cypher: str, params: Params | None = None) -> list[tuple[Any, ...]]:
        """Run one statement, and its rows."""


class Engine(Protocol):
    """The few primitives that differ between the stores."""

    uri: str
    wide_keys: bool
    """Whether a range index needs `uid` as its last column, because keys that many nodes share are slow."""

    def query(self, cypher: str, params: Params, limit: int | None, timeout: float | None) -> Rows:
        """Run a query that the engine itself keeps from writing; at most `limit` rows, at most `timeout` seconds."""

    def plan(self, cypher: str, params: Params, timeout: float | None) -> Plan:
        """EXPLAIN a query without running it, in at most `timeout` seconds."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Open the one write transaction."""

    def define(self, statements: Sequence[str]) -> None:
        """Run statements that define constraints and indexes, and close the engine's own ways to files and URLs."""

    def damage(self) -> list[str] | None:
        """'what: what is wrong with it' for everything stored that changed behind the engine's back, read whole; None
        where that cannot be told."""

    def close(self) -> None:
        """Release the engine. Twice is no error."""
