"""Where a context comes from: the projection outside all blocks that writes its width."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple

from archkb.ingest.analysis import Findings
from archkb.ingest.layers.layer_view import layer_of
from archkb.ingest.rules import fact, rule
from archkb.ingest.streams.modality import condition, modality
from archkb.ingest.tree.module_tree import Node
from archkb.ingest.tree.name_words import vocabulary, words
from archkb.kb.values import Fact

_PROJECTION = rule(
    "stream.context_projection",
    "neighbour",
    "A projection outside the blocks, named for a condition, writes the width that keys and values read.",
)
_CONNECTOR = rule(
    "stream.connector",
    "neighbour",
    "A stack of self-attention blocks that prepares a condition, as wide as what keys and values read, writes it.",
)
_ENCODER = rule("stream.encoder", "neighbour", "A decoder's attention reads what the encoder of its width writes.")
_TOWER = rule(
    "stream.tower",
    "neighbour",
    "Keys and values of another width than the queries read the one other stack of the model that has it.",
)
_MODULATED = rule(
    "stream.modulated_context", "name", "The block modulates what its cross-attention reads, and names it for a text."
)
_CONTEXT = rule("stream.context", "convention", "What cross-attention reads and nothing names is its context.")
_ADDED = rule("stream.joint_context", "name", "The second stream of a joint attention.")

_CONDITION = vocabulary("caption captions text txt prompt context ctx cond condition conditioning t5 clip llm cap hid")
_ANY = vocabulary("cond condition conditioning")
_TEXT = vocabulary("caption text txt prompt")
_STREAMS = frozenset(("video", "audio", "image"))
_NOT_TOKENS = vocabulary(
    "time timestep timesteps adaln modulation scale shift pooled pool pooler head vector norm guidance label position"
    " pos"
)


class Source(NamedTuple):
    """A layer that writes a width into the blocks: its path, what its words say, and which condition they name.

    `at` is the module it is the exit of, where it is the only one; else the layer itself. `plain`: a condition that a
    cross-attention may read without being named for it.
    """

    path: str
    width: int
    name_words: frozenset[str]
    carries: str | None
    at: str
    plain: bool


@dataclass(frozen=True, slots=True)
class Sources:
    """Layers outside the blocks that are named for a condition, by the width they write and by the one they read."""

    by_width: dict[int, list[Source]]
    by_reading: dict[int, list[Source]]

    def of_condition(self, width: int, scope: str, tag: str | None) -> Source | None:
        """The layer that writes or, failing that, reads a connector's width."""
        reading = (s for s in self.by_reading.get(width, ()) if s.plain)
        return self.best(width, scope, tag) or next(reading, None)

    def best(self, width: int, scope: str, tag: str | None, wish: Wish | None = None) -> Source | None:
        """The source for a context of this width read from a stack at `scope` by a stream that carries `tag`.

        Of several that suit the wish the one that is named for the reading stream, then one of the condition most
        likely meant, then the one nearest to the stack, then the last.
        """
        wish = wish or Wish()

        def rank(item: tuple[int, Source]) -> tuple[bool, int, int, int]:
            source = item[1]
            return (for_reader(source.name_words, tag), wish.rank(source.carries), shared(source.path, scope), item[0])

        suitable = [s for s in enumerate(self.by_width.get(width, ())) if wish.suits(s[1].carries, plain=s[1].plain)]
        return max(suitable, key=rank)[1] if suitable else None


@dataclass(frozen=True, slots=True)
class Wish:
    """What a cross-attention may read: what its name says, and what its siblings' names say they read instead."""

    reads: str | None = None
    taken: frozenset[str] = frozenset()

    def suits(self, carries: str | None, *, plain: bool = True) -> bool:
        """Whether a source of that condition may be it. A source that names none may be a text."""
        if self.reads is not None:
            return carries == self.reads or (carries is None and self.reads == "text")
        return plain and (carries or "text") not in self.taken

    def rank(self, carries: str | None) -> int:
        """The higher the likelier: what is asked for or a text, then what names nothing, then another condition."""
        return 2 if carries == (self.reads or "text") else 1 if carries is None else 0


def for_reader(name_words: Iterable[str], tag: str | None) -> bool:
    """Whether a source suits a reader that carries `tag`: its words name that stream, or none."""
    named = {m for word in name_words if (m := modality(word)) and m != "text"}
    return tag in named if named else tag != "audio"


def shared(a: str, b: str) -> int:
    """How many path segments two paths share from the start."""
    pairs = zip(a.split("."), b.split("."), strict=False)
    return len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))


def sources(findings: Findings, scope_of: Callable[[str], str | None]) -> Sources:
    """Layers outside all stacks of blocks that are named for a condition."""
    written: dict[int, list[Source]] = {}
    read: dict[int, list[Source]] = {}
    for path in findings.leaves:
        widths = None if path in findings.origin else _widths(findings, path)  # twins lie in stacks
        if widths is None or path.rpartition(".")[0] in findings.attentions:
            continue
        name_words = frozenset(words(path))
        known, named = _CONDITION & name_words, condition(words(path))
        if (named or known) and not name_words & _NOT_TOKENS and scope_of(path) is None:
            carries = "text" if named in _STREAMS - {"image"} and known - _ANY else named
            carries = carries or ("text" if known - _ANY else None)
            plain = bool(known) and (carries is None or carries == "text" or carries in _STREAMS)
            source = Source(path, widths[1], name_words, carries, _exit_of(findings, path), plain)
            written.setdefault(widths[1], []).append(source)
            read.setdefault(widths[0], []).append(source)
    return Sources(written, read)


def _widths(findings: Findings, path: str) -> tuple[int, int] | None:
    """Width a matrix reads and width it writes, None for any other layer."""
    leaf = findings.leaves.get(path)
    layer = layer_of(leaf, path) if leaf is not None else None
    return layer.widths if layer is not None and not layer.conv else None


def _exit_of(findings: Findings, path: str) -> str:
    """The module around a matrix if it is a chain of matrices that ends in this one, else the matrix itself."""
    parent = findings.tree.nodes[path].parent
    stacks = (findings.stacks.get(node.path) for node in parent.distinct()) if parent is not None else ()
    if parent is None or not parent.path or any(stack is not None and stack.blocks for stack in stacks):
        return path
    inner = {node.path: w for node in parent.distinct() if (w := _widths(findings, node.path))}
    exits = [p for p, (_, out) in inner.items() if not any(out == w[0] for q, w in inner.items() if q != p)]
    return parent.path if len(inner) > 1 and exits in ([], [path]) else path


def from_projection(source: Source, reads: str | None = None) -> Fact:
    """The name of a context that a projection writes; `reads` is what its reader is named for."""
    return fact(source.carries or reads or "context", _PROJECTION, f"{source.at} writes {source.width} channels")


def from_connector(path: str, blocks: int, carries: str, source: Source | None) -> Fact:
    """The name of what a stack writes that stands between a projection of a condition and the blocks."""
    behind = f", behind {source.at}" if source is not None else ""
    return fact(carries, _CONNECTOR, f"{path} has {blocks} blocks of that width{behind}")


def from_encoder(stack: str, carries: str | None, width: int) -> Fact:
    """The name of what a decoder reads from its encoder."""
    return fact(carries or "encoder", _ENCODER, f"the encoder's blocks are {width} wide")


def from_tower(stack: str, carries: str | None, width: int) -> Fact:
    """The name of what is read from another stack of the model."""
    return fact(carries or "context", _TOWER, f"of all stacks only {stack.rpartition('.')[2]} is {width} wide")


def from_modulation(node: Node, width: int) -> Fact | None:
    """The name of a context for which the block has a table or a bias, of the context's width; None without one."""
    for local, spec in node.tensors.items():
        if spec.shape and spec.shape[-1] == width and not _TEXT.isdisjoint(words(local)):
            return fact("text", _MODULATED, f"the block owns {local} {list(spec.shape)}")
    return None


def unnamed_context(width: int) -> Fact:
    """The name of a context nothing is known of."""
    return fact("context", _CONTEXT, f"keys and values read {width} channels from elsewhere")


def second_of_joint(carries: str, path: str) -> Fact:
    """The name of the stream a joint attention has added projections for."""
    return fact(carries, _ADDED, f"{path} reads it")
