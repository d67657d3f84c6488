"""The name a model gets where it is read: the given one, or its file's."""

from __future__ import annotations

import typer

from archkb.ingest.sources.registry import without_suffix


def default_name(source: str) -> str:
    """The name a model gets from its source: the file's name without its suffix.

    >>> default_name("models/ltx.safetensors.index.json"), default_name("design:aiprod-shdt")
    ('ltx', 'aiprod-shdt')
    """
    name = source.removeprefix("design:").replace("\\\\", "/").rstrip("/").rpartition("/")[2]
    return without_suffix(name)


def check_name(name: str | None) -> None:
    if name is not None and not name.strip():
        raise typer.BadParameter("--name is empty: give a name, or leave it out for the file's")
