"""Streams: the widths that run through a stack, and which sublayer reads from or adds to which.

Attentions are looked at once for each representative and stack; equal blocks share the answer.
"""

from __future__ import annotations

from collections.abc import Iterable

from archkb.ingest.analysis import Attention, Findings, LinearAttributes, Residual, StreamLinks
from archkb.ingest.streams import context_sources as origins
from archkb.ingest.streams import modality as names
from archkb.ingest.streams.stream_contexts import Contexts
from archkb.ingest.streams.stream_table import StackSays, StreamKey, StreamKind, local_part
from archkb.kb.paths import child_path


def find_streams(findings: Findings) -> StreamLinks:
    """The streams of a model, and the sublayers that read them and write to them; twins included."""
    table = _Streams(findings)
    queries: dict[str, int] = {}
    attends_to: dict[str, int] = {}
    known: dict[tuple[str | None, str], tuple[int, int] | None] = {}
    for path in findings.attentions:
        memo = (table.scope(path), findings.origin.get(path, path))
        if memo not in known:
            known[memo] = table.ends(findings.attentions[path])
        ends = known[memo]
        if ends is not None:
            queries[path], attends_to[path] = ends
    adds_to = table.additions(queries)
    return StreamLinks(tuple(table.streams), queries, attends_to, adds_to)


class _Streams(Contexts):
    """The ends of each attention, and what residual additions go to."""

    def ends(self, attention: Attention) -> tuple[int, int] | None:
        """Index of the stream the queries are of, and of the one keys and values are of."""
        if attention.q_dim is None:
            return None
        scope, stack = self._stack(attention.path)
        local = local_part(attention.path, scope)
        joined = self._bridge(local, attention, stack)
        if joined is not None and attention.kv_dim is not None:
            query_stream = self._stream(scope, attention.q_dim, joined[0], local, stack)
            return query_stream, self._stream(scope, attention.kv_dim, joined[1], local, stack)
        carries = self._carried(local, attention, stack)
        query_stream = self._stream(scope, attention.q_dim, carries, local, stack)
        if attention.attends.value == "joint":
            return query_stream, self._second(attention, scope, local, stack, query_stream)
        if attention.attends.value == "cross" and attention.kv_dim is not None:
            return query_stream, self._context(attention, attention.kv_dim, scope, stack, self.streams[query_stream])
        return query_stream, query_stream

    def _second(self, attention: Attention, scope: str, local: str, stack: StackSays, query_stream: int) -> int:
        """The other stream of a joint attention: of its added projections, or of its twin beside it."""
        part = next((p for r, p in attention.parts.items() if r in ("add_k", "add_q", "add_qkv", "add_kv")), None)
        if part is None:
            return self._other_half(attention, scope, stack, query_stream)
        leaf = self.findings.leaves.get(child_path(attention.path, part))
        width = leaf.attributes.in_features if leaf and isinstance(leaf.attributes, LinearAttributes) else None
        if width is None:
            return query_stream
        carries = names.modality(part)
        connector = self._connector(attention, width, scope) if carries is None else None
        if connector is not None:
            return self._connected(connector, attention, width, scope)
        source = self._candidates().best(width, scope, None)
        if carries is None and source is not None:
            return self._projected(source)
        carries = carries or "context"
        key = StreamKey(scope, width, carries, StreamKind.JOINT)
        return self._index[key] if key in self._index else self._add(key, origins.second_of_joint(carries, part))

    def _other_half(self, attention: Attention, scope: str, stack: StackSays, query_stream: int) -> int:
        parent = attention.path.rpartition(".")[0]
        for child in self.findings.tree.nodes[parent].children.values():
            other = self.findings.attentions.get(child.path)
            if other is not None and other is not attention and other.attends.value == "joint" and other.q_dim:
                local = local_part(child.path, scope)
                return self._stream(scope, other.q_dim, names.modality(local), local, stack)
        return query_stream

    def additions(self, queries: dict[str, int]) -> dict[tuple[str, tuple[str, ...]], int]:
        """(block, around) of each residual -> the stream it is added to."""
        out: dict[tuple[str, tuple[str, ...]], int] = {}
        memo: dict[tuple[str, str, tuple[str, ...]], int | None] = {}
        for residual in self.findings.residuals:
            asked = _asked(residual, queries)
            if asked is None:
                inside = f"{residual.block}." if residual.block else ""
                scope = self.scope(f"{inside}{residual.around[0]}" if residual.around else residual.block) or ""
                key = (scope, self.findings.origin.get(residual.block, residual.block), residual.around)
                if key not in memo:
                    memo[key] = self._by_width(residual, scope)
                asked = memo[key]
            if asked is not None:
                out[residual.block, residual.around] = asked
        return out

    def _by_width(self, residual: Residual, scope: str) -> int | None:
        """The stream of the residual's width in its stack; of several the one its sublayer is named for."""
        width = residual.width
        keys = (k for k in self._of_scope.get(scope, ()) if width is None or k.width == width)
        by_key = {k: self._index[k] for k in keys if k.kind is StreamKind.OF_BLOCKS}
        carries = next((m for a in residual.around if (m := names.modality(a))), None)
        named = [i for k, i in by_key.items() if carries is not None and self.streams[i].name.value == carries]
        if named:
            return named[0]
        plain = [i for i in by_key.values() if carries is None]
        if plain:
            tagged = self._stacks[scope].tagged if scope in self._stacks else {}
            free = [i for i in plain if self.streams[i].name.value not in tagged]
            return (free or plain)[0]
        if width is None:
            return None
        return self._stream(scope, width, carries, " and ".join(residual.around), StackSays())


def _asked(residual: Residual, queries: dict[str, int]) -> int | None:
    """The queries' stream of an attention among the modules the addition is around."""
    candidates: Iterable[str] = (child_path(residual.block, a) for a in residual.around)
    for path in candidates:
        if path in queries:
            return queries[path]
    return None
