"""Every error a user can meet. Each says what is wrong, where, and the cure; none shows the user,
password or query of an address.

    ArchkbError                     exit code 2
    ├── SourceError                 a file that cannot be read as a model: path, key, offset
    ├── NotFoundError               no such model, question, path; carries the near misses
    ├── QuestionError               a question file that breaks its promises
    └── StoreError                  the graph store failed
        ├── StoreBusyError          another process holds the embedded store
        ├── StoreSchemaError        the store was written by another schema version
        ├── MissingStructureError   a model's own part was given, and the store has not the structure
        └── ReadOnlyError           a query that would write, or reach outside the graph

>>> str(SourceError("header is 12 bytes, the file has 4", path="x.safetensors", cure="fetch it again"))
'x.safetensors: header is 12 bytes, the file has 4. Cure: fetch it again.'
"""

from __future__ import annotations

from collections.abc import Sequence

from archkb.kb.address import redacted


class ArchkbError(Exception):
    """Base of all errors meant for the user; `cure` is what to do about it."""

    exit_code = 2

    def __init__(self, what: str, *, where: str = "", cure: str = "") -> None:
        self.what, self.where, self.cure = what.rstrip("."), where, cure.rstrip(".")
        super().__init__(self.what)

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return redacted(f"{text}. Cure: {self.cure}." if self.cure else f"{text}.")


class SourceError(ArchkbError):
    """A file that is no model, or lies about itself."""

    def __init__(self, what: str, *, path: str = "", key: str = "", offset: int | None = None, cure: str = "") -> None:
        self.path, self.key, self.offset = path, key, offset
        where = path
        if key:
            where += f" [{key}]"
        if offset is not None:
            where += f" at byte {offset}"
        super().__init__(what, where=where.strip(), cure=cure)


class NotFoundError(ArchkbError):
    """Nothing has that name; `near` are the names that come closest.

    >>> str(NotFoundError("no model 'ltx'", near=["ltx-2", "ltx-3", "litex"], cure="`archkb models` lists them"))
    "no model 'ltx'. Did you mean 'ltx-2', 'ltx-3' or 'litex'? Cure: `archkb models` lists them."
    """

    def __init__(self, what: str, *, near: Sequence[str] = (), cure: str = "") -> None:
        self.near = tuple(near)
        super().__init__(what, cure=cure or "give a name that is there")

    def __str__(self) -> str:
        if not self.near:
            return super().__str__()
        *first, last = (repr(n) for n in self.near[:3])
        names = f"{', '.join(first)} or {last}" if first else last
        return redacted(f"{self.what}. Did you mean {names}? Cure: {self.cure}.")


class QuestionError(ArchkbError):
    """A question file that does not keep its promises; `where` is file and line."""


class StoreError(ArchkbError):
    """The store could not do what was asked."""


class StoreBusyError(StoreError):
    """Another process holds the embedded store."""


class MissingStructureError(StoreError):
    """A model's own part alone was to be written, and its structure is not in the store (any more)."""


class StoreSchemaError(StoreError):
    """The store's schema version is not the one this program writes."""


class ReadOnlyError(StoreError):
    """A query that would write, or would reach a file, a URL or a server setting."""
