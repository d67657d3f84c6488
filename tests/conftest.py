"""Fixtures every test may use. The stores are in `tests/stores.py`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
pytest_plugins = ["tests.stores"]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference material beside the checkout. Tests that need it are skipped where it is absent, but not in CI."""
    path = Path(os.environ.get("ARCHKB_SHARED", ROOT.parent / "shared"))
    if not path.is_dir():
        pytest.skip("no reference material beside the checkout")
    return path
