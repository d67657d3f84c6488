"""The options that many commands share, declared once and added to a command by a decorator.

A decorated command takes a :class:`archkb.queries.cli.context.Run` first; typer sees the options in its place.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any, get_type_hints

import typer

from archkb.kb.store_choice import store_uri
from archkb.queries.cli import completion
from archkb.queries.cli.context import Run

StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store", metavar="URI", help="A folder (embedded store) or bolt://HOST:PORT. Default: $ARCHKB_STORE."
    ),
]
ModelArgument = Annotated[
    str, typer.Argument(metavar="MODEL", help="Name in the store.", autocompletion=completion.models)
]
_JSON = Annotated[
    bool,
    typer.Option(
        "--json",
        help="Rows as objects, keys are the columns in order; around those of a question an object with the sentence.",
    ),
]
_CSV = Annotated[bool, typer.Option("--csv", help="Comma-separated values with a header.")]
_MARKDOWN = Annotated[bool, typer.Option("--markdown", help="A Markdown table.")]
_CYPHER = Annotated[bool, typer.Option("--show-cypher", help="Print the query too, on stderr.")]

_STORE = {"store": (StoreOption, None)}
_OUTPUT = {"as_json": (_JSON, False), "as_csv": (_CSV, False), "as_markdown": (_MARKDOWN, False)}
_QUERY = {"show_cypher": (_CYPHER, False)}

Command = Callable[..., None]


def with_store(command: Command) -> Command:
    """Give a command the option --store."""
    return _extended(command, _STORE)


def with_output(command: Command) -> Command:
    """Give a command --json, --csv and --markdown, but no store."""
    return _extended(command, _OUTPUT)


def with_store_and_output(command: Command) -> Command:
    """Give a command --store and the forms of an answer."""
    return _extended(command, {**_STORE, **_OUTPUT})


def with_answer(command: Command) -> Command:
    """Give a command --store, the forms of an answer, and --show-cypher."""
    return _extended(command, {**_STORE, **_OUTPUT, **_QUERY})


def _extended(command: Command, options: dict[str, tuple[Any, Any]]) -> Command:
    hints = get_type_hints(command, include_extras=True)
    parameters = [p.replace(annotation=hints[p.name]) for p in list(inspect.signature(command).parameters.values())[1:]]
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (kind, default) in options.items()
    ]
    ctx = inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)

    def run(ctx: typer.Context, **given: Any) -> None:
        taken = {name: given.pop(name) for name in options}
        command(_run(ctx, taken), **given)

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    signature = inspect.Signature([ctx, *(p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in parameters), *added])
    run.__signature__ = signature  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in signature.parameters.values()}
    return run


def _run(ctx: typer.Context, taken: dict[str, Any]) -> Run:
    forms = [name for name in ("json", "csv", "markdown") if taken.get(f"as_{name}")]
    if len(forms) > 1:
        raise typer.BadParameter(f"--{forms[0]} and --{forms[1]} exclude each other")
    uri = store_uri(taken.get("store"), ctx.obj)
    return Run(uri, forms[0] if forms else "table", bool(taken.get("show_cypher")))
