"""A model by name from the store, or read from a file: what may stand wherever models are compared or explained."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from archkb.kb.errors import NotFoundError, StoreBusyError, StoreError
from archkb.kb.near_misses import nearest
from archkb.queries.interface.component_part import part_of
from archkb.queries.interface.model_names import default_name, full_name

if TYPE_CHECKING:
    from archkb.kb.store.port import Store
    from archkb.kb.tables import GraphTables


def is_file(name: str) -> bool:
    """Whether a name means a shipped design, an address, or a file or folder that is there by its path.

    What a store could not hold by accident; so of a folder only one that is named by more than its own name.
    """
    from archkb.ingest.sources.remote import is_address

    if name.startswith("design:") or is_address(name) or Path(name).is_file():
        return True
    return bool(Path(name).name != name and Path(name).is_dir())


class Models:
    """Tables by name; the store is opened when the first stored model is asked for."""

    def __init__(self, store: Callable[[], Store]) -> None:
        self._open = store

    @property
    def store(self) -> Store:
        """The open store."""
        return self._open()

    def load(self, name: str) -> GraphTables:
        """Tables of a stored model, a file, or a part of either (`ltx-2.3:vae`). NotFoundError where it is none."""
        whole, _, part = name.rpartition(":")
        if whole and part and _names_a_part(name, whole):
            return part_of(self.load(whole), part)
        if is_file(name):
            return _read(name)
        try:
            known = full_name(self.store, name)
        except StoreBusyError:
            raise
        except StoreError:
            if _is_repository(name):
                return _read(name)
            raise
        except NotFoundError as error:
            if Path(name).exists() or _is_repository(name):
                return _read(name)  # which says what it is instead of a file
            near = error.near or nearest(name, [*_shipped(), *_files()])
            cure = "`archkb models` lists the store's, `archkb designs` what ships, or give a file"
            raise NotFoundError(f"{error.what}, and no file of that name", near=near, cure=cure) from None
        return self.store.load(known)

    def pair(self, names: Sequence[str]) -> list[GraphTables]:
        """Tables of several; where two files share a name, the files' own names tell them apart."""
        found = [self.load(name) for name in names]
        clash = len({t.name for t in found}) < len(found)
        return [self._renamed(t, n) if clash and is_file(n) else t for t, n in zip(found, names, strict=True)]

    @staticmethod
    def _renamed(tables: GraphTables, name: str) -> GraphTables:
        from dataclasses import replace

        return replace(tables, model={**tables.model, "name": name})


def _names_a_part(name: str, whole: str) -> bool:
    """Whether what stands behind the last colon is a part of a model, and not of a path or an address."""
    from archkb.ingest.sources.remote import is_address

    return whole not in ("design", "file") and not is_address(name) and not Path(name).exists() and len(whole) > 1


def _read(name: str) -> GraphTables:
    from archkb.ingest.read_tables import read_tables

    return read_tables(name, name=default_name(name))


def _is_repository(name: str) -> bool:
    from archkb.ingest.sources.remote import is_repository

    return is_repository(name)


def _shipped() -> list[str]:
    from archkb.ingest.sources import shipped

    return [f"design:{name}" for name in shipped()]


def _files() -> list[str]:
    from archkb.ingest.sources.formats import folder_suffixes

    return [f.name for f in Path().iterdir() if f.name.lower().endswith(folder_suffixes())]
