"""What changed, said by templates: one line for what happened alike in many blocks, its tensors on demand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from kb.outline import ranges
from kb.paths import above
from queries.diff.align import Alignment, Pair
from queries.diff.align.words import features
from queries.diff.precision import quantised

_STREAM = re.compile(r"(?<![A-Za-z0-9_])(audio|video)_|_(audio|video)(?=_)")

VOCABULARY = 5000
"""Least number of rows a token table or head has."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One line of the script. `kind`: depth, added, removed, reshaped, retyped or packaging.

    `removed` and `added` are keys, `changed` pairs of keys (first model, second model): the tensors behind the line.
    """

    kind: str
    text: str
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    changed: tuple[tuple[str, str], ...] = ()

    @property
    def count(self) -> int:
        """Tensors behind the line."""
        return len(self.removed) + len(self.added) + len(self.changed)


def edits(found: Alignment) -> tuple[Edit, ...]:
    """The edit script of an alignment, structure first, then shapes, dtypes and names. Empty when nothing differs."""
    retyped = quantised(found)
    cars = {k for group in retyped for k in (*group.added, *group.removed)}
    removed, added = ([k for k in keys if k not in cars] for keys in (found.removed, found.added))
    out = [
        *_news("removed", removed, _ancestors(k for p in found.pairs for k in p.a)),
        *_news("added", added, _ancestors(k for p in found.pairs for k in p.b)),
    ]
    out = _depths(out, found)
    out += _reshapes(found)
    out += [Edit("retyped", g.text, g.removed, g.added, g.changed) for g in retyped]
    return (*out, *_packaging(found, alone=not out))


def stream_free(name: str) -> str:
    """A name without the stream it serves.

    >>> stream_free("audio_prompt_table"), stream_free("video_connector")
    ('prompt_table', 'connector')
    """
    return _STREAM.sub("", name)


def _ancestors(keys: Iterable[str]) -> set[str]:
    """The keys and all modules they lie in."""
    return {path for key in keys for path in (key, *above(key))}


def _root(key: str, known: set[str]) -> str:
    """The shallowest part of a key's path that has nothing matched below it."""
    parts = key.split(".")
    for i in range(1, len(parts) + 1):
        path = ".".join(parts[:i])
        if path not in known:
            return path
    return key


def _news(how: str, keys: Sequence[str], known: set[str]) -> list[Edit]:
    """Parts that only one model has, by their name and what they hang on."""
    groups: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for key in keys:
        root = _root(key, known)
        parent, _, name = root.rpartition(".")
        if name.isdigit():
            group = ("#", stream_free(_template(parent)))
        elif name in ("weight", "bias"):
            group = (name, stream_free(_last(parent)))
        else:
            group = ("", stream_free(name))
        groups.setdefault(group, []).append((root, key))
    return [_said(how, what, name, members) for (what, name), members in groups.items()]


def _said(how: str, what: str, name: str, members: list[tuple[str, str]]) -> Edit:
    keys = tuple(k for _, k in members)
    roots = list(dict.fromkeys(r for r, _ in members))
    own = {_last(r) for r in roots}
    name = own.pop() if len(own) == 1 and not what else name
    verb = "dropped" if how == "removed" and what == "bias" else how
    if what == "#":
        indices = ranges(int(r.rpartition(".")[2]) for r in roots)
        text = f"blocks {indices} of {_where(r.rpartition('.')[0] for r in roots)} {how}"
    elif what:
        text = f"{what} of {name} {verb} × {len(roots)}"
    else:
        text = f"{_title(name)} {how}{_places(roots)}"
    count = f" ({len(keys):,} tensors)" if len(keys) > 1 else ""
    return Edit("depth" if what == "#" else how, text + count, **{how: keys})  # type: ignore[arg-type]


def _title(name: str) -> str:
    """A part's name with what it is where its words say so."""
    said = features([name])
    for word, title in (("gate", "gate"), ("mod", "modulation"), ("norm", "norm")):
        if word in said and title not in name:
            return f"{title} {name}"
    return f"gate ({name})" if "gate" in said and name != "gate" else name


def _places(roots: Sequence[str]) -> str:
    """What the parts hang on: `to 6 attentions × 48 blocks`, or the paths themselves."""
    stacks: dict[str, tuple[set[str], set[str]]] = {}
    loose: list[str] = []
    for root in roots:
        parts = root.split(".")
        at = next((i for i, p in enumerate(parts) if p.isdigit()), None)
        if at is None:
            loose.append(root)
            continue
        inner, indices = stacks.setdefault(stream_free(".".join(parts[:at][-2:])), (set(), set()))
        inner.add(".".join(parts[:at][:-1] + parts[at + 1 :]))
        indices.add(root[: len(".".join(parts[: at + 1]))])
    said = [_in_stack(stack, inner, indices) for stack, (inner, indices) in stacks.items()]
    if loose:
        said.append(_where(loose) if len(loose) < 4 else f"{len(loose)} places")
    return f": {'; '.join(said)}" if said else ""


def _in_stack(stack: str, inner: set[str], indices: set[str]) -> str:
    owners = {p.rpartition(".")[0] for p in inner}
    attention = all("attn" in features(o.split(".")[-1:]) for o in owners if o)
    stacks = len({i.rpartition(".")[0] for i in indices})
    places = len(inner) // stacks if len(inner) % stacks == 0 else len(inner)
    per = f"{places} {'attention' if attention and any(owners) else 'place'}{'s' if places > 1 else ''}"
    each = f" in each of {stacks}" if stacks > 1 else ""
    return f"{per} × {len(indices) // stacks} blocks of {stack}{each}"


def _where(paths: Iterable[str]) -> str:
    return ", ".join(sorted(set(paths)))


def _last(path: str) -> str:
    return next((p for p in reversed(path.split(".")) if not p.isdigit()), path)


def _template(path: str) -> str:
    return ".".join("#" if p.isdigit() else p for p in path.split("."))


def _depths(found: list[Edit], alignment: Alignment) -> list[Edit]:
    """Blocks gained or lost at a stack both models have: said as a change of depth where it is one."""
    return [_deeper(e, alignment) if e.kind == "depth" else e for e in found]


def _deeper(edit: Edit, found: Alignment) -> Edit:
    keys = edit.added or edit.removed
    here, there = (found.b, found.a) if edit.added else (found.a, found.b)
    matched = [(p.b[0], p.a[0]) if edit.added else (p.a[0], p.b[0]) for p in found.pairs]
    known = _ancestors(m for m, _ in matched)
    stacks = {s for s in (_stack(k, known) for k in keys) if s}
    said = []
    for stack in sorted(stacks):
        twins = Counter(
            s for k, q in matched if k.startswith(f"{stack}.") for s in [_upto(q, stack.count(".") + 1)] if s
        )
        if not twins:
            return edit
        twin = twins.most_common(1)[0][0]
        depths = _depth(twin, there), _depth(stack, here)
        said.append((*(depths if edit.added else depths[::-1]), _last(stack.rpartition(".")[0] or stack), stack))
    text = _spell(said, edit)
    return Edit("depth", text, edit.removed, edit.added)


def _spell(said: list[tuple[int, int, str, str]], edit: Edit) -> str:
    groups: dict[tuple[int, int], list[str]] = {}
    for before, after, _, stack in said:
        groups.setdefault((before, after), []).append(stack)
    parts = [f"{_where(stacks)} depth {before} -> {after}" for (before, after), stacks in groups.items()]
    verb = "added" if edit.added else "removed"
    return f"{'; '.join(parts)} ({edit.count:,} tensors {verb})"


def _stack(key: str, known: set[str]) -> str:
    return _root(key, known).rpartition(".")[0]


def _upto(key: str, length: int) -> str:
    parts = key.split(".")
    at = [i for i, p in enumerate(parts) if p.isdigit()]
    fit = [i for i in at if i >= length - 1] or at
    return ".".join(parts[: min(fit, key=lambda i: abs(i - length))]) if fit else ""


def _depth(stack: str, tensors: Iterable[str]) -> int:
    dot = f"{stack}."
    found = {k[len(dot) :].partition(".")[0] for k in tensors if k.startswith(dot)}
    return sum(f.isdigit() for f in found)


def _reshapes(found: Alignment) -> list[Edit]:
    """Sizes that changed, by how much and where."""
    groups: dict[tuple[str, Fraction], list[Pair]] = {}
    for pair in found.reshaped:
        steps = _steps(pair, found)
        factor = Fraction(*max(steps, key=lambda s: s[0])) if steps else Fraction(1)
        what = (_context(pair.b[0]), Fraction(0))
        if _modulates(pair.b[0]):
            what = ("adaLN rows", factor)
        elif any(old >= VOCABULARY for _, old in steps) and {"tok", "head"} & features(pair.b[0].split(".")).keys():
            what = ("vocabulary", Fraction(0))
        groups.setdefault(what, []).append(pair)
    return [_resized(what, members, found) for (what, _), members in groups.items()]


def _steps(pair: Pair, found: Alignment) -> list[tuple[int, int]]:
    """(new, old) of the axes that changed; of the whole where the number of axes did."""
    x, y = found.a[pair.a[0]].shape, found.b[pair.b[0]].shape
    if len(x) == len(y):
        return [(n, o) for o, n in zip(x, y, strict=True) if o != n and o]
    return []


def _modulates(key: str) -> bool:
    said = features(key.split("."))
    return "mod" in said or "table" in said


def _context(key: str) -> str:
    """The part a tensor is in: what holds its stack, or else what holds its module."""
    *parts, local = key.split(".")
    at = next((i for i, p in enumerate(parts) if p.isdigit() and len(parts) - i > 1), None)
    if at is not None:
        return stream_free(".".join(parts[: max(0, at - 1)]))
    while parts and parts[-1].isdigit():
        parts.pop()
    return stream_free(".".join(parts[:-1] if local in ("weight", "bias") else parts))


def _in_blocks(key: str) -> bool:
    parts = key.split(".")[:-1]
    return any(p.isdigit() and len(parts) - i > 1 for i, p in enumerate(parts))


def _resized(what: str, pairs: list[Pair], found: Alignment) -> Edit:
    steps = Counter(step for p in pairs for step in set(_steps(p, found)))
    changed = tuple((p.a[0], p.b[0]) for p in pairs)
    small = sorted(steps, key=lambda s: s[1])
    sizes = ", ".join(f"{old} -> {new}" for new, old in small[:4]) + (" ..." if len(small) > 4 else "")
    names = _names(p.b[0] for p in pairs)
    if what == "adaLN rows":
        text = f"adaLN rows {small[0][1]} -> {small[0][0]}: {names}" if small else f"adaLN reshaped: {names}"
    elif any(_in_blocks(p.b[0]) for p in pairs):
        text = f"widths {sizes} in {what or 'the model'}"
    else:
        text = f"{_ends(pairs)} {sizes}: {names}"
    return Edit("reshaped", f"{text} ({len(pairs):,} tensors)", changed=changed)


def _ends(pairs: Sequence[Pair]) -> str:
    """What a size at the ends of a model is."""
    said = [features(p.b[0].split(".")) for p in pairs]
    if all("tok" in s or "head" in s for s in said):
        return "vocabulary"
    first = any("patch" in s or "input" in s for s in said)
    last = any("out" in s or "final" in s for s in said)
    return "latent channels" if first and last else "width"


def _names(keys: Iterable[str]) -> str:
    counted = Counter(stream_free(".".join(_tail(k))) for k in keys)
    return ", ".join(f"{n} × {c}" if c > 1 else n for n, c in sorted(counted.items(), key=lambda i: (-i[1], i[0])))


def _tail(key: str) -> list[str]:
    parts = [p for p in key.split(".") if not p.isdigit()]
    if parts[-1] in ("weight", "bias") and len(parts) > 1:
        parts.pop()
    return parts[-2:] if len(parts) > 1 and len(parts[-1]) < 8 else parts[-1:]


def _packaging(found: Alignment, alone: bool) -> list[Edit]:
    """Names and the way tensors are packed."""
    out = []
    kinds: tuple[tuple[str, Callable[[Pair], bool]], ...] = (
        ("renamed", lambda p: p.kind == "rename"),
        ("fused", lambda p: p.kind == "fuse"),
        ("split", lambda p: p.kind == "split"),
        ("transposed", lambda p: p.kind == "transpose"),
    )
    said, changed = [], []
    for verb, is_one in kinds:
        members = [p for p in found.pairs if is_one(p)]
        if members:
            said.append(f"{len(members):,} {verb}")
            changed += [(x, y) for p in members for x in p.a for y in p.b]
    if said:
        head = "identical architecture, " if alone else ""
        out.append(Edit("packaging", head + ", ".join(said), changed=tuple(changed)))
    return out
