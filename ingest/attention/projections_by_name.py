"""Projections told by their names: to_q, k_proj, Wqkv, in_proj_weight, add_k_proj, kv_a_proj, sampling_offsets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archkb.ingest.analysis import AttentionForm, Leaf
from archkb.ingest.attention.projection_names import Spelling, read_name
from archkb.ingest.attention.projections import Projections, Shape, matrix
from archkb.ingest.layers.layer_view import Layer
from archkb.ingest.tree.module_tree import Node
from archkb.ingest.tree.name_words import vocabulary, words
from archkb.kb.paths import child_path

_OUT = (vocabulary("o out output wo"), vocabulary("proj projection dense merge final fc lin linear"))
_GATE = vocabulary("gate gates g")
_SECOND = vocabulary("add added context txt")
_ATTENTION = vocabulary("attn attention")
_CELLS = (
    frozenset(("igate", "fgate")),
    frozenset(("inputgate", "forgetgate")),
    frozenset(("igatepreact", "fgatepreact")),
)
_PACKED = ("in_proj_weight", "in_proj")


def by_name(leaves: Mapping[str, Leaf], node: Node, cores: Mapping[str, object]) -> Projections | None:
    """The projections a module names, None where queries, keys or values are missing. `cores`: attentions below it."""
    if _is_cell(node):
        return None
    ranked = _ranked(leaves, node, cores)
    parts = {role: layer for role, (_, layer) in ranked.items()}
    form = _form(parts, ranked) or _keyed(node, parts)
    if form is None:
        return None
    if form == "separate":
        parts.pop("qkv", None)
    taken = {m.path for m in parts.values()}
    _add_outputs(leaves, node, parts, taken, cores)
    return Projections(form, parts, dict(query_norms(node)), mlp=_mlp(parts))


def _mlp(parts: Mapping[str, Layer]) -> int:
    """Channels of an MLP that a fused projection of d queries makes as well: [3d + m, d] or, gated, [3d + 2m, d].

    The output projection reads queries and MLP side by side: d + m.
    """
    qkv, out = parts.get("qkv"), parts.get("o")
    if qkv is None or out is None or "mlp" not in words(qkv.path):
        return 0
    channels = out.inp - qkv.inp
    return channels if channels > 0 and qkv.out - 3 * qkv.inp in (channels, 2 * channels) else 0


def _is_cell(node: Node) -> bool:
    """Whether the module has input and forget gates beside its queries: a recurrent cell with a matrix for a memory."""
    child_names = {name.replace("_", "") for name in node.children}
    return any(gates <= child_names for gates in _CELLS)


def _form(parts: Mapping[str, Layer], ranked: Mapping[str, tuple[int, Layer]]) -> AttentionForm | None:
    """The way q, k and v are kept, None where one of them is missing."""
    query = "q" in parts or "q_up" in parts
    separate = query and "k" in parts and "v" in parts
    # one matrix for all three, unless separate ones are named more plainly
    if "qkv" in parts and not (separate and ranked["qkv"][0] > 0):
        return "fused_qkv" if parts["qkv"].out != parts["qkv"].inp else None
    # keys and values by way of a narrow latent
    if query and "kv_down" in parts and ("kv_up" in parts or "k_up" in parts):
        return "mla"
    if separate:
        return "separate"
    if query and "kv" in parts:
        return "fused_kv"
    if "qk" in parts and "v" in parts:
        return "fused_qk"
    return "deformable" if "offsets" in parts and "weights" in parts else None


def _keyed(node: Node, parts: Mapping[str, Layer]) -> AttentionForm | None:
    """Queries and keys alone, in a module that is called an attention: additive attention has no values."""
    named = bool(_ATTENTION & set(words(node.name)))
    return "separate" if named and set(parts) == {"q", "k"} and parts["q"].widths == parts["k"].widths else None


def _ranked(leaves: Mapping[str, Leaf], node: Node, cores: Mapping[str, object]) -> dict[str, tuple[int, Layer]]:
    """Role -> (words left unexplained, layer): the plainest spelling of each role wins."""
    by_role: dict[str, tuple[int, Layer]] = {}
    for name, child in node.children.items():
        spelling = read_name(name)
        if child.path in cores:
            continue
        # a child whose name spells a role
        if spelling.letters:
            layer = None if spelling.noise else matrix(leaves, child, name)
            if layer is not None:
                _keep(by_role, spelling, layer)
        # q, k and v in one matrix of a plain name
        elif name in _PACKED:
            layer = matrix(leaves, child, name)
            if layer is not None and layer.out == 3 * layer.inp and {"q_bias", "v_bias"} <= node.tensors.keys():
                by_role["qkv"] = (0, layer)
        # deformable attention has no query
        elif name in ("sampling_offsets", "attention_weights"):
            layer = matrix(leaves, child, name)
            if layer is not None:
                by_role["offsets" if name == "sampling_offsets" else "weights"] = (0, layer)
    # tensors of the module itself
    for local, spec in node.tensors.items():
        if len(spec.shape) in (2, 3) and all(spec.shape):
            spelling = read_name("qkv" if local in _PACKED else local)
            if spelling.letters and not spelling.noise and spelling.extra == 0:
                _keep(by_role, spelling, _raw(local, spec.shape))
    return by_role


def _raw(local: str, shape: Shape) -> Layer:
    """A parameter that is a projection without a layer: [out, in], or [in, heads, head width]."""
    if len(shape) == 3:
        return Layer(local, shape[0], shape[1] * shape[2])
    return Layer(local, shape[1], shape[0])


def _keep(by_role: dict[str, tuple[int, Layer]], spelling: Spelling, layer: Layer) -> None:
    role = spelling.letters
    if spelling.side == "add":
        role = f"add_{role}"
    elif spelling.side:
        role = f"{role}_{spelling.side}"
    known = by_role.get(role)
    if known is None or spelling.extra < known[0]:
        by_role[role] = (spelling.extra, layer)


def _add_outputs(
    leaves: Mapping[str, Leaf], node: Node, parts: dict[str, Layer], taken: set[str], cores: Mapping[str, object]
) -> None:
    """Add the output projection, a gate, and the second stream's output to `parts`."""
    best: tuple[int, Layer] | None = None
    for name, child in node.children.items():
        name_words = set(words(name))
        if name in taken or child.path in cores or read_name(name).letters:
            continue
        if not (name_words & (_OUT[0] | _OUT[1] | _GATE)):
            continue
        layer = matrix(leaves, child, name)
        if layer is None or layer.path in taken:
            continue
        # a gate, the second stream's output, else the plainest name of an output
        if name_words & _GATE:
            parts.setdefault("gate", layer)
        elif name_words & _SECOND and name_words & _OUT[0]:
            parts.setdefault("add_o", layer)
        else:
            rank = 0 if name_words & _OUT[0] else 1
            if best is None or rank < best[0]:
                best = (rank, layer)
    if best is not None:
        parts["o"] = best[1]


def query_norms(node: Node, at: str = "", depth: int = 2) -> Iterator[tuple[str, tuple[str, Shape]]]:
    """Norms on queries or keys: role -> (path, shape of its weight). Those on a low-rank latent are none."""
    for name, child in node.children.items():
        path = child_path(at, name)
        spelling = read_name(name)
        if spelling.letters in ("q", "k", "qk") and spelling.side not in ("down", "up") and child.tensors:
            shapes = [t.shape for n, t in child.tensors.items() if n != "bias" and n[:8] != "running_"]
            if not child.children and shapes and all(sum(size > 1 for size in s) == 1 for s in shapes):
                role = f"add_{spelling.letters}_norm" if spelling.side == "add" else f"{spelling.letters}_norm"
                yield role, (path, shapes[0])
        elif depth and "norm" in words(name) and not child.tensors:
            yield from query_norms(child, path, depth - 1)
