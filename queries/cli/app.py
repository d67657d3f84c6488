"""All commands, in the order of the help page."""

from __future__ import annotations

from typing import Annotated

import typer

from queries.cli import about, asking, benching, comparing, explaining, ingesting, models, querying, relating
from queries.cli.hints import Commands
from queries.cli.options import Command, StoreOption

app = typer.Typer(
    name="archkb",
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)

COMMANDS: dict[str, Command] = {
    "ingest": ingesting.ingest,
    "models": models.models,
    "tree": models.tree,
    "explain": explaining.explain,
    "ask": asking.ask,
    "questions": asking.questions,
    "cypher": querying.cypher,
    "diff": comparing.diff,
    "similar": relating.similar,
    "check-derivation": relating.check_derivation,
    "export": models.export,
    "forget": models.forget,
    "schema": about.schema,
    "design": ingesting.design,
    "designs": ingesting.designs,
    "bench": benching.bench,
    "doctor": about.doctor,
}


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"archkb {about.version()}")
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
    models differ (`diff --exit-code`), 2 that something is wrong.

    \b
    Examples:
      archkb ingest design:ltx-2-19b-dev-fp8
      archkb ask "which blocks do cross-attention?"
    """
    ctx.obj = store


for _name, _command in COMMANDS.items():
    app.command(_name)(_command)
