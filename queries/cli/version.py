"""The version of the installed program."""

from __future__ import annotations


def version() -> str:
    """Version of the installed program."""
    from importlib import metadata

    try:
        return metadata.version("archkb")
    except metadata.PackageNotFoundError:
        return "of this folder, not installed"
