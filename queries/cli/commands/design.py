"""`design`: a header as a design file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archkb.queries.cli import terminal
from archkb.queries.cli.arguments.model_name import check_name
from archkb.queries.interface.model_names import default_name


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
    from archkb.ingest.sources import read_header
    from archkb.ingest.sources.design.write_design import header_to_design

    check_name(name)
    text = header_to_design(read_header(file), name or default_name(file))
    terminal.put(text, output)
