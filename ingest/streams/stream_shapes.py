"""What a stream carries where no name says it, by what brings it in: convolutions over space and time, latents."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple

from archkb.ingest.analysis import Analysis, Component
from archkb.ingest.rules import fact, rule
from archkb.ingest.streams.modality import enclosing, modality
from archkb.kb.paths import within
from archkb.kb.values import Fact

_COLOURS = rule(
    "stream.colours",
    "shape",
    "An autoencoder or encoder of coloured pictures carries video where convolutions of it run over three dimensions, "
    "an image where all run over two.",
)
_PATCHES = rule(
    "stream.patches",
    "shape",
    "A convolution over three dimensions outside the blocks that writes the width makes it video.",
)
_LATENT = rule(
    "stream.latent",
    "neighbour",
    "A layer outside the blocks turns the latent of an autoencoder beside it into the width.",
)

_RGB = frozenset(3 * p * p for p in (1, 2, 3, 4, 8))
"""Channels of a coloured picture, and of one whose patches of p by p are channels."""
_PATCH = (1, 4)
"""Latent pixels a token may hold: one, or two by two."""
_CODED = ("vae", "vision_encoder", "diffusion_unet", "super_resolution")


class _Entry(NamedTuple):
    """A layer that changes the width; `dimensions` of its kernel, 0 for a matrix or a kernel of one."""

    path: str
    dimensions: int
    reads: int
    writes: int


class Shapes:
    """The layers of one model by what they read and write, looked at once."""

    def __init__(self, analysis: Analysis, scope_of: Callable[[str], str | None]) -> None:
        self._analysis = analysis
        self._scope_of = scope_of
        self._told: dict[str, Fact | None] = {}

    @cached_property
    def _layers(self) -> list[_Entry]:
        out = []
        for path in self._analysis.leaves:
            leaf = None if path in self._analysis.origin else self._analysis.leaves[path]
            if leaf is None or leaf.role not in ("Linear", "Conv") or leaf.attributes.get("depthwise"):
                continue
            ends = ("in_channels", "out_channels") if leaf.role == "Conv" else ("in_features", "out_features")
            reads, writes = (leaf.attributes[name] for name in ends)
            kernel = leaf.attributes.get("kernel")
            dimensions = len(kernel) if isinstance(kernel, list) and max(kernel, default=1) > 1 else 0
            if isinstance(reads, int) and isinstance(writes, int):
                out.append(_Entry(path, dimensions, reads, writes))
        return out

    @cached_property
    def _entries(self) -> list[_Entry]:
        """Layers outside all blocks."""
        return [layer for layer in self._layers if self._scope_of(layer.path) is None]

    def told(self, scope: str, width: int, role: object) -> tuple[Fact, str | None] | None:
        """What the stream of a stack carries, and the layer that brings it in; None where no shape tells."""
        component = enclosing(self._analysis.components, scope)
        around = component.path if component is not None else ""
        if any(part in str(role) for part in _CODED):
            whole = around.rpartition(".")[0] if str(role).startswith("vae_") else around
            coloured = self._coloured(around) or self._coloured(whole)
            return (coloured, None) if coloured is not None else None
        entries = [e for e in self._entries if within(e.path, around) and e.writes == width]
        patches = next((e for e in entries if e.dimensions == 3), None)
        if patches is not None:
            return fact("video", _PATCHES, f"{patches.path} runs over three dimensions"), patches.path
        for half in self._analysis.components.values():
            found = self._from_latent(half, entries)
            if found is not None:
                return found
        return None

    def entry(self, scope: str, width: int) -> str | None:
        """The layer that turns patches or a latent into the stream of a stack; None where no shape shows it."""
        told = self.told(scope, width, None)
        return told[1] if told is not None else None

    def _from_latent(self, half: Component, entries: list[_Entry]) -> tuple[Fact, str] | None:
        """The stream that is made of the latent of one half of an autoencoder."""
        latent = half.latent_channels.value if half.latent_channels is not None else None
        if not isinstance(latent, int):
            return None
        reads = [latent * n for n in _PATCH]
        entry = next((e for e in entries if e.reads in reads and not self._encodes(e.path)), None)
        coloured = self._coloured(half.path)
        carries = modality(half.path) or (str(coloured.value) if coloured is not None else None)
        if entry is None or carries is None:
            return None
        return fact(carries, _LATENT, f"{entry.path} reads the {latent} channels of {half.path}'s latent"), entry.path

    def _encodes(self, path: str) -> bool:
        """Whether a layer is an encoder's: it runs before there is a latent, whatever width it reads."""
        component = enclosing(self._analysis.components, path)
        return component is not None and str(component.role.value) == "vae_encoder"

    def _coloured(self, around: str) -> Fact | None:
        """Whether a part reads or writes coloured pictures, and whether they move."""
        if around not in self._told:
            kernels = [e for e in self._layers if e.dimensions and within(e.path, around)]
            dimensions = max((e.dimensions for e in kernels), default=0)
            carries = {2: "image", 3: "video"}.get(dimensions)
            reads, writes = {e.reads for e in kernels}, {e.writes for e in kernels}
            rgb = min(_RGB & (reads ^ writes) or {3} & reads, default=None)
            seen = f"{rgb} channels of colour, convolutions over {dimensions} dimensions"
            self._told[around] = fact(carries, _COLOURS, seen) if carries and rgb else None
        return self._told[around]
