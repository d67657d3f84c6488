"""The values that flow from a file to the graph. All are frozen.

A header is a tuple of :class:`TensorSpec`; everything that is inferred from it is a :class:`Fact`, and a fact
does not exist without :class:`Evidence`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Literal, NamedTuple

Scalar = str | int | float | bool
Value = Scalar | list[str] | list[int] | list[float] | None
"""What a property may hold: a primitive, or a list of primitives of one type."""

Basis = Literal["metadata", "shape", "neighbour", "name", "convention", "none"]
"""Where a fact comes from. `none` is the basis of an unknown."""

DTYPE_BITS: Mapping[str, int] = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8,
    "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32, "I64": 64, "U64": 64,
    "F64": 64, "C64": 64, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6,
}  # fmt: skip
"""Bits per element of each dtype of the safetensors format (its Rust `Dtype::bitsize`)."""


class TensorSpec(NamedTuple):
    """One tensor of a state dict as its header tells it: never a value of it.

    `shape` is in elements as stored (row-major); `span` is the half-open byte range in the data region of `file`,
    or None when the source has no bytes (a design).

    >>> t = TensorSpec("proj.weight", "BF16", (4, 3))
    >>> t.n_params, t.n_bytes
    (12, 24)
    """

    key: str
    dtype: str
    shape: tuple[int, ...]
    file: str = ""
    span: tuple[int, int] | None = None

    @property
    def n_params(self) -> int:
        """Number of stored elements; a scalar (shape `[]`) has one."""
        return prod(self.shape)

    @property
    def n_bytes(self) -> int:
        """Bytes the elements take: elements x bits of the dtype / 8."""
        return prod(self.shape) * DTYPE_BITS[self.dtype] // 8


@dataclass(frozen=True, slots=True)
class Header:
    """A whole model as its source tells it, before anything is inferred.

    `format`: what ingest calls the kind of source it was read from. `size`: bytes of all files, None for a design.
    `declared` holds what a design file says of itself (family, licence, source, attribution), `config` the JSON texts
    of configurations beside the file, by name.
    """

    tensors: tuple[TensorSpec, ...]
    metadata: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    format: str = "safetensors"
    size: int | None = None
    declared: Mapping[str, str] = field(default_factory=dict)
    config: Mapping[str, str] = field(default_factory=dict)

    @property
    def configurations(self) -> dict[str, str]:
        """Texts that may be configurations, by name: files beside the checkpoint before its own metadata."""
        return {**self.config, **self.metadata}


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a fact is believed.

    `rule` names an entry of :mod:`archkb.ingest.rules`; `detail` is one sentence with the names and numbers that were
    seen; `confidence` is the rule's measured precision on models it was not written for, in [0, 1]; None for an
    unknown, where there is no value to be sure of.
    """

    rule: str
    basis: Basis
    detail: str
    confidence: float | None


@dataclass(frozen=True, slots=True)
class Fact:
    """A value with its evidence. `value is None` means unknown, and the evidence says why.

    >>> Fact(None, Evidence("heads.unknown", "none", "no tensor has the size of one head", None)).known
    False
    """

    value: Value
    evidence: Evidence

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return self.value is not None
