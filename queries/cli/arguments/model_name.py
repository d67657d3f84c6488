"""A name that is given for a model is not empty."""

from __future__ import annotations

import typer


def check_name(name: str | None) -> None:
    if name is not None and not name.strip():
        raise typer.BadParameter("--name is empty: give a name, or leave it out for the file's")
