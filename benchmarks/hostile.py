"""Headers made to be costly, against a flat header of as many bytes: the cost is to grow with the bytes alone.

And the memory a header of a million tensors takes on its way to tables, against its own bytes.
"""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from itertools import count, islice
from math import prod
from pathlib import Path

from archkb.ingest.read_tables import read_tables
from archkb.kb.errors import SourceError
from benchmarks.paired import Ratio, pair

BYTES = 950_000
DEPTH = 198
MANY = 1_000_000

Shapes = Iterator[tuple[str, tuple[int, ...]]]

_PEAK = """
import resource, sys
from archkb.ingest.read_tables import read_tables
tables = read_tables(sys.argv[1], name="large")
assert tables.model["n_tensors"] == int(sys.argv[2])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024))
"""


def text_of(tensors: Shapes, metadata: Mapping[str, str] | None = None) -> bytes:
    """The JSON of a header with these tensors in F32."""
    out: dict[str, object] = {"__metadata__": metadata} if metadata else {}
    at = 0
    for key, shape in tensors:
        end = at + 4 * prod(shape)
        out[key] = {"dtype": "F32", "shape": shape, "data_offsets": [at, end]}
        at = end
    return json.dumps(out, separators=(",", ":")).encode()


def flat(size: int = BYTES) -> bytes:
    """One module a tensor, none in another, until the header has so many bytes."""
    each = len(text_of(iter([("x0000000.weight", (12, 8))]))) + 6
    return text_of((f"x{i:07d}.weight", (4 + i % 50, 8)) for i in range(size // each))


def trunk() -> bytes:
    """Tensors at the end of one long chain of modules."""
    return _filled(lambda i: ".".join(["m"] * (DEPTH - 2)) + f".x{i}.weight")


def numbered() -> bytes:
    """The same, every module of the chain a block of a stack."""
    return _filled(lambda i: ".".join(["0"] * (DEPTH - 2)) + f".{i}.weight")


def few_branches(name: str = "m") -> bytes:
    """A chain for every 28 tensors, just few enough modules to be read."""
    return _filled(lambda i: f"b{i // 28}." + ".".join([name] * (DEPTH - 2)) + f".x{i % 28}.weight")


def few_numbered_branches() -> bytes:
    """The same, every module of a chain a block of a stack."""
    return few_branches("0")


def branches() -> bytes:
    """A chain for each tensor: more modules than the header has bytes for. Refused."""
    return _filled(lambda i: f"b{i}." + ".".join(["m"] * (DEPTH - 2)) + ".weight")


def long_names() -> bytes:
    """Names of ten thousand characters."""
    return _filled(lambda i: f"x{i:04d}" + "Word_1" * 1_666 + ".weight")


def metadata() -> bytes:
    """Forty thousand metadata keys, and an empty tensor, for which every entry is looked at."""
    keys = {f"key{i:06d}": "v" for i in range(BYTES // 17)}
    return text_of(iter([("a.weight", (4, 4)), ("b.weight", (0, 4))]), keys)


def doubled() -> bytes:
    """Metadata keys that are each given twice. Refused."""
    keys = ",".join(f'"key{i // 2:06d}":"v"' for i in range(BYTES // 16))
    return f'{{"__metadata__":{{{keys}}},"a":{{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}}}'.encode()


def _filled(name: Callable[[int], str]) -> bytes:
    each = len(text_of(iter([(name(0), (12, 8))]))) + 6
    return text_of((name(i), (4 + i % 50, 8)) for i in range(BYTES // each))


def written(folder: Path, name: str, text: bytes) -> Path:
    """A file of real size with this header, its data a hole."""
    path = folder / f"{name}.safetensors"
    last = max((v["data_offsets"][1] for k, v in json.loads(text).items() if k != "__metadata__"), default=0)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(8 + len(text) + last)
    return path


def _read(path: Path) -> None:
    with suppress(SourceError):
        read_tables(path, name="m")


def run(make: Callable[[], bytes], aim: float) -> Ratio:
    """One kind of costly header against a flat one of as many bytes."""
    text = make()
    with tempfile.TemporaryDirectory() as folder:
        costly = written(Path(folder), make.__name__, text)
        plain = written(Path(folder), "flat", flat(len(text)))
        name = f"hostile header of {len(text) / 1e6:.2f} MB ({make.__name__})"
        return pair(name, "flat header of as many bytes", lambda: _read(costly), lambda: _read(plain), runs=5, aim=aim)


def blocks(tensors: int) -> Shapes:
    """Blocks of nine layers, until there are so many tensors."""
    layers = [(f"{part}.weight", (8, 8)) for part in ("q", "k", "v", "o", "up", "gate", "down")]
    layers += [("n1.weight", (8,)), ("n2.weight", (8,))]
    return islice(((f"layers.{i}.{part}", shape) for i in count() for part, shape in layers), tensors)


def single(tensors: int) -> Shapes:
    """A module for each tensor, none in another."""
    return ((f"x{i:07d}.weight", (4 + i % 50, 8)) for i in range(tensors))


def memory(make: Callable[[int], Shapes], tensors: int = MANY) -> Ratio:
    """Peak resident memory of a process that reads so many tensors, against the bytes of their header."""
    with tempfile.TemporaryDirectory() as folder:
        text = text_of(make(tensors))
        path = written(Path(folder), "large", text)
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", _PEAK, str(path), str(tensors)], check=True, capture_output=True, text=True
        )
        seconds = time.perf_counter() - start
    peak = int(done.stdout)
    ratio = peak / len(text)
    name = f"peak memory for {tensors:,} tensors ({make.__name__}), {seconds:.0f} s"
    return Ratio(name, "bytes of the header", peak / 1e6, len(text) / 1e6, ratio, ratio, 1, 20.0, unit="MB")


RUNS = (
    *(partial(run, make, 3.0) for make in (trunk, numbered, few_branches, few_numbered_branches, branches)),
    *(partial(run, make, 2.0) for make in (long_names, metadata, doubled)),
    *(partial(memory, make) for make in (blocks, single)),
)
