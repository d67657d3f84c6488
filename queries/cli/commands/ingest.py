"""`ingest`: from headers to the store."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archkb.ingest.sources.registry import what_a_file_is
from archkb.kb.errors import ArchkbError
from archkb.queries.cli import completion, terminal
from archkb.queries.cli.arguments.model_name import check_name, default_name
from archkb.queries.cli.context import Run
from archkb.queries.cli.options import with_store_and_output
from archkb.queries.output.answer import Answer, Column

if TYPE_CHECKING:
    from archkb.kb.store.port import Counts, Store
    from archkb.kb.tables import GraphTables


_COLUMNS = ("name", "tensors", "params", "bytes", "modules", "attentions", "stacks", "status")


_ABOUT = {"params": Column("params", "", "count"), "bytes": Column("bytes", "", "bytes")}


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
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and infer, write nothing.")] = False,
) -> None:
    """Read the header of each FILE, infer its architecture and keep it.

    {what_a_file_is} Tensor data is never read. Each model is written
    whole or not at all, in place of the model of that name.

    \b
    Examples:
      archkb ingest ltx-2-19b-dev-fp8.safetensors
      archkb ingest design:aiprod-shdt design:aiprod-hwvae
      archkb ingest model.safetensors --name mine --family ltx-2 --release 2.3 --dry-run
    """
    if name is not None and len(files) > 1:
        raise typer.BadParameter("--name names one model, there are several files")
    check_name(name)
    rows: list[tuple[Any, ...]] = []
    failed = False
    with ExitStack() as stack:
        store = None if dry_run else stack.enter_context(run.store(write=True))
        for source in files:
            try:
                rows.append(_one(source, name or default_name(source), family, release, store))
            except ArchkbError as error:
                terminal.tell(f"archkb: {error}")
                failed = True
    if rows:
        run.show(Answer("ingest", _COLUMNS, tuple(rows), about=_ABOUT))
    if failed:
        raise typer.Exit(ArchkbError.exit_code)


ingest.__doc__ = (ingest.__doc__ or "").replace("{what_a_file_is}", what_a_file_is())


def _one(source: str, name: str, family: str | None, release: str | None, store: Store | None) -> tuple[Any, ...]:
    """Ingest one source; its row of the summary."""
    from archkb.ingest.read_tables import read_tables
    from archkb.kb.tables import check

    tables = read_tables(source, name=name, family=family, version=release)
    if not tables.model["n_tensors"]:
        terminal.tell(f"archkb: {source}: the header lists no tensor, so there is nothing to infer from")
    if store is None:
        check(tables)
        status = "dry run: " + ", ".join(f"{n} {what}" for what, n in tables.counts().items())
    else:
        counts = store.replace(tables, terminal.progress(name))
        status = _status(counts)
        if not (counts.unchanged or counts.same_as):
            _tell_nearest(store, tables)
    roles = _roles(tables)
    m = tables.model
    return (
        name,
        m["n_tensors"],
        m["n_params"],
        m["n_bytes"],
        m["n_modules"],
        roles["Attention"],
        roles["Stack"],
        status,
    )


def _tell_nearest(store: Store, tables: GraphTables) -> None:
    """What a new model adapts, or is most like, where it is near anything; said on stderr."""
    from archkb.kb.relations.lineage import Known
    from archkb.queries.relations.adapted_bases import adapts, sentence
    from archkb.queries.relations.similar_models import is_near, similar

    bases = adapts(tables, store)
    if bases is not None:
        terminal.tell(f"archkb: {tables.name}: {sentence(bases)}")
        return
    found = similar(Known.of(tables.model), store, limit=1)
    if found.rows and is_near(found.rows[0]):
        terminal.tell(f"archkb: {tables.name}: {found.notes[0]}")


def _roles(tables: GraphTables) -> dict[str, int]:
    counts = {"Attention": 0, "Stack": 0}
    for node in tables.nodes:
        if node.role in counts:
            counts[node.role] += len(node.rows)
    return counts


def _status(counts: Counts) -> str:
    done = "unchanged" if counts.unchanged else "replaced" if counts.removed_nodes else "written"
    return done + (f", same architecture as {', '.join(counts.same_as)}" if counts.same_as else "")
