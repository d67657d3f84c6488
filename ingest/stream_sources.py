"""Where a context comes from: the projection outside all blocks that writes its width."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple

from ingest.analysis import Analysis
from ingest.rules import fact, rule
from ingest.stream_names import modality
from ingest.tree import Node
from ingest.words import vocabulary, words
from kb.values import Fact

_PROJECTION = rule(
    "stream.context_projection",
    "neighbour",
    "A projection outside the blocks, named for a condition, writes the width that keys and values read.",
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
_TEXT = vocabulary("caption text txt prompt")
_NOT_TOKENS = vocabulary(
    "time timestep timesteps adaln modulation scale shift pooled pool vector norm guidance label position pos"
)


class Source(NamedTuple):
    """A layer that writes a width into the blocks: its module's path, and what its words say."""

    path: str
    width: int
    said: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sources:
    """Layers outside the blocks that are named for a condition, by the width they write and by the one they read."""

    by_width: dict[int, list[Source]]
    by_reading: dict[int, list[Source]]

    def of_condition(self, width: int, scope: str, tag: str | None) -> Source | None:
        """The layer that writes or, failing that, reads a connector's width."""
        found = self.by_reading.get(width)
        return self.best(width, scope, tag) or (found[0] if found else None)

    def best(self, width: int, scope: str, tag: str | None) -> Source | None:
        """The source for a context of this width read from a stack at `scope` by a stream that carries `tag`.

        Of several the one that is named for the reading stream, then the one nearest to the stack, then the last.
        """
        found = self.by_width.get(width)
        if not found:
            return None

        def rank(item: tuple[int, Source]) -> tuple[bool, int, int]:
            named = {m for w in item[1].said if (m := modality(w)) and m != "text"}
            suits = tag in named if named else tag is None or tag not in ("audio",)
            return (suits, _shared(item[1].path, scope), item[0])

        return max(enumerate(found), key=rank)[1]


def _shared(a: str, b: str) -> int:
    """How many path segments two paths share from the start."""
    pairs = zip(a.split("."), b.split("."), strict=False)
    return len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))


def sources(analysis: Analysis, scope_of: Callable[[str], str | None]) -> Sources:
    """Layers outside all stacks of blocks that are named for a condition."""
    written: dict[int, list[Source]] = {}
    read: dict[int, list[Source]] = {}
    for path in analysis.leaves:
        if path in analysis.origin:  # twins lie in stacks
            continue
        leaf = analysis.leaves[path]
        width, reads = leaf.attributes.get("out_features"), leaf.attributes.get("in_features")
        if leaf.role != "Linear" or not isinstance(width, int) or not isinstance(reads, int):
            continue
        said = frozenset(words(path))
        if said & _CONDITION and not said & _NOT_TOKENS and scope_of(path) is None:
            written.setdefault(width, []).append(Source(path, width, said))
            read.setdefault(reads, []).append(Source(path, width, said))
    return Sources(written, read)


def from_projection(source: Source) -> Fact:
    """The name of a context that a projection writes."""
    carries = "image" if source.said & {"image", "img"} and not source.said & {"text", "txt"} else "text"
    return fact(carries, _PROJECTION, f"{source.path.rpartition('.')[0] or source.path} writes {source.width} channels")


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
