"""archkb: an architecture knowledge base for neural networks. :func:`connect` to a store, :func:`read` one header.

The packages are :mod:`archkb.kb`, :mod:`archkb.ingest` and :mod:`archkb.queries`. An installed archkb holds them in
this folder. In a checkout they stand beside it and links lead to them; where a checkout has no links (Windows without
the right to make them), this package looks beside itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archkb.kb.errors import ArchkbError
    from archkb.queries.interface.knowledge_base import KnowledgeBase, connect, read
    from archkb.queries.interface.notebook_values import Comparison, Page, Reading, Table

    __version__: str

if not (Path(__path__[0]) / "kb").is_dir():
    __path__.append(str(Path(__file__).resolve().parent.parent))

_DOORS = {
    "ArchkbError": "archkb.kb.errors",
    **dict.fromkeys(("KnowledgeBase", "connect", "read"), "archkb.queries.interface.knowledge_base"),
    **dict.fromkeys(("Comparison", "Page", "Reading", "Table"), "archkb.queries.interface.notebook_values"),
}
"""Where each public name is; it is imported when it is first asked for."""

__all__ = ["ArchkbError", "Comparison", "KnowledgeBase", "Page", "Reading", "Table", "__version__", "connect", "read"]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("archkb")
    if name not in _DOORS:
        raise AttributeError(f"module 'archkb' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_DOORS[name]), name)


def __dir__() -> list[str]:
    return __all__
