"""Which store is meant where none, or several, are named."""

from __future__ import annotations

import os

STORE_VARIABLE = "ARCHKB_STORE"
DEFAULT_STORE = ".archkb"
"""The store where nobody names one: a folder in the working directory."""


def store_uri(*given: str | None) -> str:
    """The first store that is named: by an option or argument, by the environment, else the folder `.archkb`."""
    return next((uri for uri in (*given, os.environ.get(STORE_VARIABLE)) if uri), DEFAULT_STORE)
