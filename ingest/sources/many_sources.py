"""Many sources by few words: a folder stands for the models in it, a list for what its lines name.

Nothing is raised for what cannot be read: it stays in its place among the sources, and fails when its turn comes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from archkb.ingest.sources.design_files import SCHEME
from archkb.ingest.sources.files import read_small
from archkb.ingest.sources.formats import INDEX, SAFETENSORS, SOURCES
from archkb.ingest.sources.remote import is_address
from archkb.ingest.sources.safetensors_index import shards_of
from archkb.kb.errors import SourceError
from archkb.kb.text import is_text, printable

LIST = ".txt"
"""End of a list's name."""
MAX_LIST = 500_000_000
"""Longest list in bytes: some five million paths."""
_SHARD = re.compile(rf"-\d+-of-\d+{re.escape(SAFETENSORS.suffix)}", re.IGNORECASE)


class Listed(NamedTuple):
    """One source of many: its path or `design:NAME`, the name a list gives it, and why it cannot be read at all."""

    source: str
    name: str | None = None
    error: SourceError | None = None


def stands_for_many(argument: str) -> bool:
    """Whether an argument is a folder, or a list of sources."""
    return Path(argument).is_dir() or is_list(argument)


def is_list(argument: str) -> bool:
    """Whether an argument is a list of sources: a text file that is there.

    >>> is_list("no/such/list.txt"), is_list("model.safetensors")
    (False, False)
    """
    return argument.lower().endswith(LIST) and Path(argument).is_file()


def sources_of(arguments: Iterable[str]) -> list[Listed]:
    """What the arguments stand for, in their order, each source once.

    A folder stands for the model files in it and below it, by name; an index for its shards. A list has one path a
    line, a file's, a folder's or `design:NAME`, relative to the list's own folder; behind a tab may stand the model's
    name. Empty lines, and those that begin with #, say nothing.
    """
    by_place: dict[str, Listed] = {}
    for argument in arguments:
        for listed in _listed(argument):
            if not is_text(listed.source):
                listed = Listed(listed.source, error=_no_text(listed.source))
            by_place.setdefault(_place(listed.source), listed)
    return list(by_place.values())


def _no_text(source: str) -> SourceError:
    cure = "give the file or folder a name in UTF-8"
    return SourceError("its name is not UTF-8, and no store could hold it", path=printable(source), cure=cure)


def _place(source: str) -> str:
    """What tells that two spellings are one source."""
    return source if _is_no_path(source) else os.path.abspath(source)  # noqa: PTH100 - a link is a name of its own


def _is_no_path(source: str) -> bool:
    return source.startswith(SCHEME) or is_address(source)


def _listed(argument: str) -> Iterator[Listed]:
    if not is_list(argument):
        yield from map(Listed, _models(argument))
        return
    try:
        lines = read_small(argument, MAX_LIST).decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as err:
        error = SourceError(
            "the list is not UTF-8", path=argument, offset=err.start, cure="save it as text, one path a line"
        )
        yield Listed(argument, error=error)
        return
    except SourceError as error:
        yield Listed(argument, error=error)
        return
    for line in lines:
        path, _, name = line.strip().partition("\t")
        if path and not path.startswith("#"):
            source = path if _is_no_path(path) else str(Path(argument).parent / Path(path).expanduser())
            yield from (Listed(model, name.strip() or None) for model in _models(source))


def _models(source: str) -> Iterator[str]:
    """The model files of a folder; any other source, and a folder without models, as it is."""
    files = list(models_in(source)) if not _is_no_path(source) and Path(source).is_dir() else []
    yield from files or [source]


def models_in(folder: str | Path) -> Iterator[str]:
    """Paths of the model files in a folder and below it, in the order of names; an index stands for its shards.

    Hidden folders are left out. A folder that cannot be listed is named in the place of its files.
    """
    unlisted: list[str] = []
    for where, folders, files in os.walk(folder, onerror=lambda error: unlisted.append(str(error.filename))):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from _files(Path(where), sorted(files))
    yield from unlisted


def _files(folder: Path, names: list[str]) -> Iterator[str]:
    """The model files among the files of one folder."""
    indices = [name for name in names if name.lower().endswith(INDEX.suffixes)]
    shards = {shard for index in indices for shard in _shards(folder / index, names)}
    for name in names:
        if name not in shards and _is_model(folder / name):
            yield str(folder / name)


def _shards(index: Path, names: list[str]) -> Iterable[str]:
    """The shards an index names; where it is damaged, the files that are named like shards."""
    try:
        return shards_of(index)
    except SourceError:
        return [name for name in names if _SHARD.search(name)]


def _is_model(path: Path) -> bool:
    """Whether a file is read as a model: its name's end tells, and its content where others have that end too."""
    for source in SOURCES:
        if path.name.lower().endswith(source.suffixes):
            try:
                return source.tells(path)
            except SourceError:
                return True
    return False
