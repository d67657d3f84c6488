"""What a key says by its form alone: which module owns a tensor, and which tensors only serve another one.

>>> owner("layers.0.attn.q_proj.weight")
('layers.0.attn.q_proj', 'weight')
>>> owner("conv.parametrizations.weight.original0")
('conv', 'parametrizations.weight.original0')
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

_PARAMETRIZED = ".parametrizations."
_SOMEWHERE = "parametrizations."

# suffixes that make `weight<suffix>` a companion of `weight` (compressed-tensors, fp8, GPTQ, bitsandbytes, ComfyUI)
_COMPANION = re.compile(
    r"^(?P<base>.*?)[._]?(?P<kind>scale(?:_inv|_2)?|global_scale|zero_point|g_idx|shape|absmax|quant_map"
    r"|nested_absmax|nested_quant_map|quant_state(?:\..*)?|SCB|scb|amax|scale_weight|scale_input|comfy_quant)$"
)
# a companion of the module's weight by its whole local name
_BY_NAME = {
    "input_scale": "weight", "output_scale": "weight", "scale_weight": "weight", "scale_input": "weight",
    "weight_scale": "weight", "weight_scale_inv": "weight", "weight_scale_2": "weight", "SCB": "weight",
    "weight_format": "weight", "comfy_quant": "weight", "qzeros": "qweight", "scales": "qweight", "g_idx": "qweight",
    "k_scale": "weight", "v_scale": "weight", "q_scale": "weight", "input_zero_point": "weight",
}  # fmt: skip


def owner(key: str) -> tuple[str, str]:
    """(module path, local name); torch parametrisations are folded into the module that carries them."""
    if _SOMEWHERE in key:
        cut = key.find(_PARAMETRIZED)
        if cut >= 0:
            return key[:cut], key[cut + 1 :]
        if key.startswith(_SOMEWHERE):
            return "", key
    path, _, local = key.rpartition(".")
    return path, local


@lru_cache(maxsize=4096)
def side_cars(names: tuple[str, ...]) -> Mapping[str, tuple[str, str]]:
    """Those of a module's tensors that are side-cars, with the sibling each serves and its kind.

    >>> dict(side_cars(("weight", "input_scale")))
    {'input_scale': ('weight', 'input_scale')}
    """
    known = set(names)
    found = ((name, side_car(name, known)) for name in names)
    return {name: what for name, what in found if what is not None}


def side_car(local: str, siblings: frozenset[str] | set[str]) -> tuple[str, str] | None:
    """(sibling it serves, kind) when `local` is a quantisation side-car of a sibling tensor, else None.

    A bare `scale` is no side-car: it may be a learnable gain. MXFP4 keeps `<name>_blocks` with `<name>_scales`.

    >>> side_car("weight_scale", {"weight", "bias", "weight_scale"})
    ('weight', 'weight_scale')
    >>> side_car("scale", {"scale"}) is None
    True
    """
    base = _BY_NAME.get(local)
    if base is not None and base in siblings:
        return base, local
    if local.endswith("_scales") and local[:-7] + "_blocks" in siblings:
        return local[:-7] + "_blocks", "scales"
    found = _COMPANION.match(local)
    if found and found["base"] in siblings and found["base"] != local:
        return found["base"], local
    return None
