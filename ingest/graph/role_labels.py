"""Which one role label a module carries, and its properties in the schema's order.

Order of preference: what a module does (attention, feed-forward) before where it stands (component, stack) before what
layer it is, before being a block: a block of an attention-only stack is that attention.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from archkb.ingest.analysis import Analysis, LinearAttributes
from archkb.ingest.rules import fact, rule
from archkb.ingest.tree.module_tree import Node
from archkb.kb.schema import label
from archkb.kb.values import Fact

_CONTAINER = rule("kind.container", "shape", "A module that only holds other modules.", definition=True)
_IS_ATTENTION = rule("kind.attention", "shape", "A module found to hold query, key and value projections.")
_IS_FEED_FORWARD = rule("kind.feed_forward", "shape", "A module found to hold the up and down projections of an MLP.")
_IS_STACK = rule("kind.stack", "shape", "A numbered container of structured children.")
_IS_COMPONENT = rule("kind.component", "name", "A part of the checkpoint with a job of its own.")
_IS_BLOCK = rule("kind.block", "shape", "A structured child of a stack.", definition=True)


@dataclass(frozen=True, slots=True)
class Role:
    """A role label with its cells; `reasons` are (property, rule id) of its inferred properties.

    `indexed` roles depend on the node itself (a block's index): see :meth:`cells`.
    """

    label: str | None
    values: tuple[Any, ...] = ()
    reasons: tuple[tuple[str, str], ...] = ()
    indexed: bool = False

    def cells(self, node: Node) -> tuple[Any, ...]:
        """The label's properties for this node, in the schema's order."""
        return (node.index,) if self.indexed else self.values


def kind_and_role(analysis: Analysis, node: Node) -> tuple[Fact, Role]:
    """The kind fact and the role of a module."""
    for find in (_attention, _feed_forward, _component, _stack, _leaf):
        answer = find(analysis, node)
        if answer is not None:
            return answer
    parent = node.parent
    if parent is not None and parent.path in analysis.stacks and analysis.stacks[parent.path].blocks:
        return fact("Block", _IS_BLOCK, f"child {node.name} of {parent.name}"), Role("Block", indexed=True)
    leaf = analysis.leaves.get(node.path)
    if leaf is not None:
        return leaf.kind, Role(None)
    return fact("Container", _CONTAINER, f"{len(node.children)} children, no tensor of its own"), Role(None)


KindAndRole = tuple[Fact, Role] | None


def _role(name: str, get: Callable[[str], Any]) -> Role:
    """Role `name` with each declared property taken from `get`; facts are spelt out with their companions."""
    values: list[Any] = []
    reasons: list[tuple[str, str]] = []
    for prop, inferred in _declared(name):
        value = get(prop)
        if not inferred:
            values.append(value)
            continue
        if value is None:
            values.extend((None,) * 5)
            continue
        e = value.evidence
        values.extend((value.value, e.rule, e.basis, e.confidence, e.detail))
        reasons.append((prop, e.rule))
    return Role(name, tuple(values), tuple(reasons))


@cache
def _declared(name: str) -> tuple[tuple[str, bool], ...]:
    return tuple((p.name, p.inferred) for p in label(name).properties)


def _attention(analysis: Analysis, node: Node) -> KindAndRole:
    attention = analysis.attentions.get(node.path)
    if attention is None:
        return None
    parts = ", ".join(f"{k}={v}" for k, v in attention.parts.items()) or "projections"
    return fact("Attention", _IS_ATTENTION, parts), _role("Attention", lambda p: getattr(attention, p))


def _feed_forward(analysis: Analysis, node: Node) -> KindAndRole:
    feed_forward = analysis.feed_forwards.get(node.path)
    if feed_forward is None or feed_forward.inline:
        return None
    evidence = f"up {', '.join(feed_forward.up)}; down {feed_forward.down}"
    return fact("FeedForward", _IS_FEED_FORWARD, evidence), _role("FeedForward", lambda p: getattr(feed_forward, p))


def _component(analysis: Analysis, node: Node) -> KindAndRole:
    component = analysis.components.get(node.path)
    if component is None:
        return None
    return (
        fact("Component", _IS_COMPONENT, component.role.evidence.detail),
        _role("Component", lambda p: getattr(component, p)),
    )


def _stack(analysis: Analysis, node: Node) -> KindAndRole:
    stack = analysis.stacks.get(node.path)
    if stack is None or not stack.blocks:
        return None
    runs = [a if a == b else f"{a}-{b}" for a, b in stack.runs]
    values = {"stack_depth": stack.depth, "uniform": stack.uniform, "runs": runs}
    return fact("Stack", _IS_STACK, stack.depth.evidence.detail), _role("Stack", values.__getitem__)


def _leaf(analysis: Analysis, node: Node) -> KindAndRole:
    leaf = analysis.leaves.get(node.path)
    if leaf is None or leaf.attributes is None:
        return None
    modulation = analysis.modulations.get(node.path) if isinstance(leaf.attributes, LinearAttributes) else None

    def get(prop: str) -> Any:
        if prop == "modulation_rows":
            return modulation.rows if modulation is not None else None
        value = getattr(leaf.attributes, prop)
        return list(value) if isinstance(value, tuple) else value

    return leaf.kind, _role(leaf.attributes.role, get)
