"""What every command shares: which store, in which form an answer is shown, and how a model is named."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from archkb.kb.errors import NotFoundError
from archkb.queries.cli import terminal
from archkb.queries.cli.quiet import keep_stderr
from archkb.queries.near_misses import nearest
from archkb.queries.output.answer import Answer
from archkb.queries.output.render import render
from archkb.queries.output.wrap import hung

if TYPE_CHECKING:
    from archkb.kb.store.port import Store

STORE_VARIABLE = "ARCHKB_STORE"
DEFAULT_STORE = ".archkb"


_NAMED = 12
"""How many models a message names."""
_UID = "MATCH (m:Model {name: $name}) RETURN m.uid AS uid"


@dataclass(frozen=True, slots=True)
class Run:
    """One call of the program: the store's URI, the form of answers, and whether their query is shown."""

    uri: str
    format: str = "table"
    show_cypher: bool = False

    @property
    def for_people(self) -> bool:
        """Whether the form is one that people read."""
        return self.format in ("table", "markdown")

    @contextmanager
    def store(self, *, write: bool = False) -> Iterator[Store]:
        """The open store, closed afterwards."""
        from archkb.kb.store import open_store

        keep_stderr()
        store = open_store(
            self.uri, read_only=not write, password=terminal.password if terminal.interactive() else None
        )
        try:
            yield store
        finally:
            store.close()

    def show(self, answer: Answer, output: Path | None = None, *, before: str = "") -> None:
        """The answer to stdout or to a file, its notes and, where asked for, its query to stderr.

        `before` is text that goes before it; a table without rows is left out then.
        """
        if self.show_cypher:
            terminal.tell(cypher_of(answer))
        columns = terminal.PIPED if output else terminal.columns()
        shown = render(answer, self.format, columns=columns)
        before = "".join(f"{line}\n" for text in before.splitlines() for line in hung(text, columns))
        parts = [before, shown] if answer.rows else [before]
        terminal.put("\n".join(p for p in parts if p) if before else shown, output)
        for note in answer.notes:
            terminal.tell(f"archkb: {note}")


def cypher_of(answer: Answer) -> str:
    """The query of an answer, with the parameters it was run with as comments above it."""
    given = [f"// ${name} = {value!r}" for name, value in answer.params.items()]
    return "\n".join([*given, answer.cypher.rstrip()])


def store_uri(*given: str | None) -> str:
    """The first store that is named: by an option, by the environment, else the folder `.archkb`."""
    return next((uri for uri in (*given, os.environ.get(STORE_VARIABLE)) if uri), DEFAULT_STORE)


def uid_of(store: Store, name: str) -> str:
    """uid of the model of that name. NotFoundError, with the near misses, where there is none."""
    found = store.read(_UID, {"name": name}).rows
    if found:
        return str(found[0][0])
    names = [m.name for m in store.models()]
    cure = "`archkb models` lists them" if names else "the store is empty: `archkb ingest FILE` first"
    raise NotFoundError(f"no model {name!r} in {store.uri}", near=nearest(name, names), cure=cure)


def only_model(store: Store, meant: str = "") -> str:
    """Name of the one model the store holds; said on stderr. NotFoundError where there are none or several.

    `meant` is a word that may be a misspelt name.
    """
    names = [m.name for m in store.models()]
    if len(names) == 1:
        terminal.tell(f"archkb: asking about {names[0]}, the one model in the store")
        return names[0]
    if not names:
        raise NotFoundError("the store holds no model", cure="`archkb ingest FILE` first")
    more = f" and {len(names) - _NAMED} more (`archkb models` lists all)" if len(names) > _NAMED else ""
    raise NotFoundError(
        f"{len(names)} models are in the store, and none is named",
        near=nearest(meant, names),
        cure=f"name one of {', '.join(names[:_NAMED])}{more}",
    )
