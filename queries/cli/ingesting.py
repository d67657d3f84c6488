"""`ingest`, `design` and `designs`: from files to the store, and to design files."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kb.errors import ArchkbError
from queries.cli import complete, terminal
from queries.cli.options import with_output, with_store_and_output
from queries.cli.run import Run
from queries.output.answer import Answer, Column

if TYPE_CHECKING:
    from kb.store.port import Counts, Store
    from kb.tables import GraphTables

_SUFFIXES = (".safetensors.index.json", ".safetensors", ".json.gz", ".json", ".yaml", ".yml")
_COLUMNS = ("name", "tensors", "params", "bytes", "modules", "attentions", "stacks", "status")
_ABOUT = {"params": Column("params", "", "count"), "bytes": Column("bytes", "", "bytes")}


def default_name(source: str) -> str:
    """The name a model gets from its source: the file's name without its suffix.

    >>> default_name("models/ltx.safetensors.index.json"), default_name("design:aiprod-shdt")
    ('ltx', 'aiprod-shdt')
    """
    name = source.removeprefix("design:").replace("\\\\", "/").rstrip("/").rpartition("/")[2]
    return next((name[: -len(s)] for s in _SUFFIXES if name.lower().endswith(s)), name)


@with_store_and_output
def ingest(
    run: Run,
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...", help="Headers, or design:NAME for a shipped one.", autocompletion=complete.sources
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

    A FILE is .safetensors, .safetensors.index.json, a header as .json or .json.gz, or a design as .yaml. Tensor data is
    never read. Each model is written whole or not at all, in place of the model of that name.

    \b
    Examples:
      archkb ingest ltx-2-19b-dev-fp8.safetensors
      archkb ingest design:aiprod-shdt design:aiprod-hwvae
      archkb ingest model.safetensors --name mine --family ltx-2 --release 2.3 --dry-run
    """
    if name is not None and len(files) > 1:
        raise typer.BadParameter("--name names one model, there are several files")
    _check_name(name)
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


def _check_name(name: str | None) -> None:
    if name is not None and not name.strip():
        raise typer.BadParameter("--name is empty: give a name, or leave it out for the file's")


def _one(source: str, name: str, family: str | None, release: str | None, store: Store | None) -> tuple[Any, ...]:
    """Ingest one source; its row of the summary."""
    from ingest.read_tables import read_tables
    from kb.tables import check

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
    from kb.relations.lineage import Known
    from queries.relations.adapted_bases import adapts, sentence
    from queries.relations.similar_models import is_near, similar

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


def design(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A header of any known form.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write instead of stdout.")] = None,
    name: Annotated[str | None, typer.Option(help="Name the design gives the model. Default: the file's name.")] = None,
) -> None:
    """Write a header as a design file: names, dtypes and shapes as patterns over ranges, in YAML.

    \b
    Examples:
      archkb design ltx-2-19b-dev-fp8.safetensors --output ltx-2.yaml
      archkb ingest ltx-2.yaml
    """
    from ingest.sources import read_header
    from ingest.sources.design.write_design import header_to_design

    _check_name(name)
    text = header_to_design(read_header(file), name or default_name(file))
    terminal.put(text, output)


@with_output
def designs(run: Run) -> None:
    """List the designs that ship with archkb.

    \b
    Examples:
      archkb designs
      archkb ingest design:ltx-2-19b-dev-fp8
    """
    from ingest.sources import read_header, shipped

    rows = []
    for name in shipped():
        header = read_header(f"design:{name}")
        rows.append(
            (f"design:{name}", len(header.tensors), header.declared.get("family"), header.declared.get("licence"))
        )
    run.show(Answer("designs", ("design", "tensors", "family", "licence"), tuple(rows)))
