"""A layer as the stages after it see it: what it reads, what it writes, and the kernel in between."""

from __future__ import annotations

from dataclasses import dataclass

from archkb.ingest.analysis import ConvAttributes, Leaf, LinearAttributes


@dataclass(frozen=True, slots=True)
class Layer:
    """A matrix or convolution: path relative to the module looked at, channels read and written.

    `kernel` is the largest size of its kernel, `dimensions` how many the kernel has; 1 and 0 for a matrix.
    """

    path: str
    inp: int
    out: int
    kernel: int = 1
    dimensions: int = 0
    depthwise: bool = False
    transposed: bool = False

    @property
    def conv(self) -> bool:
        """Whether it is a convolution, pointwise ones included."""
        return self.dimensions > 0

    @property
    def widths(self) -> tuple[int, int]:
        """Channels it reads, channels it writes."""
        return self.inp, self.out

    @property
    def extent(self) -> int:
        """Dimensions it looks about in: those of a kernel above 1, 0 for a matrix or a pointwise convolution."""
        return self.dimensions if self.kernel > 1 else 0


def layer_of(leaf: Leaf, at: str) -> Layer | None:
    """The layer of a leaf under the relative path `at`; None for what is no matrix or convolution of known widths.

    A convolution of one channel a group reads the width it writes.
    """
    match leaf.attributes:
        case LinearAttributes(in_features=int(inp), out_features=int(out)):
            return Layer(at, inp, out)
        case ConvAttributes(out_channels=out, kernel=kernel, depthwise=depthwise) as conv:
            inp = out if depthwise else conv.in_channels
            transposed = "Transpose" in str(leaf.kind.value)
            return Layer(at, inp, out, max(kernel), len(kernel), depthwise, transposed)
        case _:
            return None
