"""Names for many sources, so that none takes another's place."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath

from archkb.queries.interface.model_names import default_name


def distinct_names(sources: Sequence[str], given: Sequence[str | None] = ()) -> list[str]:
    """The name of each source: the one it is given, else its file's without suffix.

    Files of one folder that would share a name get their names whole; files of several folders get their folder's name
    in front, and further ones above it until all differ.

    >>> distinct_names(["x/a/m.safetensors", "x/b/m.safetensors", "n.json", "n.yaml", "y.json"])
    ['a-m', 'b-m', 'n.json', 'n.yaml', 'y']
    """
    named = list(given) or [None] * len(sources)
    names = [name or default_name(source) for source, name in zip(sources, named, strict=True)]
    fixed = [bool(name) or source.startswith("design:") for source, name in zip(sources, named, strict=True)]
    folders = [() if stays else _folders(source) for source, stays in zip(sources, fixed, strict=True)]
    within = Counter(zip(folders, names, strict=True))
    for i, source in enumerate(sources):
        if folders[i] and within[folders[i], names[i]] > 1:
            names[i] = PurePath(source).name
    ends, depths = list(names), [0] * len(names)
    while clashing := [i for i in _clashing(names) if depths[i] < len(folders[i])]:
        for i in clashing:
            depths[i] += 1
            names[i] = "-".join((*folders[i][-depths[i] :], ends[i]))
    return names


def _clashing(names: Sequence[str]) -> list[int]:
    """Places of the names that are there more than once."""
    times = Counter(names)
    return [i for i, name in enumerate(names) if times[name] > 1]


def _folders(source: str) -> tuple[str, ...]:
    """Names of the folders above a file, the outermost first."""
    path = PurePath(os.path.abspath(source))  # noqa: PTH100 - a link is a name of its own
    return path.parent.parts[1:] or ("root",)
