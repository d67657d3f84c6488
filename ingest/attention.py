"""Attention: where the query, key and value projections are, what attends to what, and what shapes prove."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.analysis import Attention, Scene
from ingest.attends import Attending, attends
from ingest.heads import find_heads
from ingest.projection_names import words
from ingest.projections import Projections, matrix, read_projections
from ingest.rules import fact, rule, unknown
from ingest.tree import Node
from kb.values import Fact

_GQA = rule("attention.gqa", "shape", "Query rows over key rows is the number of query heads a key head serves.")
_GQA_FUSED = rule(
    "attention.gqa_fused",
    "shape",
    "A fused projection has as many query rows as the output projection has columns; the rest is shared by key and value.",
)
_GQA_UNKNOWN = rule("attention.gqa_unknown", "none", "Nothing tells query rows from key rows.")
_NORM_NONE = rule("attention.qk_norm_none", "shape", "No norm beside the projections has a query's or key's name.")
_NORM_HEAD = rule(
    "attention.qk_norm_per_head", "shape", "A query norm smaller than the query's rows acts on each head."
)
_NORM_FULL = rule("attention.qk_norm_full", "shape", "A query norm as wide as the query's rows spans all heads.")
_ATTENTION_WORDS = frozenset("attn attention att mha mhsa msa sa ca selfattention crossattention xattn mixer".split())


@dataclass(frozen=True, slots=True)
class Core:
    """An attention's projections, with the module that owns them and the outermost module that is only this."""

    node: Node
    outer: Node
    found: Projections


def find_attention(scene: Scene) -> dict[str, Attention]:
    """Attention modules by path: of the outermost module that is nothing but the attention."""
    cores = _cores(scene)
    attending = attends(scene, {p: Attending(c.node, c.found) for p, c in cores.items()})
    heads = find_heads(scene, {p: (c.node, c.found) for p, c in cores.items()})
    out: dict[str, Attention] = {}
    for path, core in cores.items():
        found = core.found
        below = path[len(core.outer.path) :].lstrip(".")
        n_heads, kv_heads, head_dim = heads[path]
        out[core.outer.path] = Attention(
            path=core.outer.path,
            form=found.form,
            attends=attending[path],
            q_dim=found.width("q", "q_down", "q_up", "qkv", "qk"),
            kv_dim=found.width("k", "kv", "kv_down", "qkv", "qk"),
            inner_dim=inner_dim(found),
            out_dim=found.rows("o"),
            heads=n_heads,
            kv_heads=kv_heads,
            head_dim=head_dim,
            gqa=_gqa(found),
            qk_norm=_qk_norm(found),
            gated="gate" in found.parts,
            core=below,
            parts=_parts(found, below),
        )
    return out


def inner_dim(found: Projections) -> int | None:
    """Rows of the query projection, in channels; for a fused one what the output projection reads."""
    rows = found.rows("q", "q_up")
    if rows is not None:
        return rows
    qkv = found.parts.get("qkv")
    if qkv is None:
        qk = found.rows("qk")
        return qk // 2 if qk else None
    reads = found.width("o")
    if reads is not None and reads < qkv.out:
        return reads
    return qkv.out // 3 if qkv.out % 3 == 0 else None


def _cores(scene: Scene) -> dict[str, Core]:
    """Modules that own projections, children before parents, so that no layer is counted twice."""
    found: dict[str, Projections] = {}
    for node in reversed(list(scene.tree.root.distinct())):
        if node.children or "in_proj_weight" in node.tensors:
            projections = read_projections(scene, node, found)
            if projections is not None:
                found[node.path] = projections
    nodes = scene.tree.nodes
    return {path: _outermost(scene, nodes[path], found[path]) for path in reversed(found)}


def _outermost(scene: Scene, node: Node, found: Projections) -> Core:
    """Climb while the parent adds nothing but norms and, where it is missing, the output projection."""
    outer = node
    while (parent := outer.parent) is not None and not parent.name.isdigit() and parent.path:
        if not _ATTENTION_WORDS & set(words(parent.name)) or parent.tensors:
            break
        maps = [
            m
            for name, child in parent.children.items()
            if child is not outer and (m := matrix(scene.leaves, child, name)) is not None
        ]
        others = [c for c in parent.children.values() if c is not outer and len(c.children) > 3]
        if others or len(maps) > (0 if "o" in found.parts else 1):
            break
        below = node.path[len(parent.path) + 1 :]
        parts = {role: m._replace(path=f"{below}.{m.path}") for role, m in found.parts.items()}
        outer = parent
        if maps:
            found = Projections(
                found.form, {**found.parts, "o": maps[0]._replace(path="^" + maps[0].path)}, found.norms
            )
        del parts
    return Core(node, outer, found)


def _parts(found: Projections, below: str) -> dict[str, str]:
    """Role -> path relative to the outermost module; `^` marks a layer that is beside the core already."""
    out = {}
    paths = {role: m.path for role, m in found.parts.items()} | {role: p for role, (p, _) in found.norms.items()}
    for role, path in paths.items():
        if path.startswith("^"):
            out[role] = path[1:]
        else:
            out[role] = f"{below}.{path}" if below else path
    return out


def _gqa(found: Projections) -> Fact:
    """How many query heads share a key head: a whole number, or unknown."""
    q, k = found.rows("q"), found.rows("k")
    if q is None and found.form == "fused_qkv":
        qkv, reads = found.parts["qkv"].out, found.width("o")
        if reads is None or reads >= qkv or (qkv - reads) % 2:
            return unknown(_GQA_UNKNOWN, f"qkv has {qkv} rows and no output projection tells the query's share")
        rest = (qkv - reads) // 2
        if reads % rest == 0:
            return fact(reads // rest, _GQA_FUSED, f"of {qkv} rows {reads} are the query's, {rest} the key's")
        return unknown(_GQA_UNKNOWN, f"{reads} query rows are no multiple of {rest} key rows")
    if q is not None and k is None and found.form == "fused_kv":
        k = found.parts["kv"].out // 2
    if q and k and q % k == 0:
        return fact(q // k, _GQA, f"query rows {q} / key rows {k}")
    return unknown(_GQA_UNKNOWN, f"query rows {q}, key rows {k}")


def _qk_norm(found: Projections) -> Fact:
    """none, per_head or full_width."""
    for role in ("q_norm", "qk_norm", "k_norm"):
        if role not in found.norms:
            continue
        path, shape = found.norms[role]
        size = max(shape)
        rows = found.rows("k") if role == "k_norm" else inner_dim(found)
        if rows is not None and size < rows:
            return fact("per_head", _NORM_HEAD, f"{path} has {size} of {rows} channels")
        return fact("full_width", _NORM_FULL, f"{path} has {size} channels, all {rows}; it says nothing about heads")
    return fact("none", _NORM_NONE, "no query or key norm")
