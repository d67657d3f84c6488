"""A model in a few hundred weighted features: enough to say which models it is like, without loading their graphs.

A sketch has parts. Each is a mapping of a feature to its weight: elements for `spelling` (the last names of a tensor's
path with its shape), `layers` (kind and sizes, no names) and `blocks` (shapes of a whole block, no names); modules for
`form` (attention, feed-forward, norm and convolution kinds in units of their own width); tensors for `words` (the words
of paths). Parts are compared by shares, so that sizes do not matter. `scale` holds three numbers instead: elements,
depth and width of the backbone. `marks` (:mod:`archkb.kb.relations.rare_choices`) are no part of a score: rare choices
that may show a descent.

>>> sketch = Sketch({"form": {"norm RMSNorm": 3}}, {"elements": 8.0})
>>> Sketch.from_text(sketch.text) == sketch
True
"""

from __future__ import annotations

import json
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from math import fsum, gcd, prod
from operator import itemgetter
from typing import Any

from archkb.kb.paths import above, outermost
from archkb.kb.relations.rare_choices import marks
from archkb.kb.tables import GraphTables, NodeTable

Cells = Mapping[str, Any]
Part = Mapping[str, float]
Tensors = Mapping[tuple[str, tuple[int, ...]], int]

PARTS = ("spelling", "layers", "blocks", "form", "words")
"""Parts of a sketch that are weights of features."""
FEWEST = 5e-5
"""Features with a smaller share are left out."""
_PIECE = 50_000
_FEW = 32
"""Up to so many blocks, asking each whether a tensor is in it is quicker than looking for the tensor's."""
_NUMBER = re.compile(r"(?<![^.])\d+\.|\.\d+$")
_WORD = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Sketch:
    """Parts by name, each feature with its weight, and the scale.

    Weights are counts. A store written by an earlier version has rounded shares in their place; as only shares of
    the weights' sum are ever used, both can be read, and compared with each other.
    """

    parts: Mapping[str, Part]
    scale: Mapping[str, float]

    @property
    def text(self) -> str:
        """The sketch as JSON text, keys sorted: how a store keeps it."""
        return json.dumps({"parts": self.parts, "scale": self.scale}, sort_keys=True, separators=(",", ":"))

    def with_marks(self, marks: Iterable[str]) -> Sketch:
        """The sketch with what a model's metadata show; without a part for marks nothing is known, and it stays so."""
        known = self.parts.get("marks")
        more = [mark for mark in marks if known is not None and mark not in known]
        if known is None or not more:
            return self
        return Sketch({**self.parts, "marks": dict.fromkeys(sorted([*known, *more]), 1)}, self.scale)

    @classmethod
    def from_text(cls, text: str) -> Sketch:
        """The sketch a store kept."""
        found = json.loads(text)
        return cls(found["parts"], found["scale"])


def shares(part: Part) -> Part:
    """Each feature's share of the part; but for the last digit of a float they add up to 1.

    >>> shares({"x": 3, "y": 1})
    {'x': 0.75, 'y': 0.25}
    """
    total = fsum(part.values())
    return {name: weight / total for name, weight in part.items()} if total else {}


def kept_sketch(tables: GraphTables) -> Sketch:
    """The sketch of a model with its own marks: the one its structure holds, or a new one where that has none."""
    facts = tables.facts
    text = facts.get("sketch")
    kept = Sketch.from_text(text) if text else sketch(tables.nodes)
    return kept.with_marks(facts.get("marks") or ())


def forms(kept: Sketch, most: int = 3) -> str:
    """The most usual forms of layers as one text, in the order of their names: others with it are looked at first."""
    form = kept.parts.get("form", {})
    usual = sorted(form, key=lambda name: (name.startswith("linear"), -form[name], name))[:most]
    return ", ".join(sorted(usual))


def size_class(role: str | None, width: int) -> str:
    """What a structure of a role is looked for by: adapters apart from what they may adapt.

    >>> size_class("adapter", 4096), size_class(None, 4096)
    ('adapter 4096', 'model 4096')
    """
    return f"{'adapter' if role == 'adapter' else 'model'} {width}"


def sketch(nodes: Iterable[NodeTable]) -> Sketch:
    """The sketch of a structure from its node tables. Like tensors are looked at once."""
    tables = list(nodes)
    counted: dict[str, Counter[str]] = {name: Counter() for name in PARTS}
    widths: Counter[int] = Counter()
    elements = sum(_count_tensors(tensors, counted, widths) for tensors in _tensors(tables))
    depth = _count_modules(_modules(tables), counted)
    counted["blocks"] = _blocks(tables)
    width = max(widths, key=lambda w: (widths[w], w), default=0)
    scale = {"elements": float(elements), "depth": float(depth), "width": float(width)}
    kept = {name: _kept(counted[name]) for name in PARTS}
    return Sketch({**kept, "marks": marks(_specs(tables))}, scale)


def _specs(tables: Iterable[NodeTable]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Keys and shapes of all tensors but side-cars."""
    for _, rows in _rows(tables, "Tensor", "key", "shape", "role"):
        yield from ((key, tuple(shape)) for key, shape, role in rows if role != "side_car")


def _rows(tables: Iterable[NodeTable], primary: str, *names: str) -> Iterator[tuple[NodeTable, Iterator[Any]]]:
    """Each table of a primary label with its rows cut down to these columns, one after the other."""
    for table in tables:
        if table.primary == primary:
            pick = itemgetter(*(table.columns.index(n) for n in names))
            yield table, map(pick, table.rows)


def _tensors(tables: Iterable[NodeTable]) -> Iterator[Tensors]:
    """How many tensors there are of each (key without numbers, shape), some thousands at a time. No side-cars."""
    for _, rows in _rows(tables, "Tensor", "key", "shape", "role"):
        specs = _unnumbered(rows)
        while counted := Counter(islice(specs, _PIECE)):
            yield counted


def _unnumbered(rows: Iterable[tuple[str, Any, str]]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Keys without their numbers, and shapes; no side-cars. Tensors of one module follow each other."""
    module, bare = None, ""
    for key, shape, role in rows:
        if role == "side_car":
            continue
        path, dot, local = key.rpartition(".")
        if local[:1].isdecimal():
            yield _NUMBER.sub("", key), tuple(shape)
            continue
        if path != module:
            module, bare = path, _NUMBER.sub("", path + dot)
        yield bare + local, tuple(shape)


def _modules(tables: Iterable[NodeTable]) -> Iterator[tuple[Cells, int]]:
    """One of each sort of module that holds elements, and how many there are of it."""
    for table, keys in _rows(tables, "Module", "pattern", "template", "n_params"):
        sorts: dict[Any, list[int]] = {}
        for at, key in enumerate(keys):
            if key in sorts:
                sorts[key][1] += 1
            else:
                sorts[key] = [at, 1]
        for (_, _, elements), (at, count) in sorts.items():
            if elements:
                yield {**dict(zip(table.columns, table.rows[at], strict=True)), "label": table.role}, count


def _kept(counted: Counter[str]) -> dict[str, int]:
    least = FEWEST * sum(counted.values())
    return {name: n for name, n in sorted(counted.items()) if n and n >= least}


def _short(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"


def _by(sizes: Iterable[int] | None) -> str:
    return "x".join(map(str, sizes or ()))


def _count_tensors(tensors: Tensors, counted: Mapping[str, Counter[str]], widths: Counter[int]) -> int:
    """Features of tensors, and elements by width; elements of all of them."""
    spelling, words, total = counted["spelling"], counted["words"], 0
    for (key, shape), count in tensors.items():
        elements = count * prod(shape)
        total += elements
        spelling[_short(f"{'.'.join(key.split('.')[-3:])} {_by(shape)}")] += elements
        for word in {w.lower() for w in _WORD.findall(key.rpartition(".")[0])}:
            words[word] += count
        for size in set(shape[:2]):
            widths[size] += elements
    return total


def _count_modules(modules: Iterable[tuple[Cells, int]], counted: Mapping[str, Counter[str]]) -> int:
    """Features of modules; depth of the stack that holds most elements."""
    layers, form, stack = counted["layers"], counted["form"], (0, 0)
    for m, count in modules:
        sizes = _sizes(m)
        if sizes:
            layers[f"{m['kind']} {sizes}"] += count * m["n_params"]
        for name in _forms(m):
            form[name] += count
        if m["label"] == "Stack":
            stack = max(stack, (m["n_params"], m["stack_depth"] or 0))
    return stack[1]


def _sizes(m: Cells) -> str:
    match m["label"]:
        case "Linear":
            return f"{m['in_features']}>{m['out_features']}"
        case "Conv":
            return f"{m['in_channels']}>{m['out_channels']} {_by(m['kernel'])}"
        case "Embedding":
            return f"{m['rows']}x{m['width']}"
        case "Norm":
            return str(m["features"])
    return ""


def _blocks(tables: Iterable[NodeTable]) -> Counter[str]:
    """Outermost blocks by the sorted shapes below one of each template."""
    tables = list(tables)
    blocks = {path: (template, n) for t, rows in _rows(tables, "Module", "path", "template", "n_params")
              if t.role == "Block" for path, template, n in rows}  # fmt: skip
    roots = outermost(blocks)
    example = {blocks[root][0]: root for root in reversed(roots)}
    shapes: dict[str, list[str]] = {root: [] for root in example.values()}
    below = tuple(f"{root}." for root in shapes) if len(shapes) <= _FEW else ("",)
    for _, rows in _rows(tables, "Tensor", "key", "shape", "role"):
        module, inside = None, None
        for key, shape, role in rows if shapes else ():
            path, dot, _ = key.rpartition(".")
            if path != module:  # tensors of one module follow each other
                module, place = path, path + dot
                inside = next((p for p in above(place) if p in shapes), None) if place.startswith(below) else None
            if inside is not None and role != "side_car":
                shapes[inside].append(_by(shape))
    out: Counter[str] = Counter()
    for root in roots:
        template, n_params = blocks[root]
        out[_short(" ".join(sorted(shapes[example[template]])))] += n_params
    return out


def _forms(m: Cells) -> Iterator[str]:
    match m["label"]:
        case "Attention":
            yield f"attention {m['attends'] or '?'} {m['form']}"
            yield f"attention qk_norm {m['qk_norm'] or '?'}"
            if m["gqa"] and m["gqa"] > 1:
                yield "attention grouped"
            if m["gated"]:
                yield "attention gated"
        case "FeedForward":
            yield f"feed-forward {m['form']}"
            if m["width"] and m["hidden"]:
                yield f"feed-forward {m['form']} {m['hidden'] / m['width']:.1f}"
        case "Norm":
            yield f"norm {m['kind']}"
        case "Conv":
            yield f"{m['kind']} {_by(m['kernel'])}{' depthwise' if m['depthwise'] else ''}"
        case "Linear":
            rows, columns = m["out_features"], m["in_features"]
            shared = gcd(rows, columns) if rows and columns else 1
            yield f"linear {rows // shared}:{columns // shared}" if shared > 8 else "linear"
            if m["modulation_rows"]:
                yield f"modulation {m['modulation_rows']}"
        case "Recurrent" | "Embedding":
            yield str(m["kind"])
