"""The projections of one module: which of its layers make queries, keys and values, and with which widths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ingest.analysis import Leaf, Scene
from ingest.projection_names import Spelling, read_name, words
from ingest.tree import Node

_OUT_WORDS = (frozenset("o out output wo".split()), frozenset("proj projection dense merge final fc lin".split()))
_DEPTH = 3


class Matrix(NamedTuple):
    """A linear map (convolutions included): its path relative to the module, rows and columns in channels."""

    path: str
    out: int
    inp: int


@dataclass(frozen=True, slots=True)
class Projections:
    """Query, key and value projections of one module by role, widths in channels.

    Roles: q, k, v, qkv, kv, qk, o, gate, and add_q ... for those of a second stream; q_down and q_up, kv_down and
    kv_up where they are low-rank. `form` as in :class:`ingest.analysis.Attention`.
    """

    form: str
    parts: Mapping[str, Matrix]
    norms: Mapping[str, tuple[str, tuple[int, ...]]] = field(default_factory=dict)

    def width(self, *roles: str) -> int | None:
        """Columns of the first of these parts that is there: the width it reads."""
        return next((self.parts[r].inp for r in roles if r in self.parts), None)

    def rows(self, *roles: str) -> int | None:
        """Rows of the first of these parts that is there."""
        return next((self.parts[r].out for r in roles if r in self.parts), None)


def matrix(leaves: Mapping[str, Leaf], node: Node, at: str) -> Matrix | None:
    """The map a child computes: the layer itself, or first to last layer of a small wrapper; None where it is none."""
    found = list(_matrices(leaves, node, at, _DEPTH))
    if not found or len(found) > 3:
        return None
    if len(found) == 1:
        return found[0]
    return Matrix(at, found[-1].out, found[0].inp)


def _matrices(leaves: Mapping[str, Leaf], node: Node, at: str, depth: int) -> Iterator[Matrix]:
    leaf = leaves.get(node.path)
    if leaf is not None and leaf.role in ("Linear", "Conv"):
        found = _of_leaf(leaf, at)
        if found is not None:
            yield found
        return
    if depth:
        for name, child in node.children.items():
            if "lora" not in name or not node.tensors:
                yield from _matrices(leaves, child, f"{at}.{name}" if at else name, depth - 1)


def _of_leaf(leaf: Leaf, at: str) -> Matrix | None:
    a = leaf.attributes
    if leaf.role == "Linear":
        out, inp = a.get("out_features"), a.get("in_features")
    elif a.get("depthwise"):
        return None
    else:
        out, inp = a.get("out_channels"), a.get("in_channels")
    return Matrix(at, out, inp) if isinstance(out, int) and isinstance(inp, int) else None


def read_projections(scene: Scene, node: Node, cores: Mapping[str, object]) -> Projections | None:
    """The projections a module holds, None where it is no attention. `cores` are attentions known below it."""
    named = _named(scene, node, cores)
    parts = {role: found for role, (_, found) in named.items()}
    form = _form(parts)
    if form is None:
        return None
    if form == "fused_qkv" and (parts["qkv"].out < 2 or parts["qkv"].out == parts["qkv"].inp):
        return None
    taken = {m.path for m in parts.values()}
    _outputs(scene, node, parts, taken, cores)
    return Projections(form, parts, dict(_norms(node, "", 2)))


def _form(parts: Mapping[str, Matrix]) -> str | None:
    """The way q, k and v are kept, None where one of them is missing."""
    if "qkv" in parts:
        return "fused_qkv"
    query = "q" in parts or "q_up" in parts
    if query and "kv_down" in parts and ("kv_up" in parts or "k_up" in parts):
        return "mla"
    if query and "k" in parts and "v" in parts:
        return "separate"
    if query and "kv" in parts:
        return "fused_kv"
    if "qk" in parts and "v" in parts:
        return "fused_qk"
    return None


def _named(scene: Scene, node: Node, cores: Mapping[str, object]) -> dict[str, tuple[int, Matrix]]:
    """Role -> (words left unexplained, layer): the plainest spelling of each role wins."""
    found: dict[str, tuple[int, Matrix]] = {}
    for name, child in node.children.items():
        spelling = read_name(name)
        if not spelling.letters or spelling.noise or child.path in cores:
            continue
        layer = matrix(scene.leaves, child, name)
        if layer is not None:
            _keep(found, spelling, layer)
    for local, spec in node.tensors.items():
        if len(spec.shape) == 2:
            spelling = read_name("qkv" if local in ("in_proj_weight", "in_proj") else local)
            if spelling.letters and not spelling.noise and spelling.extra == 0:
                _keep(found, spelling, Matrix(local, spec.shape[0], spec.shape[1]))
    if not found and "c_attn" in node.children:
        layer = matrix(scene.leaves, node.children["c_attn"], "c_attn")
        if layer is not None and layer.out == 3 * layer.inp:
            found["qkv"] = (0, layer)
    return found


def _keep(found: dict[str, tuple[int, Matrix]], spelling: Spelling, layer: Matrix) -> None:
    role = spelling.letters
    if spelling.side == "add":
        role = f"add_{role}"
    elif spelling.side:
        role = f"{role}_{spelling.side}"
    known = found.get(role)
    if known is None or spelling.extra < known[0]:
        found[role] = (spelling.extra, layer)


def _outputs(scene: Scene, node: Node, parts: dict[str, Matrix], taken: set[str], cores: Mapping[str, object]) -> None:
    """Add the output projection, a gate, and the second stream's output to `parts`."""
    values = {m.out for r, m in parts.items() if r in ("q", "v", "q_up", "kv", "qkv", "qk")}
    best: tuple[int, str, Matrix] | None = None
    for name, child in node.children.items():
        if name in taken or child.path in cores or read_name(name).letters:
            continue
        said = set(words(name))
        layer = matrix(scene.leaves, child, name)
        if layer is None:
            continue
        if said & {"gate", "gates"}:
            parts.setdefault("gate", layer)
            continue
        if said & {"add", "added", "context", "txt"} and said & _OUT_WORDS[0]:
            parts.setdefault("add_o", layer)
            continue
        rank = next((i for i, group in enumerate(_OUT_WORDS) if said & group), None)
        if rank is not None and (best is None or rank < best[0]) and (values or layer.inp):
            best = (rank, name, layer)
    if best is not None:
        parts["o"] = best[2]


def _norms(node: Node, at: str, depth: int) -> Iterator[tuple[str, tuple[str, tuple[int, ...]]]]:
    """Norms on queries or keys: role -> (path, shape of its weight)."""
    for name, child in node.children.items():
        path = f"{at}.{name}" if at else name
        spelling = read_name(name)
        if spelling.letters in ("q", "k", "qk") and child.tensors and not child.children:
            vectors = [t.shape for n, t in child.tensors.items() if n != "bias" and n[:8] != "running_"]
            if vectors and all(max(s, default=0) and _thin(s) for s in vectors):
                role = f"add_{spelling.letters}_norm" if spelling.side == "add" else f"{spelling.letters}_norm"
                yield role, (path, vectors[0])
        elif depth and "norm" in words(name) and not child.tensors:
            yield from _norms(child, path, depth - 1)


def _thin(shape: tuple[int, ...]) -> bool:
    return sum(size > 1 for size in shape) <= 1
