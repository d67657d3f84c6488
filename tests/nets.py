"""Small nets as headers: what the tests of inference ingest."""

from __future__ import annotations

from collections.abc import Mapping

from archkb.kb.values import Header, TensorSpec

Shapes = Mapping[str, tuple[int, ...]]


def header(tensors: Shapes, metadata: Mapping[str, str] | None = None, dtype: str = "F32") -> Header:
    """A header with these tensors: key -> shape."""
    specs = tuple(TensorSpec(key, dtype, tuple(shape)) for key, shape in tensors.items())
    return Header(specs, dict(metadata or {}))


def below(prefix: str, tensors: Shapes) -> dict[str, tuple[int, ...]]:
    """The same tensors under a prefix: `below("blocks.0", {"fc.weight": (4, 3)})`."""
    return {f"{prefix}.{key}": shape for key, shape in tensors.items()}


def repeated(container: str, depth: int, block: Shapes) -> dict[str, tuple[int, ...]]:
    """A numbered container of `depth` equal blocks."""
    return {key: shape for i in range(depth) for key, shape in below(f"{container}.{i}", block).items()}
