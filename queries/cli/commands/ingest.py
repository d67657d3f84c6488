"""`ingest`: from headers to the store."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archkb.ingest.sources.formats import what_a_file_is
from archkb.kb.errors import ArchkbError
from archkb.queries.cli import completion
from archkb.queries.cli.arguments.model_name import check_name
from archkb.queries.cli.context import Run
from archkb.queries.cli.ingest_report import Report, check_writable
from archkb.queries.cli.options import with_store_and_output
from archkb.queries.interface.ingest_many import cores, ingest_many
from archkb.queries.interface.ingest_source import summary

if TYPE_CHECKING:
    from archkb.queries.interface.ingest_plan import Plan

SOME_FAILED = 1
"""Exit code where some of several sources could not be kept."""
_ALL_CORES = "auto"


@with_store_and_output
def ingest(
    run: Run,
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...",
            help="Headers, folders of them, lists of them (.txt, one path a line), or design:NAME for a shipped one.",
            autocompletion=completion.sources,
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
    jobs: Annotated[
        str,
        typer.Option(
            metavar="N", help="Processes that read and infer; 0 or auto: one a core.", autocompletion=completion.jobs
        ),
    ] = "1",
    failed: Annotated[
        Path | None,
        typer.Option(metavar="LIST.txt", help="Write what could not be kept here, as a list with the reasons."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="On stderr, say only what failed.")] = False,
) -> None:
    """Read the header of each FILE, infer its architecture and keep it.

    {what_a_file_is} Tensor data is never read. Each model is written
    whole or not at all, in place of the model of that name.

    A folder stands for every model file in it and below it, an index there for its shards; a list for what its lines
    name (paths relative to the list's folder; # begins a comment; a model's name may follow behind a tab). Files that
    would share a name get their folder's name in front. What the store has already is passed over, so a call that was
    stopped goes on where it is made again. One bad file stops no other: the exit code is 1 where some failed.

    \b
    Examples:
      archkb ingest ltx-2-19b-dev-fp8.safetensors
      archkb ingest design:aiprod-shdt design:aiprod-hwvae
      archkb ingest model.safetensors --config configs/base.json
      archkb ingest model.safetensors --name mine --family ltx-2 --release 2.3 --dry-run
      archkb ingest checkpoints/ more.txt --jobs auto --failed failed.txt
      archkb ingest failed.txt
    """
    from archkb.queries.interface.ingest_plan import plan

    processes = _processes(jobs)
    check_name(name)
    planned = plan(files, name=name, family=family, release=release, config=config)
    for option, value in (("--name names", name), ("--config is of", config)):
        if value is not None and planned.total > 1:
            raise typer.BadParameter(f"{option} one model, there are several files")
    if failed is not None:
        check_writable(failed)
    report = Report(planned, quiet=quiet)
    try:
        _run(run, planned, report, processes, dry_run)
    except (ArchkbError, KeyboardInterrupt):
        report.stopped()
        if failed is not None and str(failed) not in files:  # a list that is read still names what was not reached
            report.write_failed(failed)
        raise
    report.end()
    if failed is not None:
        report.write_failed(failed)
    if report.ingested or planned.many:
        run.show(summary(report.rows(failures=not run.for_people)))
    if report.failed:
        raise typer.Exit(SOME_FAILED if planned.total > 1 else ArchkbError.exit_code)


def _run(run: Run, planned: Plan, report: Report, processes: int, dry_run: bool) -> None:
    """Ingest what is planned, and report it."""
    with ExitStack() as stack:
        store = None if dry_run else stack.enter_context(run.store(write=True))
        report.begin()
        for outcome in ingest_many(
            planned.requests, store, jobs=processes, compare=not planned.many, progress=report.of_rows()
        ):
            report.take(outcome)


def _processes(jobs: str) -> int:
    """How many processes are meant."""
    if jobs in ("0", _ALL_CORES):
        return cores()
    if not (jobs.isdecimal() and jobs.isascii()):
        raise typer.BadParameter(f"--jobs is {jobs!r}: give a number of processes, or auto")
    return int(jobs)


ingest.__doc__ = (ingest.__doc__ or "").replace("{what_a_file_is}", what_a_file_is())
