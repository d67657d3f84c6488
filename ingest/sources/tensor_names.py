"""Tensor names that no module tree can be made of: refused with a clear error, whatever file they come from."""

from __future__ import annotations

import re
from itertools import repeat
from operator import mul

from archkb.ingest.sources.safetensors_errors import shown
from archkb.kb.errors import SourceError
from archkb.kb.keys import owner
from archkb.kb.values import Header
from archkb.kb.wording import counted

DEEPEST = 200
"""Most names one below the other; the trees of published models have under 20."""
MODULES, SPARE = 8, 1_000
"""Most modules for each tensor, and how many more any model may have; published models have under two a tensor."""
_DIGITS = re.compile(r"[0-9]{19,}")
_MOST_DIGITS = 1_000
"""Python reads no number of more than 4,300 digits; one so long is refused wherever it stands in a name."""
_CURE = "rename the tensor in the program that wrote the file"


def check_names(header: Header) -> Header:
    """The header itself; SourceError for the first name that is too deep or holds a number that is none."""
    keys = [t.key for t in header.tensors]
    text = "\n".join(keys)
    if not text.isascii():
        for key in keys:
            odd = next((c for c in key if c.isdigit() and not c.isdecimal()), None)
            if odd is not None:
                raise _refused(header, key, f"the name holds {odd!r}, a digit that is no number")
    huge = next((run for run in _DIGITS.finditer(text) if _is_number(run)), None)
    if huge is not None:
        key = keys[text.count("\n", 0, huge.start())] if len(keys) == text.count("\n") + 1 else huge.group()
        raise _refused(header, key, "the name holds a number that no block can have")
    most = max(map(str.count, keys, repeat(".")), default=0)
    if most >= DEEPEST:
        deepest = next(key for key in keys if key.count(".") == most)
        raise _refused(header, deepest, f"{most + 1:,} names one below the other are over {DEEPEST}")
    _check_modules(header, keys, len(text))
    return header


def _is_number(run: re.Match[str]) -> bool:
    """Whether a run of digits is a whole name, a number above the integers a graph holds; or longer than any number."""
    neighbours = run.string[max(run.start() - 1, 0) : run.start()] + run.string[run.end() : run.end() + 1]
    return set(neighbours) <= {".", "\n"} or len(run.group()) >= _MOST_DIGITS


def _check_modules(header: Header, keys: list[str], length: int) -> None:
    """SourceError where the names make many more modules than tensors: the tree, not the file, would fill the memory.

    `length`: characters of all names. The paths of the modules are held against it too.
    """
    most, most_text = MODULES * len(keys) + SPARE, MODULES * length + SPARE * SPARE
    owners = {owner(key)[0] for key in keys}
    depths = [path.count(".") + 1 for path in owners]
    if sum(depths) <= most and sum(map(mul, depths, map(len, owners))) <= most_text:
        return  # even if no two tensors had a module in common
    paths: set[str] = set()
    text = 0
    for path in owners:
        while path and path not in paths:
            paths.add(path)
            text += len(path)
            if len(paths) > most or text > most_text:
                what = f"the names of {counted(len(keys), 'tensor')} make more than {len(paths) - 1:,} modules"
                raise _refused(header, path, f"{what}, one in another, and no model has so many for each tensor")
            path = path.rpartition(".")[0]


def _refused(header: Header, key: str, what: str) -> SourceError:
    return SourceError(what, path=header.source, key=shown(key), cure=_CURE)
