"""Numbered containers: which are stacks of blocks, how deep, and which of their children are alike."""

from __future__ import annotations

from ingest.analysis import Scene, Stack
from ingest.rules import fact, rule
from ingest.tree import Node

_STACK = rule("stack.numbered", "shape", "Numbered children that hold modules of their own are the blocks of a stack.")
_LIST = rule("stack.layers", "shape", "Numbered children that are single layers are a list or a sequence, not blocks.")


def find_stacks(scene: Scene) -> dict[str, Stack]:
    """Stacks by path."""
    out: dict[str, Stack] = {}
    for node in scene.tree.root.distinct():
        children = [c for c in node.children.values() if c.name.isdigit()]
        if len(children) >= 2:
            out[node.path] = _stack(node, children)
    return out


def _stack(node: Node, children: list[Node]) -> Stack:
    blocks = sum(bool(c.children) for c in children) >= 2
    runs: list[tuple[str, str]] = []
    last = -1
    for child in children:
        if child.sig == last:
            runs[-1] = (runs[-1][0], child.name)
        else:
            runs.append((child.name, child.name))
        last = child.sig
    why = _STACK if blocks else _LIST
    depth = fact(len(children), why, f"children {children[0].name} to {children[-1].name}")
    names = tuple(c.name for c in children)
    return Stack(node.path, depth, names, tuple(runs), len(runs) == 1, blocks)
