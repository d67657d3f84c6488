"""Options of commands that ask: parameters, and a folder of questions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archkb.queries.cli import completion

Folder = Annotated[
    Path | None, typer.Option("--questions", metavar="DIR", help="Your own questions. Default: $ARCHKB_QUESTIONS.")
]


About = Annotated[
    str | None,
    typer.Option(
        "--model", "-m", metavar="MODEL", help="The model, instead of a last word.", autocompletion=completion.models
    ),
]


Params = Annotated[
    list[str] | None, typer.Option("--param", "-p", metavar="NAME=VALUE", help="A parameter; may be given again.")
]
