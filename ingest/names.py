"""Tensor names that no module tree can be made of: refused with a clear error, whatever file they come from."""

from __future__ import annotations

import re

from ingest.header_faults import shown
from kb.errors import SourceError
from kb.values import Header

DEEPEST = 200
"""Most names one below the other; the trees of published models have under 20."""
_LONG = re.compile(r"[0-9]{19}")
_HUGE = re.compile(r"^(?:.*\.)?[0-9]{19,}(?:\..*)?$|^.*[0-9]{1000,}.*$", re.MULTILINE)
"""A number above the integers a graph holds, or one Python does not read."""
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
    huge = _HUGE.search(text) if _LONG.search(text) else None
    if huge is not None:
        raise _refused(header, huge.group(), "the name holds a number that no block can have")
    deepest = max(keys, key=lambda key: key.count("."), default="")
    if deepest.count(".") >= DEEPEST:
        raise _refused(header, deepest, f"{deepest.count('.') + 1:,} names one below the other are over {DEEPEST}")
    return header


def _refused(header: Header, key: str, what: str) -> SourceError:
    return SourceError(what, path=header.source, key=shown(key), cure=_CURE)
