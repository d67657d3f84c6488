"""Formats archkb does not read: how each is known, what it is, and how to get a header of it.

What is said can be done now: a command that reads the file where one is short, else what to fetch instead.
"""

from __future__ import annotations

from typing import NamedTuple


class UnreadFormat(NamedTuple):
    """A format: how its files begin (a pattern) or how their names end, what it is, and the cure.

    {path} in the cure is the file's, quoted for a shell. `inside` is a pattern for the end of a zip archive, where it
    lists its files.
    """

    begins: bytes | None
    ends: tuple[str, ...]
    what: str
    cure: str
    inside: bytes = b""


def _python(code: str, then: str = "") -> str:
    """A command that runs code with the file as its argument."""
    return (
        f'`python -c "{code}" {{path}}{then}`'.replace("{path}", "\0")
        .replace("{", "{{")
        .replace("}", "}}")
        .replace("\0", "{path}")
    )


_SAVE = "s.save_file({k: v.contiguous().clone() for k, v in d.items() if torch.is_tensor(v)}, 'model.safetensors')"
_TORCH = "convert it, " + _python(
    "import sys, torch, safetensors.torch as s; "
    "d = torch.load(sys.argv[1], map_location='cpu', weights_only=True); "
    f"d = d.get('state_dict', d); {_SAVE}"
)
_SCRIPT = "convert it where you trust it, " + _python(
    f"import sys, torch, safetensors.torch as s; d = torch.jit.load(sys.argv[1], 'cpu').state_dict(); {_SAVE}"
)
_GGUF = (
    "take the safetensors file it was made from, or write names and shapes as a design without reading a weight, "
    + _python(
        "import gguf, sys, collections; print('name: model'); print('tensors:'); "
        "d = collections.defaultdict(lambda: 'f16', F32='f32', F64='f64', BF16='bf16'); "
        "[print(f'  {t.name}: {d[t.tensor_type.name]} {[*map(int, t.shape[::-1])]}') "
        "for t in gguf.GGUFReader(sys.argv[1]).tensors]",
        " > model.yaml",
    )
    + ", and ingest model.yaml (quantized tensors are in it as f16)"
)
_MADE_FROM = "take the safetensors file it was made from"
_NUMPY = "convert it, " + _python(
    "import sys, numpy, safetensors.numpy as s; s.save_file(dict(numpy.load(sys.argv[1])), 'model.safetensors')"
)
_YET = ", which archkb does not read yet"

UNREAD_FORMATS = (
    UnreadFormat(
        rb"version (?:https://git-lfs|$)", (), "a Git LFS pointer, not the model itself", "run `git lfs pull`"
    ),
    UnreadFormat(rb"PK\x03\x04.*\.npy", (".npz",), f"a NumPy archive{_YET}", _NUMPY),
    UnreadFormat(
        rb"PK\x03\x04", (), f"TorchScript (a zip archive with code){_YET}", _SCRIPT, rb"/constants\.pkl|/code/"
    ),
    UnreadFormat(rb"PK\x03\x04", (), f"a PyTorch checkpoint (a zip archive, as torch.save writes){_YET}", _TORCH),
    UnreadFormat(
        rb"\x80[\x02-\x05].{0,16}\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19",
        (),
        f"a PyTorch checkpoint of the old layout (a pickle, which runs code when it is loaded){_YET}",
        _TORCH,
    ),
    UnreadFormat(rb"\x80", (), f"a pickle, as PyTorch checkpoints are (it runs code when it is loaded){_YET}", _TORCH),
    UnreadFormat(rb"GGUF", (".gguf",), f"a GGUF file{_YET}", _GGUF),
    UnreadFormat(rb"\x89HDF", (".h5", ".hdf5"), f"an HDF5 file{_YET}", "convert it to safetensors"),
    UnreadFormat(rb"<", (".html",), "a web page", "fetch the file itself"),
    UnreadFormat(rb"\x08[\x01-\x14][\x12\x1a\x22\x2a\x32\x3a\x42]", (".onnx",), f"an ONNX graph{_YET}", _MADE_FROM),
    UnreadFormat(rb".{4}TFL3", (".tflite",), f"a TensorFlow Lite model{_YET}", _MADE_FROM),
    UnreadFormat(None, (".engine", ".msgpack"), f"a compiled or packed model{_YET}", _MADE_FROM),
    UnreadFormat(
        None, (".pt", ".pth", ".ckpt", ".bin", ".pth.tar", ".jit"), f"by its name a PyTorch checkpoint{_YET}", _TORCH
    ),
)
"""Formats archkb does not read, in the order in which they are asked."""
_NO_MODEL = (".html", ".npz")


def unread_suffixes() -> tuple[str, ...]:
    """The ends of file names that tell a model in a format archkb does not read."""
    return tuple(suffix for unread in UNREAD_FORMATS for suffix in unread.ends if suffix not in _NO_MODEL)
