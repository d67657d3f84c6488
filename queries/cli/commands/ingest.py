"""`ingest`: from headers to the store."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Annotated

import typer

from archkb.ingest.sources.formats import what_a_file_is
from archkb.kb.errors import ArchkbError
from archkb.queries.cli import completion, terminal
from archkb.queries.cli.arguments.model_name import check_name
from archkb.queries.cli.context import Run
from archkb.queries.cli.options import with_store_and_output
from archkb.queries.interface.ingest_source import Ingested, ingest_source, summary
from archkb.queries.interface.model_names import default_name


@with_store_and_output
def ingest(
    run: Run,
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...", help="Headers, or design:NAME for a shipped one.", autocompletion=completion.sources
        ),
    ],
    name: Annotated[str | None, typer.Option(help="Name in the store, for one FILE. Default: the file's name.")] = None,
    family: Annotated[str | None, typer.Option(help="Family to record, such as ltx-2.")] = None,
    release: Annotated[
        str | None, typer.Option(help="Version to record, such as 2.3; orders a family's models.")
    ] = None,
    config: Annotated[
        str | None,
        typer.Option(
            metavar="JSON", help="What states heads, positions and more, for one FILE. Default: config.json beside it."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and infer, write nothing.")] = False,
) -> None:
    """Read the header of each FILE, infer its architecture and keep it.

    {what_a_file_is} Tensor data is never read. Each model is written
    whole or not at all, in place of the model of that name.

    \b
    Examples:
      archkb ingest ltx-2-19b-dev-fp8.safetensors
      archkb ingest design:aiprod-shdt design:aiprod-hwvae
      archkb ingest model.safetensors --config configs/base.json
      archkb ingest model.safetensors --name mine --family ltx-2 --release 2.3 --dry-run
    """
    if name is not None and len(files) > 1:
        raise typer.BadParameter("--name names one model, there are several files")
    if config is not None and len(files) > 1:
        raise typer.BadParameter("--config is of one model, there are several files")
    check_name(name)
    ingested: list[Ingested] = []
    failed = False
    with ExitStack() as stack:
        store = None if dry_run else stack.enter_context(run.store(write=True))
        for source in files:
            try:
                called = name or default_name(source)
                model = ingest_source(
                    source,
                    store,
                    name=called,
                    family=family,
                    release=release,
                    config=config,
                    progress=terminal.progress(called),
                )
            except ArchkbError as error:
                terminal.tell(f"archkb: {error}")
                failed = True
                continue
            ingested.append(model)
            for note in model.notes:
                terminal.tell(f"archkb: {note}")
    if ingested:
        run.show(summary(ingested))
    if failed:
        raise typer.Exit(ArchkbError.exit_code)


ingest.__doc__ = (ingest.__doc__ or "").replace("{what_a_file_is}", what_a_file_is())
