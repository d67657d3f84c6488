"""Sizes that changed: widths, kernels, rows of adaLN, vocabulary, latent channels; by how much and where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction

from archkb.kb.paths import first_number, within
from archkb.kb.wording import listed
from archkb.queries.diff.align import Alignment, Pair
from archkb.queries.diff.align.model.words import features
from archkb.queries.diff.edits.edit import Edit
from archkb.queries.diff.edits.precision import packs
from archkb.queries.path_wording import behind, common, merged, stream_free

VOCABULARY = 5000
"""Least number of rows a token table or head has."""
TABLE = 64
"""Most rows a table of modulation vectors has."""
SHOWN = 4
"""Changes of size a line lists."""

NAMES = 6
"""Names of changed tensors a line lists."""

Step = tuple[int, int]
"""A size before and after."""


def resized(alignment: Alignment) -> list[Edit]:
    """One line for the sizes that changed in one way in one place."""
    groups: dict[tuple[str, object], list[Pair]] = {}
    for pair in (p for p in alignment.reshaped if not packs(p, alignment)):
        groups.setdefault(_what(pair, alignment), []).append(pair)
    _follow(groups, alignment)
    return [_resize_edit(kind, where, members, alignment) for (kind, where), members in groups.items()]


def _what(pair: Pair, alignment: Alignment) -> tuple[str, object]:
    rows = _rows(pair, alignment)
    if rows is not None:
        return "rows", rows
    before, after = _shapes(pair, alignment)
    words = features(pair.b[0].split("."))
    if (
        {"tok", "head"} & words.keys()
        and before
        and after
        and before[0] != after[0]
        and max(before[0], after[0]) >= VOCABULARY
    ):
        return "vocabulary", ""
    return "sizes", _context(pair.b[0])


def _follow(groups: dict[tuple[str, object], list[Pair]], alignment: Alignment) -> None:
    """Move what lies outside of blocks to the blocks beside it, where its sizes changed by the same factors."""
    # the factors by which the widths of blocks changed
    blocks = {
        str(where): {Fraction(new, old) for p in pairs for old, new in _widths(p, alignment) if old}
        for (kind, where), pairs in groups.items()
        if kind == "sizes" and any(_in_blocks(p.b[0]) for p in pairs)
    }
    # a group outside joins the nearest blocks that changed by the same
    for (kind, where), pairs in list(groups.items()):
        if kind != "sizes" or str(where) in blocks:
            continue
        beside = [b for b in blocks if all(within(stream_free(p.b[0]), b) for p in pairs)]
        steps = {Fraction(new, old) for p in pairs for old, new in _widths(p, alignment) if old}
        home = max(beside, key=len, default=None)
        if home is not None and steps and steps <= blocks[home] and not any(_kernels(p, alignment) for p in pairs):
            groups[kind, home] += groups.pop((kind, where))


def _shapes(pair: Pair, alignment: Alignment) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return alignment.a[pair.a[0]].shape, alignment.b[pair.b[0]].shape


def _widths(pair: Pair, alignment: Alignment) -> list[Step]:
    """Rows and columns, or output and input channels, that changed."""
    return [*_axis(pair, alignment, 0), *_axis(pair, alignment, 1)]


def _axis(pair: Pair, alignment: Alignment, axis: int) -> list[Step]:
    before, after = _shapes(pair, alignment)
    return (
        [(o, n) for o, n in zip(before[axis : axis + 1], after[axis : axis + 1], strict=True) if o != n]
        if len(before) == len(after)
        else []
    )


def _kernels(pair: Pair, alignment: Alignment) -> list[Step]:
    """Axes of a convolution's kernel that changed."""
    before, after = _shapes(pair, alignment)
    return [(o, n) for o, n in zip(before[2:], after[2:], strict=True) if o != n] if len(before) == len(after) else []


def _rows(pair: Pair, alignment: Alignment) -> Step | None:
    """Modulation vectors before and after, where their number changed and not only their width.

    A table has one a row; a linear layer yields as many as its outputs are times its inputs.
    """
    path, _, local = pair.b[0].rpartition(".")
    words = features(path.split(".")[-2:] if local in ("weight", "bias") else [local])
    if not {"mod", "table"} & words.keys():
        return None
    before, after = _shapes(pair, alignment)
    if local == "bias":
        old, new = pair.a[0].rpartition(".")[0] + ".weight", f"{path}.weight"
        if old not in alignment.a or new not in alignment.b:
            return None
        before, after = alignment.a[old].shape, alignment.b[new].shape
    if len(before) != 2 or len(after) != 2:
        return None
    if local in ("weight", "bias"):
        if before[0] % max(1, before[1]) or after[0] % max(1, after[1]):
            return None
        step = before[0] // before[1], after[0] // after[1]
    else:
        step = before[0], after[0]
    return step if step[0] != step[1] and max(step) <= TABLE else None


def _resize_edit(kind: str, where: object, pairs: Sequence[Pair], alignment: Alignment) -> Edit:
    changed = tuple((p.a[0], p.b[0]) for p in pairs)
    names, count = _names(p.b[0] for p in pairs), behind(len(pairs))
    place = common(p.b[0] for p in pairs)
    located = f" in {place}" if place else ""
    widths = _steps(s for p in pairs for s in set(_widths(p, alignment)))
    kernels = _steps(s for p in pairs for s in set(_kernels(p, alignment)))
    if isinstance(where, tuple):
        text = f"adaLN rows {where[0]} -> {where[1]}{located}: {names}"
    elif kind == "vocabulary":
        columns = _steps(s for p in pairs for s in _axis(p, alignment, 1))
        rows = _steps(s for p in pairs for s in _axis(p, alignment, 0))
        text = f"vocabulary {rows}{f', widths {columns}' if columns else ''}{located}: {names}"
    elif not any(_in_blocks(p.b[0]) for p in pairs):
        sizes = [f"{_ends(pairs, alignment)} {widths}"] if widths else []
        sizes += [f"kernel sizes {kernels}"] if kernels else []
        text = f"{'; '.join(sizes) or _axes(pairs[0], alignment)}{located}: {names}"
    else:
        sizes = [f"widths {widths}"] if widths else []
        sizes += [f"kernel sizes {kernels}"] if kernels else []
        places = merged(_place(p.b[0]) for p in pairs)
        text = f"{'; '.join(sizes) or _axes(pairs[0], alignment)} in {places or 'the model'}"
    return Edit("reshaped", text + count, changed=changed)


def _axes(pair: Pair, alignment: Alignment) -> str:
    before, after = _shapes(pair, alignment)
    return f"shapes as {list(before)} -> {list(after)}"


def _steps(steps: Iterable[Step]) -> str:
    """Changes of size, the commonest first."""
    seen = Counter(steps)
    common = sorted(seen, key=lambda s: (-seen[s], s))
    more = " ..." if len(common) > SHOWN else ""
    return ", ".join(f"{old} -> {new}" for old, new in common[:SHOWN]) + more


def _context(key: str) -> str:
    """The part a tensor is in, without the stream it serves."""
    return stream_free(_place(key))


def _place(key: str) -> str:
    """The part a tensor is in: what holds its stack, or else what holds its module."""
    *parts, local = key.split(".")
    index = _block(key)
    if index is not None:
        return ".".join(parts[: max(0, index - 1)])
    while parts and parts[-1].isdigit():
        parts.pop()
    return ".".join(parts[:-1] if local in ("weight", "bias") else parts)


def _in_blocks(key: str) -> bool:
    return _block(key) is not None


def _block(key: str) -> int | None:
    """Where in a key the number of its block stands; a numbered plain layer is no block."""
    *parts, local = key.split(".")
    least = 1 if local in ("weight", "bias") else 0
    return first_number(parts[: len(parts) - least])


def _ends(pairs: Sequence[Pair], alignment: Alignment) -> str:
    """What a size at the ends of a model is: of latent, where the first reads and the last writes another size."""
    said = [features(p.b[0].split(".")) for p in pairs]
    if all("head" in s for s in said) and not any(_axis(p, alignment, 1) for p in pairs):
        return "outputs"
    # what reads the input and what writes the output
    reads = [p for p, s in zip(pairs, said, strict=True) if {"patch", "input"} & s.keys()]
    writes = [p for p, s in zip(pairs, said, strict=True) if {"out", "final"} & s.keys() and p not in reads]
    within_hidden = any(_axis(p, alignment, 0) for p in reads) or any(_axis(p, alignment, 1) for p in writes)
    ends = reads and writes and len(reads) + len(writes) == len(pairs)
    return "latent channels" if ends and not within_hidden else "width"


def _names(keys: Iterable[str]) -> str:
    seen = Counter(stream_free(".".join(_tail(k))) for k in keys)
    common = sorted(seen.items(), key=lambda i: (-i[1], i[0]))
    return listed((f"{n} × {c}" if c > 1 else n for n, c in common), NAMES)


def _tail(key: str) -> list[str]:
    parts = [p for p in key.split(".") if not p.isdigit()]
    if parts[-1] in ("weight", "bias") and len(parts) > 1:
        parts.pop()
    return parts[-2:] if len(parts) > 1 and len(parts[-1]) < 8 else parts[-1:]
