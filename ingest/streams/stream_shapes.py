"""What a stream carries where no name says it, by what brings it in: convolutions over space and time, latents."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from archkb.ingest.analysis import Component, Findings
from archkb.ingest.layers.layer_view import Layer, layer_of
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
    "A layer outside the blocks turns the latent of an autoencoder beside it into the width, where no layer of its own "
    "component writes what it reads.",
)

_RGB = frozenset(3 * p * p for p in (1, 2, 3, 4, 8))
"""Channels of a coloured picture, and of one whose patches of p by p are channels."""
_PATCH = (1, 4)
"""Latent pixels a token may hold: one, or two by two."""
_CODED = ("vae", "vision_encoder", "diffusion_unet", "super_resolution")


class Shapes:
    """The layers of one model by what they read and write, looked at once."""

    def __init__(self, findings: Findings, scope_of: Callable[[str], str | None]) -> None:
        self._findings = findings
        self._scope_of = scope_of
        self._by_part: dict[str, Fact | None] = {}

    @cached_property
    def _layers(self) -> list[Layer]:
        origin = self._findings.origin
        leaves = self._findings.leaves
        layers = (layer_of(leaves[path], path) for path in leaves if path not in origin)
        return [layer for layer in layers if layer is not None and not layer.depthwise]

    @cached_property
    def _entries(self) -> list[Layer]:
        """Layers outside all blocks."""
        return [layer for layer in self._layers if self._scope_of(layer.path) is None]

    def carries(self, scope: str, width: int, role: object) -> tuple[Fact, str | None] | None:
        """What the stream of a stack carries, and the layer that brings it in; None where no shape tells."""
        component = enclosing(self._findings.components, scope)
        module = component.path if component is not None else ""
        if any(part in str(role) for part in _CODED):
            whole = module.rpartition(".")[0] if str(role).startswith("vae_") else module
            coloured = self._coloured(module) or self._coloured(whole)
            return (coloured, None) if coloured is not None else None
        entries = [e for e in self._entries if within(e.path, module) and e.out == width]
        patches = next((e for e in entries if e.extent == 3), None)
        if patches is not None:
            return fact("video", _PATCHES, f"{patches.path} runs over three dimensions"), patches.path
        for half in self._findings.components.values():
            from_latent = self._from_latent(half, entries)
            if from_latent is not None:
                return from_latent
        return None

    def entry(self, scope: str, width: int) -> str | None:
        """The layer that turns patches or a latent into the stream of a stack; None where no shape shows it."""
        answer = self.carries(scope, width, None)
        return answer[1] if answer is not None else None

    def _from_latent(self, half: Component, entries: list[Layer]) -> tuple[Fact, str] | None:
        """The stream that is made of the latent of one half of an autoencoder."""
        latent = half.latent_channels.value if half.latent_channels is not None else None
        if not isinstance(latent, int):
            return None
        reads = [latent * n for n in _PATCH]
        fitting = (e for e in entries if e.inp in reads and not self._encodes(e.path))
        entry = next((e for e in fitting if not self._continues(e)), None)
        coloured = self._coloured(half.path)
        carries = modality(half.path) or (str(coloured.value) if coloured is not None else None)
        if entry is None or carries is None:
            return None
        return fact(carries, _LATENT, f"{entry.path} reads the {latent} channels of {half.path}'s latent"), entry.path

    def _continues(self, entry: Layer) -> bool:
        """Whether its own component writes what a layer reads: then no latent of another one has to.

        A layer that undoes another one, from the width that writes to the one it reads, is an exit and comes after it.
        """
        component = enclosing(self._findings.components, entry.path)
        beside = {e.widths for e in self._entries if enclosing(self._findings.components, e.path) is component}
        return any(out == entry.inp and (out, inp) not in beside for inp, out in beside)

    def _encodes(self, path: str) -> bool:
        """Whether a layer is an encoder's: it runs before there is a latent, whatever width it reads."""
        component = enclosing(self._findings.components, path)
        return component is not None and str(component.role.value) == "vae_encoder"

    def _coloured(self, module: str) -> Fact | None:
        """Whether a part reads or writes coloured pictures, and whether they move."""
        if module not in self._by_part:
            kernels = [e for e in self._layers if e.extent and within(e.path, module)]
            dimensions = max((e.extent for e in kernels), default=0)
            carries = {2: "image", 3: "video"}.get(dimensions)
            reads, writes = {e.inp for e in kernels}, {e.out for e in kernels}
            rgb = min(_RGB & (reads ^ writes) or {3} & reads, default=None)
            evidence = f"{rgb} channels of colour, convolutions over {dimensions} dimensions"
            self._by_part[module] = fact(carries, _COLOURS, evidence) if carries and rgb else None
        return self._by_part[module]
