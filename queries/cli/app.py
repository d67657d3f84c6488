"""All commands, in the order of the help page."""

from __future__ import annotations

from typing import Annotated

import typer

from archkb.queries.cli import version
from archkb.queries.cli.commands import (
    ask,
    bench,
    check_derivation,
    copy,
    cypher,
    design,
    designs,
    diff,
    doctor,
    explain,
    export_command,
    forget,
    gc,
    ingest,
    models,
    questions,
    schema_command,
    similar,
    tree,
    use,
)
from archkb.queries.cli.hints import Commands
from archkb.queries.cli.options import Command, StoreOption

app = typer.Typer(
    name="archkb",
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)

COMMANDS: dict[str, Command] = {
    "ingest": ingest.ingest,
    "models": models.models,
    "use": use.use,
    "tree": tree.tree,
    "explain": explain.explain,
    "ask": ask.ask,
    "questions": questions.questions,
    "cypher": cypher.cypher,
    "diff": diff.diff,
    "similar": similar.similar,
    "check-derivation": check_derivation.check_derivation,
    "export": export_command.export,
    "forget": forget.forget,
    "gc": gc.gc,
    "copy": copy.copy,
    "schema": schema_command.schema,
    "design": design.design,
    "designs": designs.designs,
    "bench": bench.bench,
    "doctor": doctor.doctor,
}


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"archkb {version.version()}")
        raise typer.Exit


@app.callback()
def root(
    ctx: typer.Context,
    store: StoreOption = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """An architecture knowledge base for neural networks.

    It reads a checkpoint's header, never its weights, infers the module graph, keeps it, and answers questions about it
    with the evidence beside each fact. Data goes to stdout, everything else to stderr; exit code 0 is yes, 1 means that
    models differ (`diff --exit-code`) or that some of several could not be kept (`ingest`), 2 that something is wrong.

    \b
    Examples:
      archkb ingest design:ltx-2-19b-dev-fp8
      archkb ask "which blocks do cross-attention?"
    """
    ctx.obj = store


for _name, _command in COMMANDS.items():
    app.command(_name)(_command)
