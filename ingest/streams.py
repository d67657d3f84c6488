"""Streams: the widths that run through a stack, and which sublayer reads from or adds to which.

Attentions are looked at once for each representative and stack; equal blocks share the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from ingest import stream_names as names
from ingest import stream_sources as origins
from ingest.analysis import Analysis, Attention, Residual, Stream
from ingest.words import words
from kb.values import Fact

Key = tuple[str, int, str | None]
"""(scope, width, what it carries or None)."""


def assign_streams(analysis: Analysis) -> Analysis:
    """The analysis with streams and their links filled in."""
    table = _Table(analysis)
    queries: dict[str, int] = {}
    attends_to: dict[str, int] = {}
    known: dict[tuple[str | None, str], tuple[int, int] | None] = {}
    for path, attention in analysis.attentions.items():
        memo = (table.scope(path), analysis.origin.get(path, path))
        if memo not in known:
            known[memo] = table.ends(attention)
        ends = known[memo]
        if ends is not None:
            queries[path], attends_to[path] = ends
    adds_to = table.additions(queries)
    return replace(analysis, streams=tuple(table.streams), queries=queries, attends_to=attends_to, adds_to=adds_to)


@dataclass(slots=True)
class _Stack:
    """What the attentions of one scope say: what is carried at which width, and by whose word."""

    names: dict[int, set[str]] = field(default_factory=dict)
    tagged: dict[str, int] = field(default_factory=dict)
    bridged: dict[int, list[tuple[str, str]]] = field(default_factory=dict)


class _Table:
    """Streams while they are collected. `streams` only grows, so an index stays valid."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self.streams: list[Stream] = []
        self._index: dict[Key, int] = {}
        self._of_scope: dict[str, list[Key]] = {}
        self._blocks = {path for path, stack in analysis.stacks.items() if stack.blocks}
        self._scopes: dict[str, str | None] = {}
        self._stacks: dict[str, _Stack] = {}
        self._sources: origins.Sources | None = None
        for path, attention in analysis.attentions.items():
            if path not in analysis.origin:
                self._look(path, attention)
        for path, attention in analysis.attentions.items():
            if path not in analysis.origin:
                self._look_at_bridge(path, attention)

    def scope(self, path: str) -> str | None:
        """The outermost stack of blocks around a path, None outside all."""
        parent = path.rpartition(".")[0]
        if parent not in self._scopes:
            above = self.scope(parent) if parent else None
            self._scopes[parent] = above if above is not None else parent if parent in self._blocks else None
        return self._scopes[parent]

    def _stack(self, path: str) -> tuple[str, _Stack]:
        scope = self.scope(path)
        if scope is None:
            scope = path.rpartition(".")[0]
        return scope, self._stacks.setdefault(scope, _Stack())

    def _look(self, path: str, attention: Attention) -> None:
        scope, stack = self._stack(path)
        local = _local(path, scope)
        if attention.q_dim is None:
            return
        stack.names.setdefault(attention.q_dim, set()).add(local)
        carries = names.modality(local)
        if carries is not None and names.bridge(local) is None and attention.attends.value != "cross":
            stack.tagged.setdefault(carries, attention.q_dim)

    def _look_at_bridge(self, path: str, attention: Attention) -> None:
        scope, stack = self._stack(path)
        ends = self._bridge(_local(path, scope), attention, stack)
        if ends is not None and attention.q_dim is not None and attention.kv_dim is not None:
            local = _local(path, scope)
            stack.bridged.setdefault(attention.q_dim, []).append((ends[0], local))
            stack.bridged.setdefault(attention.kv_dim, []).append((ends[1], local))

    def _bridge(self, local: str, attention: Attention, stack: _Stack) -> tuple[str, str] | None:
        """(what queries carry, what keys carry) of an attention named A_to_B; widths settle the direction."""
        ends = names.bridge(local)
        if ends is None or attention.attends.value != "cross":
            return None
        first, second = ends
        q, k = attention.q_dim, attention.kv_dim
        if q != k and (stack.tagged.get(first) == q or stack.tagged.get(second) == k):
            return first, second
        return second, first

    def ends(self, attention: Attention) -> tuple[int, int] | None:
        """Index of the stream the queries are of, and of the one keys and values are of."""
        if attention.q_dim is None:
            return None
        scope, stack = self._stack(attention.path)
        local = _local(attention.path, scope)
        joined = self._bridge(local, attention, stack)
        if joined is not None and attention.kv_dim is not None:
            mine = self._stream(scope, attention.q_dim, joined[0], local, stack)
            return mine, self._stream(scope, attention.kv_dim, joined[1], local, stack)
        carries = self._carried(local, attention, stack)
        mine = self._stream(scope, attention.q_dim, carries, local, stack)
        if attention.attends.value == "joint":
            return mine, self._second(attention, scope, local, stack, mine)
        if attention.attends.value == "cross" and attention.kv_dim is not None:
            return mine, self._context(attention, attention.kv_dim, scope, self.streams[mine])
        return mine, mine

    def _carried(self, local: str, attention: Attention, stack: _Stack) -> str | None:
        """What the queries' stream carries, None where no name in the block says."""
        carries = names.modality(local)
        if carries is not None and (attention.attends.value != "cross" or stack.tagged.get(carries) == attention.q_dim):
            return carries
        bridged = {what for what, _ in stack.bridged.get(attention.q_dim or 0, ())} - set(stack.tagged)
        return next(iter(bridged)) if len(bridged) == 1 else None

    def _stream(self, scope: str, width: int, carries: str | None, local: str, stack: _Stack) -> int:
        key = (scope, width, carries)
        if key not in self._index:
            self._add(key, self._name(key, local, stack))
        return self._index[key]

    def _add(self, key: Key, name: Fact, source: str | None = None) -> int:
        self._index[key] = len(self.streams)
        self._of_scope.setdefault(key[0], []).append(key)
        self.streams.append(Stream(key[0], name, key[1], source))
        return self._index[key]

    def _name(self, key: Key, local: str, stack: _Stack) -> Fact:
        scope, width, carries = key
        if carries is not None:
            by = next((name for what, name in stack.bridged.get(width, ()) if what == carries), None)
            if by is not None and stack.tagged.get(carries) != width:
                return names.by_bridge(by, carries, width)
            return names.by_sublayer(local, carries)
        if names.is_conditioning(scope):
            source = self._candidates().of_condition(width, scope, names.modality(scope))
            if source is not None:
                return names.by_condition(scope, width, source.path)
        component = names.enclosing(self.analysis.components, scope)
        return names.by_place(scope, sorted(stack.names.get(width, ())), component)

    def _candidates(self) -> origins.Sources:
        if self._sources is None:
            self._sources = origins.sources(self.analysis, self.scope)
        return self._sources

    def _context(self, attention: Attention, width: int, scope: str, reader: Stream) -> int:
        """The stream a cross-attention reads: shared by all blocks, and by all stacks it is written for."""
        carries = str(reader.name.value)
        source = self._candidates().best(width, scope, carries)
        if source is not None:
            return self._projected(source)
        tower = self._encoder(width, scope) if width == reader.width else self._tower(width, scope)
        if tower is not None:
            return tower
        nodes = self.analysis.tree.nodes
        around = (nodes[attention.path], *nodes[attention.path].ancestors())
        inside = (node for node in around if node.path.startswith(f"{scope}."))
        said = next((name for node in inside if (name := origins.from_modulation(node, width))), None)
        component = names.enclosing(self.analysis.components, scope)
        key: Key = (component.path if component is not None else "", width, f"context of {carries}")
        if key not in self._index:
            self._add(key, said or origins.unnamed_context(width))
        return self._index[key]

    def _projected(self, source: origins.Source) -> int:
        """The stream a projection of the condition writes."""
        at = source.path.rpartition(".")[0] or source.path
        key: Key = (at, source.width, "context")
        return self._index[key] if key in self._index else self._add(key, origins.from_projection(source), at)

    def _encoder(self, width: int, scope: str) -> int | None:
        """The stream of an encoder's stack of this width, for a stack below a decoder."""
        if "decoder" not in words(scope):
            return None
        for other, stack in self._stacks.items():
            if "encoder" in words(other) and width in stack.names and other != scope:
                return self._output(other, width, origins.from_encoder)
        return None

    def _tower(self, width: int, scope: str) -> int | None:
        """The stream of the one other stack that has this width."""
        found = [other for other, stack in self._stacks.items() if other != scope and width in stack.names]
        return self._output(found[0], width, origins.from_tower) if len(found) == 1 else None

    def _output(self, stack: str, width: int, name: Callable[[str, str | None, int], Fact]) -> int:
        """What a stack writes, as a stream that others read."""
        key: Key = (stack, width, "its output")
        if key not in self._index:
            said = names.by_place(stack, (), names.enclosing(self.analysis.components, stack)).value
            self._add(key, name(stack, str(said) if said != "hidden" else None, width), stack)
        return self._index[key]

    def _second(self, attention: Attention, scope: str, local: str, stack: _Stack, mine: int) -> int:
        """The other stream of a joint attention: of its added projections, or of its twin beside it."""
        part = next((p for r, p in attention.parts.items() if r in ("add_k", "add_q", "add_qkv", "add_kv")), None)
        if part is None:
            return self._beside(attention, scope, stack, mine)
        leaf = self.analysis.leaves.get(f"{attention.path}.{part}" if attention.path else part)
        width = leaf.attributes.get("in_features") if leaf is not None else None
        if not isinstance(width, int):
            return mine
        carries = names.modality(part)
        source = self._candidates().best(width, scope, None)
        if carries is None and source is not None:
            return self._projected(source)
        carries = carries or "context"
        key: Key = (scope, width, f"joint {carries}")
        return self._index[key] if key in self._index else self._add(key, origins.second_of_joint(carries, part))

    def _beside(self, attention: Attention, scope: str, stack: _Stack, mine: int) -> int:
        parent = attention.path.rpartition(".")[0]
        for child in self.analysis.tree.nodes[parent].children.values():
            other = self.analysis.attentions.get(child.path)
            if other is not None and other is not attention and other.attends.value == "joint" and other.q_dim:
                local = _local(child.path, scope)
                return self._stream(scope, other.q_dim, names.modality(local), local, stack)
        return mine

    def additions(self, queries: dict[str, int]) -> dict[tuple[str, tuple[str, ...]], int]:
        """(block, around) of each residual -> the stream it is added to."""
        out: dict[tuple[str, tuple[str, ...]], int] = {}
        memo: dict[tuple[str, str, tuple[str, ...]], int | None] = {}
        for residual in self.analysis.residuals:
            asked = _asked(residual, queries)
            if asked is None:
                inside = f"{residual.block}." if residual.block else ""
                scope = self.scope(f"{inside}{residual.around[0]}" if residual.around else residual.block) or ""
                key = (scope, self.analysis.origin.get(residual.block, residual.block), residual.around)
                if key not in memo:
                    memo[key] = self._by_width(residual, scope)
                asked = memo[key]
            if asked is not None:
                out[residual.block, residual.around] = asked
        return out

    def _by_width(self, residual: Residual, scope: str) -> int | None:
        """The stream of the residual's width in its stack; of several the one its sublayer is named for."""
        width = residual.width
        keys = (k for k in self._of_scope.get(scope, ()) if width is None or k[1] == width)
        here = {k: self._index[k] for k in keys if k[2] is None or (" " not in k[2] and k[2] != "context")}
        carries = next((m for a in residual.around if (m := names.modality(a))), None)
        named = [i for k, i in here.items() if carries is not None and self.streams[i].name.value == carries]
        if named:
            return named[0]
        plain = [i for i in here.values() if carries is None]
        if plain:
            tagged = self._stacks[scope].tagged if scope in self._stacks else {}
            free = [i for i in plain if self.streams[i].name.value not in tagged]
            return (free or plain)[0]
        if width is None:
            return None
        return self._stream(scope, width, carries, " and ".join(residual.around), _Stack())


def _local(path: str, scope: str) -> str:
    """The part of a path inside its block."""
    rest = path[len(scope) :].lstrip(".") if scope else path
    head, _, tail = rest.partition(".")
    return tail if head.isdigit() and tail else rest


def _asked(residual: Residual, queries: dict[str, int]) -> int | None:
    """The queries' stream of an attention among the modules the addition is around."""
    candidates: Iterable[str] = (f"{residual.block}.{a}" if residual.block else a for a in residual.around)
    for path in candidates:
        if path in queries:
            return queries[path]
    return None
