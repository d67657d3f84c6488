"""Logical shapes of matrices that are stored packed: several small numbers in one stored element.

>>> from archkb.ingest.tree.module_tree import build
>>> from archkb.kb.values import TensorSpec as T
>>> gptq = [T("q.qweight", "I32", (512, 1024)), T("q.scales", "F16", (32, 1024)), T("q.qzeros", "I32", (32, 128))]
>>> packed_weight(build(gptq).nodes["q"]).shape
(1024, 4096)
"""

from __future__ import annotations

from typing import NamedTuple

from archkb.ingest.tree.module_tree import Node

_WORD_BITS = {"I32": 32, "U32": 32, "I64": 64}
_FOUR_BITS = 4


class Packed(NamedTuple):
    """The logical [out, in] of a packed matrix and the local names of the tensors it takes up."""

    shape: tuple[int, int]
    tensors: tuple[str, ...]


def packed_weight(node: Node) -> Packed | None:
    """The packed matrix a module owns, None where its weight is not packed.

    GPTQ packs rows of [in, out] and AWQ columns of it, into 32-bit words; compressed-tensors packs columns of
    [out, in]; bitsandbytes keeps 4-bit numbers as one column of bytes; NVFP4 two numbers a byte.
    """
    if "qweight" in node.tensors:
        return _words_of_in_out(node)
    if "weight_packed" in node.tensors:
        rows, words = (*node.tensors["weight_packed"].shape, 0, 0)[:2]
        per_word = _WORD_BITS.get(node.tensors["weight_packed"].dtype, 8) // _FOUR_BITS
        extra = tuple(name for name in node.tensors if name.startswith("weight_"))
        return Packed((rows, words * per_word), extra)
    return _bytes(node)


def _words_of_in_out(node: Node) -> Packed:
    stored = node.tensors["qweight"].shape
    rows, columns = stored if len(stored) == 2 else (0, 0)
    scales, zeros = node.sidecars.get("scales"), node.sidecars.get("qzeros")
    out = scales[0].shape[-1] if scales is not None and scales[0].shape else columns
    if out != columns:
        return Packed((out, rows), ("qweight",))
    per_word = out // zeros[0].shape[-1] if zeros is not None and zeros[0].shape and zeros[0].shape[-1] else 8
    return Packed((out, rows * per_word), ("qweight",))


def _bytes(node: Node) -> Packed | None:
    spec = node.tensors.get("weight")
    if spec is None or spec.dtype != "U8" or len(spec.shape) != 2:
        return None
    rows, columns = spec.shape
    if columns == 1:
        bias = node.tensors.get("bias")
        out = bias.shape[0] if bias is not None and bias.shape else 0
        return Packed((out, 2 * rows // out if out else 0), ("weight",))
    scale = node.sidecars.get("weight_scale")
    if scale is not None and len(scale[0].shape) == 2 and scale[0].shape[1] * 8 == columns:
        return Packed((rows, 2 * columns), ("weight",))
    return None
