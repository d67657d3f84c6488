"""Words for paths: names without their stream, several paths as one pattern, lists with the rest counted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from archkb.kb.wording import counted, listed

_STREAM = re.compile(r"(?<![A-Za-z0-9_])(audio|video)_|_(audio|video)(?=_)")
_BETWEEN = re.compile(r"(audio|video)_to_(audio|video)|(?<![a-z])(a2v|v2a)(?![a-z])")


def stream_free(name: str) -> str:
    """A name without the stream it serves; what leads from one stream to the other is named after both.

    >>> stream_free("audio_prompt_table"), stream_free("video_connector"), stream_free("audio_to_video_attn")
    ('prompt_table', 'connector', 'audio↔video_attn')
    """
    return _BETWEEN.sub("audio↔video", name) if _BETWEEN.search(name) else _STREAM.sub("", name)


def last(path: str) -> str:
    """The last name of a path that is no number."""
    return next((p for p in reversed(path.split(".")) if not p.isdigit()), path)


def behind(count: int) -> str:
    """How many tensors are behind a line; nothing where the line is about one."""
    return f" ({counted(count, 'tensor')})" if count > 1 else ""


def common(paths: Iterable[str]) -> str:
    """The innermost module around all these tensors, before any number; empty where there is none.

    What holds a weight or a bias is the layer, and no place.

    >>> common(["m.net.blocks.0.a", "m.net.out.weight"]), common(["m.a", "n.b"]), common(["head.weight", "head.bias"])
    ('m.net', '', '')
    """
    ways: list[list[str]] = []
    for path in paths:
        *modules, local = path.split(".")
        ways.append(modules[:-1] if local in ("weight", "bias") else modules)
    shared: list[str] = []
    for level in zip(*ways, strict=False):
        if len(set(level)) > 1 or level[0].isdigit():
            break
        shared.append(level[0])
    return ".".join(shared)


def merged(paths: Iterable[str]) -> str:
    """Paths as few patterns: what differs between paths of one length stands in braces, or
    in brackets where it is there or not.

    >>> merged(["model.audio_net.blocks", "model.video_net.blocks"]), merged(["a.b"]), merged(["a", "b.c"])
    ('model.{audio,video}_net.blocks', 'a.b', 'a, b.c')
    >>> merged(["m.audio_table", "m.table"])
    'm.[audio_]table'
    """
    groups: dict[int, list[list[str]]] = {}
    for path in dict.fromkeys(paths):
        names = path.split(".")
        groups.setdefault(len(names), []).append(names)
    out = []
    for group in groups.values():
        columns = [list(dict.fromkeys(column)) for column in zip(*group, strict=True)]
        wide = [c for c in columns if len(c) > 1]
        if len(wide) > 1 or len(group) > 6:
            out += [".".join(names) for names in group]
        else:
            out.append(".".join(_braced(c) for c in columns))
    return listed(sorted(out), 6)


def _braced(names: Sequence[str]) -> str:
    words = [n.split("_") for n in names]
    short = min(map(len, words))
    head = next((i for i in range(short) if len({w[i] for w in words}) > 1), short)
    tail = next((i for i in range(short - head) if len({w[-1 - i] for w in words}) > 1), short - head)
    inner = ["_".join(w[head : len(w) - tail]) for w in words]
    first, end = "_".join(words[0][:head]), "_".join(words[0][len(words[0]) - tail :])
    if len(names) == 1 or "" not in inner:
        middle = inner[0] if len(names) == 1 else f"{{{','.join(inner)}}}"
        return "_".join(x for x in (first, middle, end) if x)
    some = [x for x in inner if x]
    if len(some) > 1 or not (first or end):
        return f"{{{','.join(names)}}}"
    return f"{first}[_{some[0]}]{f'_{end}' if end else ''}" if first else f"[{some[0]}_]{end}"
