"""`doctor`: whether everything is there."""

from __future__ import annotations

from collections.abc import Iterator

import typer

from archkb.kb.errors import ArchkbError
from archkb.queries.cli.context import Run
from archkb.queries.cli.options import with_store_and_output
from archkb.queries.cli.version import version
from archkb.queries.output.answer import Answer


@with_store_and_output
def doctor(run: Run) -> None:
    """Say what is installed, and whether the store opens and is whole. The exit code is 2 where something is wrong.

    It reads all of an embedded store's files, and counts every model's tensors and modules.

    \b
    Examples:
      archkb doctor
      archkb doctor --store bolt://localhost:7687
    """
    rows = tuple(_checks(run))
    run.show(Answer("doctor", ("what", "state", "ok"), rows))
    if not all(ok for _, _, ok in rows):
        raise typer.Exit(ArchkbError.exit_code)


def _checks(run: Run) -> Iterator[tuple[str, str, bool]]:
    import platform
    from importlib.util import find_spec

    from archkb.queries.cli import health

    yield "archkb", version(), True
    yield "python", f"{platform.python_version()} on {platform.platform(terse=True)}", True
    opened = list(health.store(run))  # first, for the engine's log goes where the first store is that is opened
    yield from health.engines()
    torch = find_spec("torch") is not None
    yield "torch", "there" if torch else "not installed; only `pip install 'archkb[torch]'` needs it", True
    yield from _content()
    yield from opened


def _content() -> Iterator[tuple[str, str, bool]]:
    from archkb.ingest.sources import shipped
    from archkb.queries.questions.catalog import open_catalog

    try:
        yield "questions", str(len(open_catalog().all())), True
    except ArchkbError as error:
        yield "questions", str(error), False
    yield "designs", str(len(shipped())), True
