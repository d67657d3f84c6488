"""The argument of commands that take a stored model or a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from archkb.queries.cli import completion
from archkb.queries.cli.context import Run
from archkb.queries.interface.model_source import Models

if TYPE_CHECKING:
    from archkb.kb.store.port import Store

_HELP = "A model in the store, a file, or design:NAME."
EitherArgument = Annotated[str, typer.Argument(metavar="MODEL", help=_HELP, autocompletion=completion.either)]


@contextmanager
def models(run: Run) -> Iterator[Models]:
    """Models for the time of one command."""
    with ExitStack() as stack:
        opened: list[Store] = []

        def store() -> Store:
            if not opened:
                opened.append(stack.enter_context(run.store()))
            return opened[0]

        yield Models(store)
