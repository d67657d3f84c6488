"""What cross-attentions read: the projection, connector, encoder or tower that writes the width of keys and values."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from archkb.ingest.analysis import Attention, EmbeddingAttributes, Stream
from archkb.ingest.streams import context_sources as origins
from archkb.ingest.streams import modality as names
from archkb.ingest.streams.stream_table import StackSays, StreamKey, StreamKind, Table, block_of, local_part
from archkb.ingest.tree.name_words import vocabulary, words
from archkb.kb.values import Fact

_PLACES = vocabulary("wpe pos position positions positional")
"""Words of a table that holds no tokens."""


class Contexts(Table):
    """The streams that blocks read from elsewhere, and those of the connectors that prepare them."""

    def _name(self, key: StreamKey, local: str, stack: StackSays) -> tuple[Fact, str | None]:
        """What a stream of blocks carries, a connector's by what is in front of it, behind it, or reads it; its source.

        A text comes from a table of tokens beside its stack, where there is one.
        """
        scope, width, carries = key.scope, key.width, key.carries
        prepared = self._prepared(scope, width) if carries is None and self._prepares(scope) else None
        if prepared is not None:
            return prepared
        name, source = super()._name(key, local, stack)
        table = self._vocabulary(scope, width) if name.value == "text" else None
        return name, table or source

    def _prepares(self, scope: str) -> bool:
        """Whether a stack works on a condition: by the words of its path, or as a connector beside a big stack."""
        component = names.enclosing(self.findings.components, scope)
        connects = component is not None and str(component.role.value).endswith("connector")
        return scope not in self._crosses and (connects or names.is_conditioning(scope))

    def _prepared(self, scope: str, width: int) -> tuple[Fact, str | None] | None:
        """What a connector's stream carries: by the projection in front of it, behind it, or by what reads it."""
        tag = names.modality(scope)
        candidates = self._candidates()
        before = candidates.best(width, scope, tag)
        source = before or candidates.of_condition(width, scope, tag)
        at = self._vocabulary(scope, width) or (before.at if before is not None else None)
        if source is not None:
            return names.by_condition(scope, width, source.carries or "text", source.path), at
        for reader, path in ((s, p) for s, paths in self._crosses.items() for p in paths):
            attention = self.findings.attentions[path]
            if attention.kv_dim == width and self._connector(attention, width, reader) == scope:
                name = self._modulated(attention, width, reader)
                if name is not None:
                    return name, None
        return None

    @cached_property
    def _tables(self) -> dict[str, EmbeddingAttributes]:
        """The embeddings, by path."""
        leaves, origin = self.findings.leaves, self.findings.origin
        firsts = ((path, leaves[origin.get(path, path)].attributes) for path in leaves)
        return {path: table for path, table in firsts if isinstance(table, EmbeddingAttributes)}

    def _vocabulary(self, scope: str, width: int) -> str | None:
        """The table of tokens below the module, or the one around it, that a stack is in: it writes what enters it."""
        module = ".".join(scope.split(".")[:-1][:-1] or scope.split(".")[:-1])
        tables = {
            path: table.rows
            for path, table in self._tables.items()
            if module and path.startswith(f"{module}.") and table.width == width and _PLACES.isdisjoint(words(path))
        }
        return max(tables, key=lambda path: (tables[path], path), default=None)

    def _context(self, attention: Attention, width: int, scope: str, stack: StackSays, reader: Stream) -> int:
        """The stream a cross-attention reads: shared by all blocks, and by all stacks it is written for."""
        carries = str(reader.name.value)
        local = local_part(attention.path, scope)
        wish = self._wish(attention, scope, stack)
        pooled = self._pooled(attention, width)
        if pooled is not None:
            return pooled
        connector = self._connector(attention, width, scope)
        if connector is not None:
            return self._connected(connector, attention, width, scope)
        source = self._candidates().best(width, scope, carries, wish)
        if source is not None:
            return self._projected(source, wish.reads)
        if wish.reads in (None, "image", "audio", "video"):
            tower = self._encoder(width, scope) if width == reader.width else self._tower(width, scope)
            if tower is not None:
                return tower
        component = names.enclosing(self.findings.components, scope)
        module = component.path if component is not None else ""
        if wish.reads is not None:
            key = StreamKey(module, width, wish.reads, StreamKind.NAMED_CONTEXT, reader=carries)
            return self._index[key] if key in self._index else self._add(key, names.by_reader(wish.reads, local))
        name = None if "text" in wish.taken else self._modulated(attention, width, scope)
        key = StreamKey(module, width, None, StreamKind.CONTEXT, reader=carries)
        if key not in self._index:
            self._add(key, name or origins.unnamed_context(width))
        return self._index[key]

    def _wish(self, attention: Attention, scope: str, stack: StackSays) -> origins.Wish:
        """What an attention's name says it reads, and what those of its siblings say they read."""

        def read_by_name(attention_path: str) -> str | None:
            local = local_part(attention_path, scope)
            return names.read_by(local, self._carried(local, self.findings.attentions[attention_path], stack))

        block = block_of(attention.path, scope)
        siblings = (p for p in self._crosses.get(scope, ()) if p != attention.path and block_of(p, scope) == block)
        return origins.Wish(
            read_by_name(attention.path),
            frozenset(carries for p in siblings if (carries := read_by_name(p)) is not None),
        )

    def _modulated(self, attention: Attention, width: int, scope: str) -> Fact | None:
        """The name of a context for which a module around the attention, inside its stack, has a table or a bias."""
        node = self.findings.tree.nodes[attention.path]
        inside = (n for n in (node, *node.ancestors()) if n.path.startswith(f"{scope}."))
        return next((name for n in inside if (name := origins.from_modulation(n, width))), None)

    def _connector(self, attention: Attention, width: int, scope: str) -> str | None:
        """The stack of self-attention blocks of this width that prepares what a cross-attention reads."""
        _, stack = self._stack(attention.path)
        local = local_part(attention.path, scope)
        wish = self._wish(attention, scope, stack)
        tag = self._carried(local, attention, stack)

        def rank(other: str) -> tuple[bool, int, int]:
            name_words = words(other)
            return (
                origins.for_reader(name_words, tag),
                wish.rank(self._brings(other, width)),
                origins.shared(other, scope),
            )

        if names.is_conditioning(scope) or ("decoder" in words(scope) and self._encoders(width, scope)):
            return None
        fitting = [
            other
            for other, stack_says in self._stacks.items()
            if other != scope
            and width in stack_says.names
            and not scope.startswith(f"{other}.")
            and self._prepares(other)
            and wish.suits(self._brings(other, width), plain=True)
        ]
        return max(fitting, key=rank, default=None)

    def _brings(self, connector: str, width: int) -> str | None:
        """The condition a connector's words name, or those of the projection in front of it."""
        carries = names.condition(words(connector))
        if carries is not None and carries not in ("video", "audio", "image"):
            return carries
        source = self._candidates().best(width, connector, names.modality(connector))
        return source.carries if source is not None else None

    def _connected(self, connector: str, attention: Attention, width: int, scope: str) -> int:
        """The stream a connector writes."""
        key = StreamKey(connector, width, None, StreamKind.OUTPUT)
        if key not in self._index:
            source = self._candidates().best(width, connector, names.modality(connector))
            carries = self._brings(connector, width)
            modulated = None if carries is not None else self._modulated(attention, width, scope)
            blocks = len(self.findings.stacks[connector].children)
            module = connector.rpartition(".")[0] or connector
            name = modulated or origins.from_connector(module, blocks, carries or "context", source)
            self._add(key, name, module)
        return self._index[key]

    def _projected(self, source: origins.Source, reads: str | None = None) -> int:
        """The stream a projection of the condition writes, for a reader that is named for what it `reads`."""
        key = StreamKey(source.at, source.width, None, StreamKind.PROJECTED)
        if key not in self._index:
            self._add(key, origins.from_projection(source, reads), source.at)
        return self._index[key]

    def _pooled(self, attention: Attention, width: int) -> int | None:
        """The output of the one stack of this width beside an attention that is in no stack, such as a pooling head."""
        if self.scope(attention.path) is not None:
            return None
        for holder in self.findings.tree.nodes[attention.path].ancestors():
            stacks = [o for o, s in self._stacks.items() if o.startswith(f"{holder.path}.") and width in s.names]
            stacks = [o for o in stacks if o in self._blocks]
            if not holder.path or len(stacks) > 1:
                return None
            if stacks:
                return self._output(stacks[0], width, origins.from_tower)
        return None

    def _encoders(self, width: int, scope: str) -> list[str]:
        """The encoders' stacks of this width, the one nearest to a decoder's stack first."""
        others = (o for o, s in self._stacks.items() if "encoder" in words(o) and width in s.names and o != scope)
        return sorted(others, key=lambda other: -origins.shared(other, scope))

    def _encoder(self, width: int, scope: str) -> int | None:
        """The stream of an encoder's stack of this width, for a stack below a decoder."""
        encoders = self._encoders(width, scope) if "decoder" in words(scope) else []
        return self._output(encoders[0], width, origins.from_encoder) if encoders else None

    def _tower(self, width: int, scope: str) -> int | None:
        """The stream of the one other stack that has this width."""
        stacks = [other for other, stack in self._stacks.items() if other != scope and width in stack.names]
        return self._output(stacks[0], width, origins.from_tower) if len(stacks) == 1 else None

    def _output(self, stack: str, width: int, name: Callable[[str, str | None, int], Fact]) -> int:
        """What a stack writes, as a stream that others read."""
        key = StreamKey(stack, width, None, StreamKind.OUTPUT)
        if key not in self._index:
            carries = self._place(stack, width, [])[0].value
            self._add(key, name(stack, str(carries) if carries != names.HIDDEN else None, width), stack)
        return self._index[key]
