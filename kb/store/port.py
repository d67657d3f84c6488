"""What the program asks of a store. No session, transaction or driver type leaks through here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from archkb.kb.tables import GraphTables, KnownStructure

Progress = Callable[[str, int, int], None]
"""Called with (what, done, total) while rows are written."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What one write did: nodes and relationships created and removed."""

    created_nodes: int = 0
    created_edges: int = 0
    removed_nodes: int = 0
    unchanged: bool = False
    same_as: tuple[str, ...] = ()
    """Names of the models already there that have the same architecture, as 'name (basis)'; at most a hundred."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """One model as a store lists it."""

    uid: str
    name: str
    family: str | None
    role: str | None
    source: str
    format: str
    n_tensors: int
    n_params: int
    n_bytes: int


@dataclass(frozen=True, slots=True)
class Freed:
    """What was removed because no model used it: nodes by label, and the uids of the structures among them."""

    nodes: Mapping[str, int]
    structures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a query: the columns in the order of its RETURN, also where there is no row. Values are str, int,
    float, bool, None, or lists and maps of them. `truncated` when the row limit cut the answer."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Health:
    """What was found by reading all of a store: 'what: what is wrong with it' each, and whether the files could be
    compared with what was written (a server's are its owner's; an older program recorded nothing)."""

    faults: tuple[str, ...]
    files: bool


class Store(Protocol):
    """A graph store that speaks Cypher."""

    uri: str

    def prepare(self) -> None:
        """Create constraints and indexes, record the schema version, migrate an older store."""

    def models(self) -> list[ModelInfo]:
        """The models it holds, by name."""

    def replace(self, tables: GraphTables, progress: Progress | None = None) -> Counts:
        """Write one model whole in one transaction, in place of the model of that name if there is one.

        A structure that is there already is not written again, and need not be given: MissingStructureError where the
        tables are a model's own part alone and the structure is not there.
        """

    def structure(self, uid: str, settings: str | None = None) -> KnownStructure | None:
        """What is known of a structure as a whole, None where it is not there, or not with these settings."""

    def forget(self, name: str) -> Counts:
        """Remove one model whole, and its structure where no other model has it.

        NotFoundError, with the near misses, where there is none.
        """

    def free(self) -> Freed:
        """Remove what no model uses."""

    def read(
        self,
        cypher: str,
        params: Mapping[str, Any] | None = None,
        *,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> Rows:
        """Run a query of the program's own, read-only. `timeout` in seconds."""

    def ask(
        self, cypher: str, params: Mapping[str, Any] | None = None, *, limit: int = 10_000, timeout: float = 30.0
    ) -> Rows:
        """Run a stranger's query: ReadOnlyError for anything that writes or reaches outside the graph."""

    def load(self, name: str) -> GraphTables:
        """The model's tables back, equal to what `replace` was given but for the order of rows."""

    def load_own(self, name: str) -> GraphTables:
        """The model's own part alone, without its structure."""

    def health(self) -> Health:
        """Read all of it, and say what is damaged."""

    def check(self, name: str) -> None:
        """StoreError where the model of that name has not as many tensors and modules as it says."""

    def close(self) -> None:
        """Release the store."""
