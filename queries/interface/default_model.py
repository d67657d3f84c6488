"""The model that is meant where a store holds several and none is named: a file of the user's, by store."""

from __future__ import annotations

import json
import os
from pathlib import Path

from archkb.kb.errors import ArchkbError

NAME = "default-models.json"


def file() -> Path:
    """Where it is kept: in $XDG_CONFIG_HOME/archkb, else in ~/.config/archkb. ArchkbError where there is no home."""
    folder = os.environ.get("XDG_CONFIG_HOME")
    try:
        return (Path(folder) if folder else Path.home() / ".config") / "archkb" / NAME
    except RuntimeError:
        raise ArchkbError("there is no home folder to keep a default in", cure="set XDG_CONFIG_HOME") from None


def default_model(uri: str) -> str | None:
    """The default of a store, None where none was set. A file that cannot be read holds none."""
    try:
        text = file().read_text(encoding="utf-8")
        name = json.loads(text).get(_key(uri))
    except (OSError, ValueError, AttributeError, ArchkbError):
        return None
    return name if isinstance(name, str) else None


def set_default(uri: str, name: str | None) -> None:
    """Keep a store's default, or none. ArchkbError where the file cannot be written."""
    place = file()
    try:
        known = json.loads(place.read_text(encoding="utf-8")) if place.is_file() else {}
        known = known if isinstance(known, dict) else {}
    except (OSError, ValueError):
        known = {}
    known.pop(_key(uri), None)
    if name is not None:
        known[_key(uri)] = name
    new = place.with_suffix(f".{os.getpid()}.new")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        new.replace(place)
    except OSError as error:
        raise ArchkbError(f"{place} cannot be written ({error.strerror})", cure="set XDG_CONFIG_HOME") from None


def _key(uri: str) -> str:
    return uri if "://" in uri else str(Path(uri).expanduser().absolute())
