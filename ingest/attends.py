"""What an attention reads: its own stream, another one, or two at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ingest.analysis import Scene
from ingest.projection_names import words
from ingest.projections import Projections
from ingest.rules import fact, rule
from ingest.tree import Node
from kb.values import Fact

_JOINT = rule(
    "attends.joint",
    "name",
    "A second set of query, key or value projections for another stream makes it joint attention over both.",
    "MM-DiT",
)
_WIDTH = rule("attends.width", "shape", "Keys read from another width than queries come from another stream.")
_FUSED = rule("attends.fused", "shape", "One matrix makes queries, keys and values, so all read the same input.")
_CROSS_NAME = rule("attends.cross_name", "name", "The module's name says cross-attention.")
_SELF_NAME = rule("attends.self_name", "name", "The module's name says self-attention.")
_OTHER_WIDTH = rule(
    "attends.context_elsewhere",
    "neighbour",
    "Modules of this name read a context of one width in other blocks; this one reads the queries' width.",
)
_SECOND = rule("attends.second", "name", "Numbered second beside a first attention of the block: it reads the context.")
_BESIDE_SELF = rule("attends.beside_self", "neighbour", "The other attention of the block is called self-attention.")
_ALONE = rule("attends.alone", "convention", "No context, no second stream, and no name that says otherwise.")

_CROSS_WORDS = frozenset(
    "cross crossattention crossattn crossattentions xattn encdec ca encoder enc dec src memory fusion context".split()
)
_SELF_WORDS = frozenset("self sa selfattention temporal spatial time space mhsa window".split())


class Attending(NamedTuple):
    """One attention as far as it is known: its module and its projections."""

    node: Node
    found: Projections


def attends(scene: Scene, cores: Mapping[str, Attending]) -> dict[str, Fact]:
    """self, cross or joint for each attention."""
    contexts: dict[str, set[int]] = {}
    for path, core in cores.items():
        q, k = _widths(core.found)
        if q is not None and k is not None and q != k:
            contexts.setdefault(core.node.name, set()).add(k)
    beside = _beside(cores)
    return {path: _attends(core, beside[path], contexts) for path, core in cores.items()}


def _widths(found: Projections) -> tuple[int | None, int | None]:
    return found.width("q", "q_down", "q_up"), found.width("k", "kv", "kv_down")


def _beside(cores: Mapping[str, Attending]) -> dict[str, list[str]]:
    """Names of the other attentions in the same parent."""
    by_parent: dict[str, list[str]] = {}
    for core in cores.values():
        by_parent.setdefault(_parent(core.node), []).append(core.node.name)
    return {path: [n for n in by_parent[_parent(c.node)] if n != c.node.name] for path, c in cores.items()}


def _parent(node: Node) -> str:
    return node.parent.path if node.parent is not None else ""


def _attends(core: Attending, beside: list[str], contexts: Mapping[str, set[int]]) -> Fact:
    found, node = core.found, core.node
    added = [r for r in ("add_q", "add_k", "add_v", "add_qkv", "add_kv") if r in found.parts]
    if added:
        return fact("joint", _JOINT, f"{', '.join(found.parts[r].path for r in added)} beside its own projections")
    if found.form in ("fused_qkv", "fused_qk"):
        said = _said(node)
        if said == "cross":
            return fact("cross", _CROSS_NAME, f"it is called {node.name}")
        path = found.parts["qkv" if "qkv" in found.parts else "qk"].path
        return fact("self", _FUSED, f"{path} makes queries and keys from one input")
    q, k = _widths(found)
    if q is not None and k is not None and q != k:
        return fact("cross", _WIDTH, f"queries read {q} channels, keys read {k}")
    said = _said(node)
    if said == "cross":
        return fact("cross", _CROSS_NAME, f"it is called {node.name}")
    if said == "self":
        return fact("self", _SELF_NAME, f"it is called {node.name}")
    last = words(node.name)[-1:]
    if last == ("2",) and any(words(b) == (*words(node.name)[:-1], "1") for b in beside):
        if contexts.get(node.name):
            return fact("self", _OTHER_WIDTH, f"{node.name} elsewhere reads {sorted(contexts[node.name])}, here {k}")
        if not any({"temporal", "motion"} & set(words(a.name)) for a in node.ancestors()):
            return fact("cross", _SECOND, f"{node.name} beside {', '.join(beside)}")
    if any("self" in words(b) for b in beside):
        return fact("cross", _BESIDE_SELF, f"{node.name} beside {', '.join(beside)}")
    return fact("self", _ALONE, "keys read the width queries read, and nothing says there is another stream")


def _said(node: Node) -> str | None:
    """What the names of the module and of those around it up to its block say."""
    around: Node | None = node
    while around is not None and not around.name.isdigit():
        said = set(words(around.name))
        if "self" in said or "sa" in said:
            return "self"
        if said & _CROSS_WORDS and (said & {"attn", "attention", "cross", "att"} or said & {"crossattention", "ca"}):
            return "cross"
        if around is node and said & _SELF_WORDS:
            return "self"
        around = around.parent
    return None
