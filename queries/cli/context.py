"""What every command shares: which store, in which form an answer is shown, and how a model is named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from archkb.queries.cli import terminal
from archkb.queries.cli.quiet import keep_stderr
from archkb.queries.interface.default_model import default_model
from archkb.queries.interface.model_names import sole_model
from archkb.queries.output.answer import Answer
from archkb.queries.output.render import render
from archkb.queries.output.wrap import hung

if TYPE_CHECKING:
    from archkb.kb.store.port import Store


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


def only_model(store: Store, meant: str = "") -> str:
    """Name of the one model the store holds; said on stderr. NotFoundError where there are none or several."""
    name = sole_model(store, meant)
    why = "the one in use" if default_model(store.uri) == name else "the one model in the store"
    terminal.tell(f"archkb: asking about {name}, {why}")
    return name
