"""A page on what a model is: component by component, one line a fact, each with its evidence on demand.

Equal blocks are described once, with the indices they stand for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kb.errors import NotFoundError
from kb.outline import human, ranges
from kb.paths import within
from kb.tables import GraphTables
from queries.diff.profile import Cells, Profile


@dataclass(frozen=True, slots=True)
class Because:
    """The evidence of one value in a line."""

    property: str
    value: Any
    rule: str
    basis: str
    confidence: float
    detail: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the page; `level` is its indent, `path` the module it speaks of ('' for the model)."""

    level: int
    path: str
    text: str
    evidence: tuple[Because, ...] = ()


def explain(tables: GraphTables, path: str = "") -> tuple[Line, ...]:
    """The page for a model, or for the part of it below `path`."""
    p = Profile(tables)
    if path and path not in p.modules:
        raise NotFoundError(
            f"{p.name} has no module {path!r}", near=[m for m in p.modules if m.endswith(path.rpartition(".")[2])][:3]
        )
    if path:
        return tuple(_module(p, p.modules[path], 0))
    lines = [_headline(p)]
    shown: set[str] = set()
    for component in p.components:
        if not any(o is not component and _within(component, str(o["path"])) for o in p.components):
            lines.extend(_component(p, component, 1))
            shown.add(str(component["path"]))
    rest = [s for s in p.labelled("Stack") if not any(_within(s, c) for c in shown) and not _inner(p, s)]
    for stack in rest:
        lines.extend(_stack(p, stack, 1))
    lines.extend(_unknowns(p))
    return tuple(lines)


def because(cells: Cells, *properties: str) -> tuple[Because, ...]:
    """The evidence stored beside these properties; those without evidence are left out."""
    return tuple(
        Because(
            prop,
            cells[prop],
            cells[f"{prop}_rule"],
            cells[f"{prop}_basis"],
            cells[f"{prop}_confidence"],
            cells[f"{prop}_detail"] or "",
        )
        for prop in properties
        if cells.get(f"{prop}_rule")
    )


def _within(cells: Cells, path: str) -> bool:
    return within(str(cells["path"]), path)


def _inner(p: Profile, stack: Cells) -> bool:
    """Whether the stack lies in a block of another stack."""
    return any(o["path"] != stack["path"] and _within(stack, str(o["path"])) for o in p.labelled("Stack"))


def _headline(p: Profile) -> Line:
    m = p.model
    dtypes = ", ".join(m["dtypes"])
    text = (
        f"{p.name}: {m['role'] or 'role unknown'}, {human(m['n_params'])} elements in {m['n_tensors']:,} tensors, "
        f"{m['n_bytes'] / 1e9:.2f} GB ({dtypes})"
    )
    return Line(0, "", text, because(m, "role"))


def _component(p: Profile, c: Cells, level: int) -> Iterator[Line]:
    latent = f", {c['latent_channels']} latent channels" if c["latent_channels"] else ""
    text = f"{c['path']}: {c['role'] or 'role unknown'}, {human(c['n_params'])} elements{latent}"
    yield Line(level, str(c["path"]), text, because(c, "role", "latent_channels"))
    for stack in p.labelled("Stack"):
        if stack["component"] == c["path"] and _within(stack, str(c["path"])) and not _inner(p, stack):
            yield from _stack(p, stack, level + 1)
    yield from _layers(p, c, level + 1)
    nested = [n for n in p.components if n["path"] != c["path"] and _within(n, str(c["path"]))]
    for n in sorted(nested, key=lambda n: -n["n_params"]):
        if p.modules[str(n["path"]).rpartition(".")[0]]["component"] == c["path"]:
            yield from _component(p, n, level + 1)


def _stack(p: Profile, stack: Cells, level: int) -> Iterator[Line]:
    blocks = p.children.get(str(stack["path"]), [])
    groups: dict[str, list[Cells]] = {}
    for block in sorted(blocks, key=lambda b: b["ordinal"] or 0):
        groups.setdefault(block["template"], []).append(block)
    alike = "all alike" if len(groups) == 1 else f"of {len(groups)} templates"
    text = f"{stack['path']}: {stack['stack_depth']} blocks, {alike}, {human(stack['n_params'])} elements"
    yield Line(level, str(stack["path"]), text, because(stack, "stack_depth"))
    for members in groups.values():
        if len(groups) > 1:
            where = ranges(m["ordinal"] for m in members if m["ordinal"] is not None)
            each = f"{human(members[0]['n_params'])} elements{' each' * (len(members) > 1)}"
            many = "blocks" if len(members) > 1 else "block"
            yield Line(level + 1, str(members[0]["path"]), f"{many} {where}: {each}")
        yield from _module(p, members[0], level + (2 if len(groups) > 1 else 1), head=False)


def _module(p: Profile, c: Cells, level: int, head: bool = True) -> Iterator[Line]:
    path = str(c["path"])
    if head:
        yield Line(level, path, f"{path}: {c['kind']}, {human(c['n_params'])} elements", because(c, "kind"))
    below = [x for x in p.modules.values() if _within(x, path)]
    for x in below:
        if x["label"] == "Attention":
            yield _attention(p, x, path, level + head)
        elif x["label"] == "FeedForward":
            yield _feed_forward(x, path, level + head)
    yield from _residuals(p, below, level + head)


def _relative(c: Cells, path: str) -> str:
    return str(c["path"])[len(path) + 1 :] or str(c["name"])


def _attention(p: Profile, c: Cells, path: str, level: int) -> Line:
    asks, reads = p.links.get(str(c["path"]), (None, None))
    streams = ""
    if asks is not None and reads is not None:
        same = asks["uid"] == reads["uid"]
        streams = f" of {asks['name']}" if same else f", {asks['name']} reads {reads['name']}"
    heads = f"{c['heads']} heads of {c['head_dim']}" if c["heads"] and c["head_dim"] else "heads unknown"
    kind = f"{c['attends']}-attention" if c["attends"] else "attention, self or cross unknown"
    extra = ", gated" if c["gated"] else ""
    text = f"{_relative(c, path)}: {kind}{streams}, {c['q_dim']} ← {c['kv_dim']}, {heads}{extra}"
    return Line(level, str(c["path"]), text, because(c, "attends", "heads", "kv_heads", "head_dim", "qk_norm"))


def _feed_forward(c: Cells, path: str, level: int) -> Line:
    experts = f", {c['experts']} experts" if c["experts"] else ""
    text = f"{_relative(c, path)}: {c['form'] or 'unknown'} feed-forward, {c['width']} → {c['hidden']}{experts}"
    return Line(level, str(c["path"]), text, because(c, "form"))


def _residuals(p: Profile, below: list[Cells], level: int) -> Iterator[Line]:
    """One line for each way blocks add; blocks that add alike share it."""
    said: dict[str, list[Cells]] = {}
    for block in below:
        found = sorted(p.residuals.get(block["uid"], ()), key=lambda e: (e["order"], p.by_uid[e["target"]]["path"]))
        if found:
            said.setdefault(_adds(p, block, found), []).append(block)
    for text, blocks in said.items():
        first = p.residuals[blocks[0]["uid"]][0]
        times = f" (in {len(blocks)} blocks)" if len(blocks) > 1 else ""
        yield Line(level, str(blocks[0]["path"]), f"adds{times}: {text}", because(first, "form"))


def _adds(p: Profile, block: Cells, found: list[Cells]) -> str:
    names: dict[int, list[str]] = {}
    streams: dict[int, str | None] = {}
    for e in found:
        names.setdefault(e["order"], []).append(_relative(p.by_uid[e["target"]], str(block["path"])))
        streams[e["order"]] = e["stream"]
    parts = (" and ".join(names[o]) + (f" → {streams[o]}" if streams[o] else "") for o in names)
    return ", then ".join(parts)


def _layers(p: Profile, c: Cells, level: int) -> Iterator[Line]:
    """What a component has outside its stacks and attentions, as counts by kind."""
    covered = [str(s["path"]) for s in p.labelled("Stack") if _within(s, str(c["path"]))]
    loose = [
        x
        for x in p.inside(p.modules.values(), str(c["path"]))
        if x["component"] == c["path"] and x["label"] in ("Linear", "Conv", "Norm", "Embedding", "Recurrent")
        if not any(_within(x, s) for s in covered)
    ]
    if loose:
        counted = Counter(str(x["kind"]) for x in loose)
        text = ", ".join(f"{n} {kind}" for kind, n in sorted(counted.items()))
        yield Line(level, str(c["path"]), f"{'outside the stacks' if covered else 'layers'}: {text}")


def _unknowns(p: Profile) -> Iterator[Line]:
    """What the header does not tell, by reason."""
    reasons: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], Cells] = {}
    for role, properties in (("Attention", ("attends", "heads")), ("FeedForward", ("form",)), ("Component", ("role",))):
        for c in p.labelled(role):
            for prop in properties:
                if c[prop] is None and c[f"{prop}_rule"]:
                    key = (prop, str(c[f"{prop}_detail"]))
                    reasons[key] += 1
                    first.setdefault(key, c)
    for (prop, why), n in sorted(reasons.items()):
        c = first[prop, why]
        yield Line(1, str(c["path"]), f"unknown: {prop} of {n} (first {c['path']}), because {why}", because(c, prop))
