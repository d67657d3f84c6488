"""Whose a folder is. A store of ours has a marker; a folder that holds something else is never taken for a store.

Stores that were written before there was a marker are known by the files of their database.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from archkb.kb.errors import StoreError

MARKER = "archkb-store"
"""The marker's file name, inside the store's folder."""

RESTORE = "put a copy of the folder back, or delete it and ingest the models again"
"""The cure of a damaged store."""

_TEXT = "A store of archkb. Its files are the program's own: they are replaced without asking.\n"
_BESIDE = frozenset({"log", "lock", "turn", "holders"})
"""What a program that was killed before it made its database leaves."""


def is_store(folder: Path) -> bool:
    """Whether a folder is a store of ours, however damaged its database may be."""
    if (folder / MARKER).is_file():
        return True
    names = _names(folder / "db")
    if not any(name.startswith("dictionary.") for name in names):
        return False
    buckets = [name for name in names if name.endswith(".bucket")]
    return not buckets or any(name.startswith("Meta_") for name in buckets)


def has_database(folder: Path) -> bool:
    """Whether a store has a database; StoreError where it has one but for the file that says what is in it."""
    if (folder / "db" / "schema.json").exists():
        return True
    if any(name.endswith(".bucket") for name in _names(folder / "db")):
        raise StoreError("the store is damaged: db/schema.json is missing", where=str(folder), cure=RESTORE)
    return False


def make(folder: Path) -> None:
    """Make the folder a store's, or mark the store that is there. StoreError, and nothing is touched, where the folder
    holds anything else, or cannot be made."""
    try:
        folder.mkdir(exist_ok=True)
        if (folder / MARKER).exists():
            return
        if not (_unused(folder) or is_store(folder)):
            raise StoreError(
                "the folder holds other files, and is no store",
                where=str(folder),
                cure="name a folder that is empty or not there yet, with --store",
            )
        with suppress(FileExistsError), (folder / MARKER).open("x", encoding="utf-8") as marker:
            marker.write(_TEXT)
    except FileNotFoundError:
        raise StoreError(
            f"there is no folder {folder.parent} to make the store in",
            where=str(folder),
            cure="make that folder first, or correct --store",
        ) from None
    except OSError as error:
        raise StoreError(
            f"the folder cannot be made ({error.strerror})", where=str(folder), cure="use another --store"
        ) from error


def _unused(folder: Path) -> bool:
    """Whether nothing is in it, or only what was made before the database of a store of ours would have been."""
    names = set(_names(folder))
    return not names or ("lock" in names and names <= _BESIDE)


def _names(folder: Path) -> list[str]:
    """Names in a folder; none where it cannot be listed."""
    try:
        return [path.name for path in folder.iterdir()]
    except OSError:
        return []
