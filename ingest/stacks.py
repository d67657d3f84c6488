"""Numbered containers: which are stacks of blocks, how deep, and which of their children are alike.

The class of a module is not in a header. Children of one class have the same names inside, whatever their widths are;
an option (a downsampling shortcut, a gate in every fourth block) adds names and takes none away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from archkb.ingest.analysis import Stack
from archkb.ingest.rules import Rule, fact, rule
from archkb.ingest.tree.module_tree import Node, Tree

_STACK = rule(
    "stack.blocks",
    "shape",
    "Two numbered neighbours with the same names inside, or one with all names of the other, are blocks of a stack.",
    "torch.nn.ModuleList and Sequential of one class",
)
_PATTERN = rule(
    "stack.pattern",
    "shape",
    "Numbered children that come again in turn (a b a b) are a stack of an alternating pattern.",
)
_ONE = rule("stack.one", "shape", "A single child numbered 0 that holds modules is a stack cut to one block.")
_NAMED = rule(
    "stack.named",
    "name",
    "Children that are all called alike with numbers from 0 and have the same names inside are blocks of a stack.",
)
_LIST = rule("stack.layers", "shape", "Numbered children that are layers of unlike names are a sequence, not blocks.")

_PLAIN = ("weight", "bias", "running_", "qweight", "parametrizations.", "in_proj_")
_TWO_TURNS = 4
"""Fewest children of a pattern: a b a b."""
_NUMBERED = re.compile(r"(?P<stem>.*\D)(?P<number>0|[1-9]\d*)")


def find_stacks(tree: Tree) -> dict[str, Stack]:
    """Stacks by path; lists and sequences of plain layers are among them, marked as such."""
    stacks = (_stack(node) for node in tree.distinct if node.children)
    return {stack.path: stack for stack in stacks if stack is not None}


def _stack(node: Node) -> Stack | None:
    children = [child for child in node.children.values() if child.name.isdigit()]
    if not children:
        return _named(node)
    if len(children) < 2:
        only = children[0]
        if only.name != "0" or not only.children or len(node.children) > 1 or only.tensors:
            return None
        return _new_stack(node, children, _ONE, "child 0 alone")
    inside = [names(child) for child in children]
    span = f"children {children[0].name} to {children[-1].name}"
    for child, other in _neighbours(children):
        if like(names(child), names(other)) and (child.children or other.children or _is_own(child, other)):
            return _new_stack(
                node, children, _STACK, f"{span}; {child.name} and {other.name} have the same names inside"
            )
    if sum(bool(c.children) for c in children) >= 2 and _alternates(inside):
        return _new_stack(node, children, _PATTERN, f"{span} in an alternating pattern")
    return _new_stack(node, children, _LIST, f"{span} without two neighbours alike", blocks=False)


def names(node: Node) -> frozenset[str]:
    """What a module holds by name: its children and tensors, numbers as one."""
    held = {"#" if child.isdigit() else child for child in node.children}
    return frozenset(held.union(node.tensors))


def like(a: frozenset[str], b: frozenset[str]) -> bool:
    """Whether two modules may be of one class: one has every name of the other."""
    return a <= b or b <= a


def _is_own(child: Node, other: Node) -> bool:
    """Whether two modules without children own the same tensors, under names no layer of torch has."""
    plain = any(local.startswith(_PLAIN) for local in child.tensors)
    return len(child.tensors) > 1 and not plain and child.tensors.keys() == other.tensors.keys()


def _neighbours(children: list[Node]) -> Iterator[tuple[Node, Node]]:
    """Pairs of children with consecutive numbers."""
    for first, second in pairwise(children):
        if int(second.name) == int(first.name) + 1:
            yield first, second


def _alternates(inside: list[frozenset[str]]) -> bool:
    """Whether the sequence of classes repeats: two classes or more, each there at least twice."""
    return len(inside) >= _TWO_TURNS and 1 < len(set(inside)) <= len(inside) // 2


def _named(node: Node) -> Stack | None:
    """A container of nothing but `stem0`, `stem1` ...; the children of a block are called otherwise."""
    if len(node.children) < 2 or node.tensors:
        return None
    matches = {name: _NUMBERED.fullmatch(name) for name in node.children}
    stems = {match["stem"] if match else name for name, match in matches.items()}
    order = {int(match["number"]): node.children[name] for name, match in matches.items() if match}
    if len(stems) > 1 or sorted(order) != list(range(len(matches))):
        return None
    children = [order[i] for i in range(len(matches))]
    first = names(children[0])
    if not all(child.children and like(first, names(child)) for child in children):
        return None
    return _new_stack(node, children, _NAMED, f"children {children[0].name} to {children[-1].name}")


def _new_stack(node: Node, children: list[Node], why: Rule, evidence: str, blocks: bool = True) -> Stack:
    runs: list[tuple[str, str]] = []
    last = -1
    for child in children:
        if child.sig == last:
            runs[-1] = (runs[-1][0], child.name)
        else:
            runs.append((child.name, child.name))
        last = child.sig
    held = tuple(child.name for child in children)
    return Stack(node.path, fact(len(children), why, evidence), held, tuple(runs), len(runs) == 1, blocks)
