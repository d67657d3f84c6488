"""Files that are no model's header, told by their first bytes or their name: what each is, and how to get a header."""

from __future__ import annotations

import re
from typing import NamedTuple, NoReturn

from kb.errors import SourceError


class Foreign(NamedTuple):
    """Another format: how its files begin (a pattern) or how their names end, what it is, and the cure.

    {path} in the cure is the file's.
    """

    begins: bytes | None
    ends: tuple[str, ...]
    what: str
    cure: str


_TORCH = (
    'convert it, `python -c "import torch, safetensors.torch as s; s.save_file({{k: v.contiguous().clone() for k, v in '
    "torch.load('{path}', map_location='cpu', weights_only=True).items()}}, 'model.safetensors')\"`"
)
_GGUF = (
    'take the safetensors file it was made from, or convert it, `python -c "import gguf, safetensors.numpy as s; '
    "s.save_file({{t.name: gguf.dequantize(t.data, t.tensor_type) for t in gguf.GGUFReader('{path}').tensors}}, "
    "'model.safetensors')\"`"
)
_MADE_FROM = "take the safetensors file it was made from"
_NUMPY = (
    'convert it, `python -c "import numpy, safetensors.numpy as s; '
    "s.save_file(dict(numpy.load('{path}')), 'model.safetensors')\"`"
)

FOREIGN = (
    Foreign(rb"version (?:https://git-lfs|$)", (), "a Git LFS pointer, not the model itself", "run `git lfs pull`"),
    Foreign(rb"PK\x03\x04.*\.npy", (".npz",), "a NumPy archive", _NUMPY),
    Foreign(rb"PK\x03\x04", (), "a PyTorch checkpoint (a zip archive, as torch.save writes)", _TORCH),
    Foreign(rb"\x80", (), "a PyTorch checkpoint (a pickle, which runs code when it is loaded)", _TORCH),
    Foreign(rb"GGUF", (".gguf",), "a GGUF file", _GGUF),
    Foreign(rb"\x89HDF", (".h5", ".hdf5"), "an HDF5 file", "convert it to safetensors"),
    Foreign(rb"<", (".html",), "a web page", "fetch the file itself"),
    Foreign(None, (".onnx",), "an ONNX graph", _MADE_FROM),
    Foreign(None, (".tflite", ".engine", ".msgpack"), "a compiled or packed model", _MADE_FROM),
    Foreign(None, (".pt", ".pth", ".ckpt", ".bin"), "by its name a PyTorch checkpoint", _TORCH),
)
"""Formats archkb does not read, in the order in which they are asked."""


def refuse_start(start: bytes, path: str) -> None:
    """SourceError that names the format, where the first bytes tell one."""
    for foreign in FOREIGN:
        if foreign.begins is not None and re.match(foreign.begins, start, re.DOTALL):
            _refuse(foreign, path, 0)


def refuse_name(path: str) -> None:
    """SourceError that names the format, where the end of the name tells one."""
    for foreign in FOREIGN:
        if path.lower().endswith(foreign.ends):
            _refuse(foreign, path, None)


def _refuse(foreign: Foreign, path: str, offset: int | None) -> NoReturn:
    raise SourceError(f"is {foreign.what}", path=path, offset=offset, cure=foreign.cure.format(path=path))
