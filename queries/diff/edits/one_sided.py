"""Parts that only one of two models has, by their name and what they hang on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from archkb.kb.paths import first_number, pattern
from archkb.kb.wording import counted, listed, ranges
from archkb.queries.block_index import spell
from archkb.queries.diff.align.model.words import features
from archkb.queries.diff.edits.edit import Edit
from archkb.queries.diff.edits.unmatched_subtrees import UnmatchedSubtrees
from archkb.queries.path_wording import behind, last, merged, stream_free

STREAMS = ("audio", "video", "image")
BRANCH = 3
"""Least number of parts that are told of as one stream."""
MOST = 6
"""Names a line lists."""
_BOTH = {"av", "a2v", "v2a"}
"""Words for what joins sound and pictures: where there is no sound, there is none of it."""


def one_sided_edits(subtrees: UnmatchedSubtrees) -> list[Edit]:
    """Lines for what is there in one model only."""
    subtrees = subtrees.whole_layers()
    left = list(subtrees.tensors)
    out: list[Edit] = []
    stream = _lone_stream(subtrees)
    branch = [root for root in left if stream in _words(root)]
    if stream is not None and len(branch) >= BRANCH:
        out.append(_stream(stream, branch, subtrees))
        left = [root for root in left if stream not in _words(root)]
    alone = Counter(root.rpartition(".")[0] for root in left if subtrees.tensors[root] == (root,))
    groups: dict[tuple[str, str], list[str]] = {}
    for root in left:
        groups.setdefault(_group(root, alone if subtrees.tensors[root] == (root,) else {}), []).append(root)
    return out + [_one_sided_edit(what, name, some, subtrees) for (what, name), some in groups.items()]


def _words(path: str) -> set[str]:
    found = {w for name in path.lower().split(".") for w in name.split("_")}
    return found | {"audio"} if found & _BOTH else found


def _lone_stream(subtrees: UnmatchedSubtrees) -> str | None:
    """The stream named in this model and nowhere in what both have; of several that with most tensors."""
    mine = Counter(w for root, keys in subtrees.tensors.items() for w in _words(root) & set(STREAMS) for _ in keys)
    if mine:
        both = {w for key in (*subtrees.twin, *subtrees.twin.values()) for w in _words(key)}
        mine = Counter({s: n for s, n in mine.items() if s not in both})
    return max(mine, key=lambda s: (mine[s], s)) if mine else None


def _stream(stream: str, mine: Sequence[str], subtrees: UnmatchedSubtrees) -> Edit:
    keys = _keys(mine, subtrees)
    names = dict.fromkeys(last(root) for root in mine)
    text = f"{stream} {subtrees.how}: {listed(list(names), MOST)}{behind(len(keys))}"
    return _edit(subtrees.how, text, keys)


def _group(root: str, alone: Mapping[str, int]) -> tuple[str, str]:
    """What a root is told with. `alone`: how many single tensors a module lost or gained, where the root is one."""
    parent, _, name = root.rpartition(".")
    if name.isdigit():
        return "#", stream_free(pattern(parent))
    if name in ("weight", "bias"):
        return name, _layer_group(parent)
    if alone.get(parent, 0) > 1 and not any(p.isdigit() for p in parent.split(".")):
        return "of", parent
    return "", stream_free(name)


def _layer_group(path: str) -> str:
    """What a layer's weight or bias is told with: its sublayer in the blocks of one stack, or its name elsewhere."""
    parts = path.split(".")
    number = first_number(parts[:-1])
    if number is None:
        return stream_free(last(path))
    return stream_free(".".join((*parts[:number], "{i}", parts[number + 1])))


def _one_sided_edit(what: str, name: str, members: Sequence[str], subtrees: UnmatchedSubtrees) -> Edit:
    keys = _keys(members, subtrees)
    names_of_roots = {last(root) for root in members}
    name = names_of_roots.pop() if len(names_of_roots) == 1 and not what else name
    how = "dropped" if subtrees.how == "removed" and what == "bias" else subtrees.how
    if what == "#":
        indices = ranges(int(root.rpartition(".")[2]) for root in members)
        text = f"blocks {indices} of {merged(root.rpartition('.')[0] for root in members)} {how}"
    elif what == "of":
        names = listed([root.rpartition(".")[2] for root in members], MOST)
        text = f"{names}{f' of {name}' if name else ''} {subtrees.how}"
    elif what:
        layers = [root.rpartition(".")[0] for root in members]
        names = listed(_few(list(dict.fromkeys(map(_in_block, layers)))), MOST)
        text = f"{what} of {names or 'the model'} {how}{_places(members, subtrees, layers) if any(layers) else ''}"
    else:
        text = f"{_title(name, members)} {how}{_places(members, subtrees)}"
    return _edit(subtrees.how, text + behind(len(keys)), keys)


def _edit(how: str, text: str, keys: tuple[str, ...]) -> Edit:
    return Edit(how, text, removed=keys) if how == "removed" else Edit(how, text, added=keys)


def _keys(some: Iterable[str], subtrees: UnmatchedSubtrees) -> tuple[str, ...]:
    return tuple(k for root in some for k in subtrees.tensors[root])


def _title(name: str, some: Sequence[str]) -> str:
    """A part's name with what it is where its words say so; a feed-forward's gate is half of it, or a router."""
    words = features([name])
    if "gate" in words and any("ffn" in features([last(root.rpartition(".")[0])]) for root in some):
        return f"{name} of the feed-forward"
    for word, title in (("gate", "gate"), ("mod", "modulation"), ("norm", "norm")):
        if word in words and title not in name:
            return f"{title} {name}"
    return f"gate ({name})" if "gate" in words and name != "gate" else name


def _few(paths: Sequence[str]) -> Sequence[str]:
    """Paths as they are where they are few, else with {i} for their numbers."""
    return paths if len(paths) <= MOST else [pattern(path) for path in paths]


def _in_block(path: str) -> str:
    """A layer's path in its block; outside of blocks its last name."""
    parts = path.split(".")
    number = first_number(parts[:-1])
    return last(path) if number is None else ".".join(parts[number + 1 :])


def _places(some: Sequence[str], subtrees: UnmatchedSubtrees, loosely: Sequence[str] = ()) -> str:
    """What the parts hang on: `6 attentions × 48 blocks of blocks`, `1 place × blocks.3`, or the paths themselves.

    `loosely`: how those outside of blocks are named, where not by themselves.
    """
    stacks: dict[str, _Hung] = {}
    loose: list[str] = []
    for root, name in zip(some, loosely or some, strict=True):
        place = _block(root)
        if place is None or (place[1] and "." not in place[2] and loosely):
            loose.append(name)
            continue
        stack, index, inner = place
        hung = stacks.setdefault(stream_free(stack), _Hung(set(), set(), set()))
        hung.stacks.add(stack)
        hung.inner.add(inner)
        hung.blocks.add((stack, index))
    parts = [_in_stack(hung, subtrees) for hung in stacks.values()]
    if loose:
        parts.append(merged(loose))
    return f": {'; '.join(parts)}" if parts else ""


class _Hung(NamedTuple):
    """What parts hang on in stacks of one name: paths of the stacks, places in a block, (stack, index) of blocks."""

    stacks: set[str]
    inner: set[str]
    blocks: set[tuple[str, str]]


def _block(path: str) -> tuple[str, str, str] | None:
    """(stack, index of the block, path in it) of what lies in a block; a block of a stage has two numbers."""
    parts = path.split(".")
    number = first_number(parts[:-1])
    if number is None:
        return None
    end = number + 2 if parts[number + 1].isdigit() and number + 2 < len(parts) else number + 1
    return ".".join(parts[:number]), ".".join(parts[number:end]), ".".join(parts[end:])


def _in_stack(hung: _Hung, subtrees: UnmatchedSubtrees) -> str:
    owners = {p.rpartition(".")[0] for p in hung.inner}
    attention = any(owners) and all("attn" in features(o.split(".")[-1:]) for o in owners if o)
    places = counted(len(hung.inner), "attention" if attention else "place")
    if len(hung.blocks) == len(hung.stacks):  # one block each: named
        return f"{places} × {merged(sorted(f'{stack}.{index}' for stack, index in hung.blocks))}"
    known = {b[:2] for path in (*subtrees.known, *subtrees.tensors) if (b := _block(path)) and b[0] in hung.stacks}
    some = f" ({spell(index for _, index in hung.blocks)})" if known - hung.blocks else ""
    return f"{places} × {counted(len(hung.blocks) // len(hung.stacks), 'block')} of {merged(sorted(hung.stacks))}{some}"
