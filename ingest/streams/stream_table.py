"""Streams while they are collected: what the attentions of each stack say, and what its own streams carry."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple
from weakref import proxy

from archkb.ingest.analysis import Attention, Findings, Stream
from archkb.ingest.streams import context_sources as origins
from archkb.ingest.streams import modality as names
from archkb.ingest.streams.stream_shapes import Shapes
from archkb.kb.values import Fact, Value


class StreamKind(Enum):
    """How a stream came to be known; streams of one scope and width are told apart by it."""

    OF_BLOCKS = "the blocks of the scope run on it"
    OUTPUT = "a stack writes it for others"
    PROJECTED = "a projection of the condition writes it"
    NAMED_CONTEXT = "a cross-attention is named for it"
    CONTEXT = "a cross-attention reads it, and nothing names it"
    JOINT = "the second stream of a joint attention"


class StreamKey(NamedTuple):
    """What makes two mentions of a stream the same one; `reader` is the stream a context is read by."""

    scope: str
    width: int
    carries: str | None = None
    kind: StreamKind = StreamKind.OF_BLOCKS
    reader: str | None = None


@dataclass(slots=True)
class StackSays:
    """What the attentions of one scope say: what is carried at which width, and by whose word."""

    names: dict[int, set[str]] = field(default_factory=dict)
    tagged: dict[str, int] = field(default_factory=dict)
    bridged: dict[int, list[tuple[str, str]]] = field(default_factory=dict)


class Table:
    """Streams while they are collected. `streams` only grows, so an index stays valid."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.streams: list[Stream] = []
        self._index: dict[StreamKey, int] = {}
        self._of_scope: dict[str, list[StreamKey]] = {}
        self._blocks = {path for path, stack in findings.stacks.items() if stack.blocks}
        self._scopes: dict[str, str | None] = {}
        self._stacks: dict[str, StackSays] = {}
        self._sources: origins.Sources | None = None
        self._crosses: dict[str, list[str]] = {}
        table = proxy(self)  # no circle: what is not searched for costs nothing
        self._shapes = Shapes(findings, lambda path: table.scope(path))
        attentions = list(findings.firsts(findings.attentions))
        for path, attention in attentions:
            self._look(path, attention)
        for path, attention in attentions:
            self._look_at_bridge(path, attention)

    def scope(self, path: str) -> str | None:
        """The outermost stack of blocks around a path, None outside all."""
        parent = path.rpartition(".")[0]
        if parent not in self._scopes:
            above = self.scope(parent) if parent else None
            self._scopes[parent] = above if above is not None else parent if parent in self._blocks else None
        return self._scopes[parent]

    def _stack(self, path: str) -> tuple[str, StackSays]:
        scope = self.scope(path)
        if scope is None:
            scope = path.rpartition(".")[0]
        return scope, self._stacks.setdefault(scope, StackSays())

    def _look(self, path: str, attention: Attention) -> None:
        scope, stack = self._stack(path)
        local = local_part(path, scope)
        if attention.attends.value == "cross":
            self._crosses.setdefault(scope, []).append(path)
        if attention.q_dim is None:
            return
        stack.names.setdefault(attention.q_dim, set()).add(local)
        carries = names.modality(local)
        if carries is not None and names.bridge(local) is None and attention.attends.value != "cross":
            stack.tagged.setdefault(carries, attention.q_dim)

    def _look_at_bridge(self, path: str, attention: Attention) -> None:
        scope, stack = self._stack(path)
        ends = self._bridge(local_part(path, scope), attention, stack)
        if ends is not None and attention.q_dim is not None and attention.kv_dim is not None:
            local = local_part(path, scope)
            stack.bridged.setdefault(attention.q_dim, []).append((ends[0], local))
            stack.bridged.setdefault(attention.kv_dim, []).append((ends[1], local))

    def _bridge(self, local: str, attention: Attention, stack: StackSays) -> tuple[str, str] | None:
        """(what queries carry, what keys carry) of an attention named A_to_B; widths settle the direction."""
        ends = names.bridge(local)
        if ends is None or attention.attends.value != "cross":
            return None
        first, second = ends
        q, k = attention.q_dim, attention.kv_dim
        if q != k and (stack.tagged.get(first) == q or stack.tagged.get(second) == k):
            return first, second
        return second, first

    def _carried(self, local: str, attention: Attention, stack: StackSays) -> str | None:
        """What the queries' stream carries, None where no name in the block says."""
        carries = names.modality(local)
        if carries is not None and (attention.attends.value != "cross" or stack.tagged.get(carries) == attention.q_dim):
            return carries
        bridged = {what for what, _ in stack.bridged.get(attention.q_dim or 0, ())} - set(stack.tagged)
        return next(iter(bridged)) if len(bridged) == 1 else None

    def _stream(self, scope: str, width: int, carries: str | None, local: str, stack: StackSays) -> int:
        key = StreamKey(scope, width, carries)
        if key not in self._index:
            self._add(key, *self._name(key, local, stack))
        return self._index[key]

    def _add(self, key: StreamKey, name: Fact, source: str | None = None) -> int:
        self._index[key] = len(self.streams)
        self._of_scope.setdefault(key.scope, []).append(key)
        self.streams.append(Stream(key.scope, name, key.width, source))
        return self._index[key]

    def _name(self, key: StreamKey, local: str, stack: StackSays) -> tuple[Fact, str | None]:
        """What a stream of blocks carries, and the module that writes it where that is told."""
        scope, width, carries = key.scope, key.width, key.carries
        if carries is not None:
            by = next((name for what, name in stack.bridged.get(width, ()) if what == carries), None)
            if by is not None and stack.tagged.get(carries) != width:
                return names.by_bridge(by, carries, width), self._shapes.entry(scope, width)
            return names.by_sublayer(local, carries), self._shapes.entry(scope, width)
        return self._place(scope, width, sorted(stack.names.get(width, ())))

    def _place(self, scope: str, width: int, sublayers: list[str]) -> tuple[Fact, str | None]:
        """What the stream of a stack carries by where it runs, and by what brings it in."""
        role = self._role(scope)
        place = names.by_place(scope, sublayers, role)
        by_shapes = self._shapes.carries(scope, width, role) if place.weak else None
        return by_shapes or (place.name, self._shapes.entry(scope, width))

    def _role(self, scope: str) -> Value:
        """What the component around a stack is for; a model of one part is its own."""
        component = names.enclosing(self.findings.components, scope)
        if component is not None:
            return component.role.value
        return None if self.findings.components else self.findings.role.value

    def _candidates(self) -> origins.Sources:
        if self._sources is None:
            self._sources = origins.sources(self.findings, self.scope)
        return self._sources


def local_part(path: str, scope: str) -> str:
    """The part of a path inside its block."""
    below = path[len(scope) :].lstrip(".") if scope else path
    head, _, tail = below.partition(".")
    return tail if head.isdigit() and tail else below


def block_of(path: str, scope: str) -> str:
    """The block of a stack that a path lies in."""
    return path[: len(path) - len(local_part(path, scope))]
