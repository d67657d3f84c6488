"""archkb: an architecture knowledge base for neural networks.

The packages are :mod:`archkb.kb`, :mod:`archkb.ingest` and :mod:`archkb.queries`. An installed archkb holds them in
this folder. In a checkout they stand beside it and links lead to them; where a checkout has no links (Windows without
the right to make them), this package looks beside itself.
"""

from __future__ import annotations

from pathlib import Path

if not (Path(__path__[0]) / "kb").is_dir():
    __path__.append(str(Path(__file__).resolve().parent.parent))
