"""A module's own tensors as a layer's parameters: weight, bias and what else there is, packings and splits undone.

Weight normalisation and torch parametrisations keep one weight as two or three tensors; quantisers pack several small
numbers into one stored element. A rule wants neither: it wants the weight's logical shape.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.tree import Node

Shape = tuple[int, ...]

_PARAMETRIZED = re.compile(r"^parametrizations\.(?P<name>[^.]+)\.(?P<index>\d+\.)?(?P<local>.+)$")
_PACKED = {"U8": 2, "I8": 2, "I32": 8, "U32": 8}


@dataclass(frozen=True, slots=True)
class Params:
    """The parameters of one module. `others` are the own tensors that are neither weight nor bias nor statistics."""

    weight: Shape | None
    bias: Shape | None
    others: tuple[str, ...]
    statistics: bool = False
    form: str = "plain"


def params(node: Node) -> Params:
    """The layer parameters among a module's own tensors.

    `form` says how the weight is kept: plain, weight_norm, spectral_norm, parametrized, packed.
    """
    shapes = {name: spec.shape for name, spec in node.tensors.items()}
    statistics = "running_mean" in shapes or "running_var" in shapes
    for name in ("running_mean", "running_var", "num_batches_tracked", "_extra_state"):
        shapes.pop(name, None)
    form = "plain"
    weight: Shape | None = None
    if "weight" in shapes:
        weight = shapes.pop("weight")
        packed = unpacked(node, weight)
        if packed is not None:
            weight, form = packed, "packed"
        for extra in ("weight_u", "weight_v"):
            shapes.pop(extra, None)
    else:
        form, weight = _split_weight(node, shapes)
        if weight is None and len(shapes.get("gamma", ())) == 1 and shapes.get("beta") == shapes["gamma"]:
            weight, shapes["bias"] = shapes.pop("gamma"), shapes.pop("beta")
    bias = shapes.pop("bias", None)
    if bias is None and (found := shapes.pop("parametrizations.bias.original", None)):
        bias = found
    return Params(weight, bias, tuple(sorted(shapes)), statistics, form)


def _split_weight(node: Node, shapes: dict[str, Shape]) -> tuple[str, Shape | None]:
    """Take a weight that is kept in parts out of `shapes`: (form, logical shape)."""
    if "weight_g" in shapes and "weight_v" in shapes:
        shapes.pop("weight_g")
        return "weight_norm", shapes.pop("weight_v")
    if "weight_orig" in shapes:
        for name in ("weight_u", "weight_v", "weight_sigma"):
            shapes.pop(name, None)
        return "spectral_norm", shapes.pop("weight_orig")
    found = [(m, name) for name in shapes if (m := _PARAMETRIZED.match(name)) and m["name"] == "weight"]
    if found:
        original = max(
            (shapes[name] for m, name in found if m["local"].startswith("original")), key=_volume, default=None
        )
        for _, name in found:
            shapes.pop(name)
        return "parametrized", original
    if "qweight" in shapes:
        return "packed", _gptq(node, shapes.pop("qweight"))
    return "plain", None


def _volume(shape: Shape) -> int:
    out = 1
    for size in shape:
        out *= size
    return out


def _gptq(node: Node, stored: Shape) -> Shape:
    """Logical [out, in] of a GPTQ (rows packed) or AWQ (columns packed) matrix of 32-bit words."""
    scales = node.sidecars.get("scales")
    if len(stored) != 2 or scales is None or len(scales[0].shape) != 2:
        return stored
    out_features = scales[0].shape[1]
    rows, columns = stored
    if columns == out_features:
        zeros = node.sidecars.get("qzeros")
        per_word = out_features // zeros[0].shape[1] if zeros and zeros[0].shape[1:] and zeros[0].shape[1] else 8
        return (out_features, rows * per_word)
    return (out_features, rows)


def unpacked(node: Node, stored: Shape) -> Shape | None:
    """Logical shape of a bitsandbytes 4-bit weight, kept as bytes in one column; None where it is not packed."""
    spec = node.tensors["weight"]
    if spec.dtype != "U8" or len(stored) != 2 or stored[1] != 1:
        return None
    return stored
