"""The whole page. Read `page`: its sections stand there in their order."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from importlib.resources import files

from kb.outline import outline
from kb.tables import GraphTables
from queries.diff.answer import side_by_side
from queries.diff.changes import tally
from queries.diff.compare import Diff
from queries.diff.edits import Edit
from queries.diff.page.marks import SIGNS, WORDS, Marks, marks
from queries.diff.page.modules import modules
from queries.diff.page.pairs import Row, alone, merge
from queries.diff.page.pictures import pictures
from queries.diff.profile import Profile
from queries.render import shown

RELATIONS = {
    "identical": "The two headers are the same.",
    "packaging": "One architecture, packed or spelt in two ways.",
    "versions": "Two versions of one architecture.",
    "adapter": "An adapter and a model it is laid on.",
    "designs": "Two designs: few tensors have a partner, so they are compared by function.",
}


def page(diff: Diff, a: GraphTables, b: GraphTables, *, tensors: bool = False) -> str:
    """The comparison as one HTML document that needs nothing else. `tensors`: with a table of changed keys."""
    apart = diff.relation in ("designs", "adapter")
    left, right = Profile(a), Profile(b)
    seen = marks(diff.alignment, apart=apart)
    rows = _rows(diff, a, b, apart)
    body = (
        _head(diff, a, b),
        _legend(apart),
        _section("What changed", _edits(diff, left, right), "changes") if not apart else "",
        _section("Blocks", pictures(left, right, diff.alignment, seen), "blocks"),
        _section("By function", _table(diff, tensors=tensors), "function"),
        _section("Modules", _modules(rows, seen), "modules"),
    )
    style = files("queries.diff.page").joinpath("page.css").read_text(encoding="utf-8")
    title = escape(f"{diff.a} and {diff.b}")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(part for part in body if part)
        + "\n</main>\n</body>\n</html>\n"
    )


def _rows(diff: Diff, a: GraphTables, b: GraphTables, apart: bool) -> list[Row]:
    left, right = outline(a), outline(b)
    return [alone(left, "a"), alone(right, "b")] if apart else [merge(left, right, diff.alignment)]


def _modules(rows: list[Row], seen: Marks) -> str:
    """One tree of pairs, or two trees beside each other."""
    trees = [modules(row, seen) for row in rows]
    return trees[0] if len(trees) == 1 else f'<div class="pair">{"".join(f"<div>{t}</div>" for t in trees)}</div>'


def _head(diff: Diff, a: GraphTables, b: GraphTables) -> str:
    similar = f"Similarity {diff.similarity.score:.2f}"
    parts = ", ".join(f"{name} {value:.2f}" for name, value in diff.similarity.parts.items())
    differs = f" They differ in {escape('; '.join(diff.differs_in))}." if diff.differs_in else ""
    return (
        f"<header><h1>{escape(diff.a)} <span>and</span> {escape(diff.b)}</h1>"
        f"<p><b>{RELATIONS[diff.relation]}</b> {similar} ({escape(parts)}).{differs}</p>"
        f'<div class="pair names">{_side(a)}{_side(b)}</div></header>'
    )


def _side(t: GraphTables) -> str:
    m = t.model
    role = str(m["role"] or "role unknown").replace("_", " ")
    return (
        f"<div><b>{escape(t.name)}</b><br>{escape(role)}, {m['n_params']:,} elements in {m['n_tensors']:,} tensors, "
        f"{m['n_bytes'] / 1e9:.2f} GB</div>"
    )


def _legend(apart: bool) -> str:
    if apart:
        return ""
    items = (f'<li class="{name}"><span>{SIGNS[name]}</span> {WORDS[name]}</li>' for name in SIGNS if name != "apart")
    return f'<ul class="legend" aria-label="Legend">{"".join(items)}</ul>'


def _section(title: str, inner: str, name: str) -> str:
    return f'<section id="{name}"><h2>{title}</h2>{inner}</section>'


_MARK = {"depth": "changed", "reshaped": "changed", "packaging": "renamed"}


def _edits(diff: Diff, a: Profile, b: Profile) -> str:
    """Lines by the component their first tensor is in, components in the order of their first line."""
    if diff.same:
        return "<p>Nothing.</p>"
    groups: dict[str, list[str]] = {}
    for e in diff.edits:
        mark = _MARK.get(e.kind, e.kind)
        line = f'<li class="{mark}"><span title="{WORDS[mark]}">{SIGNS[mark]}</span> {escape(e.text)}</li>'
        groups.setdefault(_component(e, a, b), []).append(line)
    counts = ", ".join(f"{n:,} {what}" for what, n in tally(diff.alignment).items() if n)
    parts = [
        (f"<h3>{escape(name or 'The model itself')}</h3>" if len(groups) > 1 else "")
        + f'<ul class="edits">{"".join(lines)}</ul>'
        for name, lines in groups.items()
    ]
    return f'{"".join(parts)}<p class="counts">Tensors: {counts}.</p>'


def _component(e: Edit, a: Profile, b: Profile) -> str:
    key, side = (e.added[0], b) if e.added else (e.removed[0], a) if e.removed else (e.changed[0][1], b)
    path = key
    while path and path not in side.modules:
        path = path.rpartition(".")[0]
    return str(side.modules[path]["component"] or "") if path else ""


def _table(diff: Diff, *, tensors: bool) -> str:
    answer = side_by_side(diff, named=True, everything=True, tensors=tensors)
    rows = [r for r in shown(answer) if r[0] != "change"]
    head = "".join(f'<th scope="col">{escape(c)}</th>' for c in answer.columns)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{"".join(_tr(rows))}</tbody></table></div>'


def _tr(rows: Iterable[list[str]]) -> Iterable[str]:
    for cells in rows:
        same = ' class="same"' if cells[-1] == "same" else ""
        yield f"<tr{same}>{''.join(f'<td>{escape(c)}</td>' for c in cells)}</tr>"
