"""A module's own tensors as a layer's parameters: weight, bias and what else there is, packings and splits undone.

Weight normalisation and torch parametrisations keep one weight as two or three tensors. A rule wants neither that nor
packed numbers (:mod:`archkb.ingest.layers.packing`): it wants the weight's logical shape.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import prod
from typing import Literal

from archkb.ingest.layers.buffers import STATISTICS
from archkb.ingest.layers.packing import packed_weight
from archkb.ingest.tree.module_tree import Node

Shape = tuple[int, ...]
WeightForm = Literal["plain", "weight_norm", "spectral_norm", "parametrized", "packed"]
"""How a weight is kept."""

_PARAMETRIZED = re.compile(r"^parametrizations\.(?P<name>[^.]+)\.(?P<index>\d+\.)?(?P<local>.+)$")


@dataclass(frozen=True, slots=True)
class Params:
    """The parameters of one module. `others` are the own tensors that are neither weight nor bias nor statistics.

    `form` says how the weight is kept: plain, weight_norm, spectral_norm, parametrized or packed. The columns of a
    packed weight are 0 where the header does not give them.
    """

    weight: Shape | None
    bias: Shape | None
    others: tuple[str, ...]
    statistics: bool = False
    form: WeightForm = "plain"


def params(node: Node) -> Params:
    """The layer parameters among a module's own tensors."""
    shapes = {name: spec.shape for name, spec in node.tensors.items()}
    statistics = "running_mean" in shapes or "running_var" in shapes
    for name in STATISTICS:
        shapes.pop(name, None)
    packed = packed_weight(node)
    form: WeightForm
    weight: Shape | None
    if packed is not None:
        form, weight = "packed", packed.shape
        for name in packed.tensors:
            shapes.pop(name, None)
    else:
        form, weight = _weight(shapes)
    bias = shapes.pop("bias", None)
    if bias is None:
        bias = shapes.pop("parametrizations.bias.original", None)
    return Params(weight, bias, tuple(sorted(shapes)), statistics, form)


def _weight(shapes: dict[str, Shape]) -> tuple[WeightForm, Shape | None]:
    """Take the weight out of `shapes`, however it is kept: (form, shape)."""
    if "weight" in shapes:
        for extra in ("weight_u", "weight_v"):
            shapes.pop(extra, None)
        return "plain", shapes.pop("weight")
    if "weight_g" in shapes and "weight_v" in shapes:
        shapes.pop("weight_g")
        return "weight_norm", shapes.pop("weight_v")
    if "weight_orig" in shapes:
        for extra in ("weight_u", "weight_v", "weight_sigma"):
            shapes.pop(extra, None)
        return "spectral_norm", shapes.pop("weight_orig")
    parts = {name: m for name in shapes if (m := _PARAMETRIZED.match(name)) and m["name"] == "weight"}
    originals = [shapes[name] for name, match in parts.items() if match["local"].startswith("original")]
    for name in parts:
        shapes.pop(name)
    if originals:
        return "parametrized", max(originals, key=prod)
    if len(shapes.get("gamma", ())) == 1 and shapes.get("beta") == shapes["gamma"]:
        shapes["bias"] = shapes.pop("beta")
        return "plain", shapes.pop("gamma")
    return "plain", None
