"""The part of a bundle that a lone model is a counterpart of: backbones of two kinds say little of each other."""

from __future__ import annotations

from collections import Counter
from math import prod

from archkb.kb.paths import parent
from archkb.kb.text import printable
from archkb.queries.model_view import ModelView

_HALVES = {"vae": ("vae_encoder", "vae_decoder"), "audio_codec": ("codec_encoder", "codec_decoder")}
"""Roles of which a bundle has the halves as components."""
_LIKE = 0.1
"""Share of the lone model's maps that a part must have too to be taken before a larger one. Set by hand."""


def counterpart_sentence(source: ModelView, target: ModelView) -> str:
    """Which part of which model to compare instead, and why; empty where the wholes are of one kind."""
    for whole, lone in ((source, target), (target, source)):
        part = counterpart(whole, lone)
        if part:
            role = lone.model["role"]
            kind = whole.model["role"] or "bundle of several parts"
            return printable(
                f"{whole.name} is a {kind}, {lone.name} a {role}: the backbones are of two kinds; "
                f"`{whole.name}:{part}` in place of {whole.name} compares its part of that role"
            )
    return ""


def counterpart(whole: ModelView, lone: ModelView) -> str:
    """Path of the part of `whole` whose role is that of all of `lone`, else ''.

    Of several it is one that carries audio or none as the other does, then the one that shares most shapes; where
    none shares a tenth, the largest.
    """
    role = lone.model["role"]
    if role is None or role == whole.model["role"]:
        return ""
    halves = _HALVES.get(role, ())
    paths = {str(c["path"]) for c in whole.components if c["role"] == role}
    paths |= {parent(str(c["path"])) for c in whole.components if c["role"] in halves}
    shapes = _maps(lone, "")
    least = _LIKE * shapes.total()

    def likeness(path: str) -> tuple[bool, int, int]:
        below = _maps(whole, f"{path}.")
        shared = (below & shapes).total()
        carried = _is_heard(whole, f"{path}.") == _is_heard(lone, "")
        return carried, shared if shared >= least else 0, sum(prod(shape) * n for shape, n in below.items())

    return max(sorted(paths - {""}), key=likeness, default="")


def _is_heard(view: ModelView, prefix: str) -> bool:
    """Whether what runs below a prefix is audio, as far as its streams are named."""
    return any(s["name"] == "audio" for s in view.tables.records("Stream") if str(s["scope"]).startswith(prefix))


def _maps(view: ModelView, prefix: str) -> Counter[tuple[int, ...]]:
    """Shapes of the matrices and convolutions under a prefix."""
    return Counter(spec.shape for key, spec in view.specs.items() if key.startswith(prefix) and len(spec.shape) > 1)
