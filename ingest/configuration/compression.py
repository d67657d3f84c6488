"""How much a VAE's encoder compresses, in space and in time: what its configuration states, and what its widths show.

Where pixels are folded into channels (space to depth), a stage reads 4 times what the one before it writes where each
side of a picture was halved, 2 times where the frames were, 8 times where both were. The first layer reads three
colours times a patch's area. Sources: `CausalVideoAutoencoder` of LTX-Video and LTX-2; `AutoencoderKL` of diffusers,
whose stages but the last end in a convolution of stride two; wavelets, which fold two by two.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import isqrt, prod
from typing import Any, NamedTuple

from archkb.ingest.configuration.setting import Stated
from archkb.ingest.tree.name_words import words
from archkb.kb.paths import natural, within

Cells = Mapping[str, Any]


class Compression(NamedTuple):
    """Pixels a side and frames that one cell of the latent spans, and how it was found; frames None where unknown."""

    space: int
    time: int | None
    detail: str


_FOLDS = {2: (1, 2), 4: (2, 1), 8: (2, 2)}
"""How often a width grows between stages -> factors in space and in time."""
_DOWN = frozenset(("down", "downsample", "downsampler", "downsamplers"))
"""Words by which layers that halve are named."""


def stated_compression(object_: Mapping[str, Stated]) -> Compression | None:
    """What an object of a configuration says by its blocks, its upsampling or its channels, by name of the terms."""
    patch = object_.get("patch_size")
    side = patch if isinstance(patch, int) and not isinstance(patch, bool) else 1
    blocks = _json(object_.get("encoder_blocks"))
    names = [str(b[0] if isinstance(b, list) and b else b) for b in blocks]
    # LTX: a list of blocks, each named by what it halves
    if any(name.startswith("compress_") for name in names):
        space = sum(name.startswith(("compress_space", "compress_all")) for name in names)
        time = sum(name.startswith(("compress_time", "compress_all")) for name in names)
        return Compression(side * 2**space, 2**time, f"patch {side}, {space} halvings of a side, {time} of the frames")
    # a list of upsampling steps, each [time, height, width]
    steps = [b[0] for b in _json(object_.get("upsampling")) if isinstance(b, list) and b and isinstance(b[0], list)]
    if steps and all(len(step) == 3 for step in steps):
        return Compression(side * prod(s[-1] for s in steps), prod(s[0] for s in steps), f"patch {side}, steps {steps}")
    # diffusers: every stage but the last halves the sides
    down = [name for name in names if "Down" in name]
    if down and len(down) == len(names) and "latent_channels" in object_:
        return Compression(side * 2 ** (len(down) - 1), 1, f"{len(down)} stages, all but the last halve a side")
    return None


def _json(value: Stated | None) -> list[Any]:
    if isinstance(value, str) and value.startswith("["):
        try:
            parsed = json.loads(value)
        except ValueError:  # a list too long to be kept whole
            return []
        return parsed if isinstance(parsed, list) else []
    return list(value) if isinstance(value, list) else []


def shown_compression(inside: Sequence[Cells]) -> Compression | None:
    """What the widths of an encoder show, of which these are the modules; None where they do not add up."""
    convolutions = [m for m in inside if m["label"] == "Conv"]
    # the first convolution and the stages behind it
    stages = _stages(inside)
    first = next((c for c in convolutions if _side(c["in_channels"]) and not _in(c, stages)), None)
    if first is None or len(stages) < 2:
        return None
    # how many cells each step from stage to stage folds into one
    parts = [[c for c in convolutions if within(str(c["path"]), path)] for path in stages]
    last = [c for c in convolutions if within(str(c["path"]), _after(inside, stages) or stages[-1])]
    ratios = [_ratio(a, b) for a, b in itertools.pairwise([[first], *parts, last])]
    folded = [ratio for ratio in ratios if ratio in _FOLDS]
    frames = len(first["kernel"] or ()) == 3
    # strides, and folds that fit no picture, leave it open
    if (
        not folded
        or (not frames and set(folded) != {4})
        or any(_strided(p) for p in zip(parts, ratios[1:], strict=True))
    ):
        return None
    side = _side(first["in_channels"])
    # a kernel of one axis is a convolution over time: what it does to the frames is unknown
    over_time = any(len(c["kernel"] or ()) == 1 for c in convolutions)
    return Compression(
        side * prod(_FOLDS[ratio][0] for ratio in folded),
        prod(_FOLDS[ratio][1] for ratio in folded) if frames else None if over_time else 1,
        f"{first['path']} reads {first['in_channels']} = 3 x {side} x {side} channels; behind it cells are folded "
        f"{', '.join(map(str, folded))} into one",
    )


def _in(module: Cells, paths: Iterable[str]) -> bool:
    return any(within(str(module["path"]), path) for path in paths)


def _strided(stage: tuple[Sequence[Cells], int]) -> bool:
    """Whether a stage may end in a stride, which no shape shows: one convolution alone, or one named for it."""
    convolutions, ratio = stage
    named = any(_DOWN & set(words(str(c["path"]))[-4:]) for c in convolutions)
    return ratio == 1 and (named or len(convolutions) == 1)


def _side(channels: Any) -> int:
    """Side of the patch whose colours are these channels; 0 where they are none."""
    if not isinstance(channels, int) or channels % 3:
        return 0
    side = isqrt(channels // 3)
    return side if side * side * 3 == channels else 0


def _stages(inside: Sequence[Cells]) -> list[str]:
    """Paths of the children of the largest outermost stack."""
    stacks = [m for m in inside if m["label"] == "Stack"]
    if not stacks:
        return []
    outer = min(stacks, key=lambda s: (str(s["path"]).count("."), -s["n_params"], str(s["path"])))
    prefix = f"{outer['path']}."
    return sorted(
        (str(m["path"]) for m in inside if str(m["path"]).startswith(prefix) and m["ordinal"] is not None
         and str(m["path"]).count(".") == prefix.count(".")),
        key=natural,
    )  # fmt: skip


def _after(inside: Sequence[Cells], stages: Sequence[str]) -> str:
    """Path of what follows the last stage: the middle of the encoder, or its last layer."""
    home = stages[0].rpartition(".")[0].rpartition(".")[0]
    beside = [str(m["path"]) for m in inside if str(m["path"]).rpartition(".")[0] == home]
    named = [p for p in beside if "mid" in words(p.rpartition(".")[2])]
    named += [p for p in beside if {"out", "latent"} & set(words(p.rpartition(".")[2]))]
    return named[0] if named else ""


def _ratio(stage: Sequence[Cells], following: Sequence[Cells]) -> int:
    """How often what a stage writes goes into what the next one reads; 0 where it does not."""
    if not stage or not following:
        return 0
    given = _outer([c["out_channels"] for c in stage], [c["in_channels"] for c in stage], max)
    taken = _outer([c["in_channels"] for c in following], [c["out_channels"] for c in following], min)
    return taken // given if given and taken % given == 0 else 0


def _outer(ends: Sequence[int], inner: Sequence[int], choose: Callable[[Iterable[int]], int]) -> int:
    """Of the channels at one end of a stage's layers those that no other layer of it has at the other end."""
    return choose([n for n in ends if n not in inner] or ends)
