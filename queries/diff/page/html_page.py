"""The whole page. Read `page`: its sections stand there in their order."""

from __future__ import annotations

from importlib.resources import files

from archkb.kb.outline import outline
from archkb.kb.tables import GraphTables
from archkb.kb.wording import counted
from archkb.queries.diff.adapter_on_base import Adaptation
from archkb.queries.diff.compare import Diff
from archkb.queries.diff.page.adapter_section import base_pictures, summary, touched
from archkb.queries.diff.page.aspects_table import function
from archkb.queries.diff.page.block_diagrams import pictures
from archkb.queries.diff.page.block_forms import said_of
from archkb.queries.diff.page.edit_lines import script
from archkb.queries.diff.page.html_text import opens, role, safe
from archkb.queries.diff.page.marks import SIGNS, WORDS, marks, untold
from archkb.queries.diff.page.module_rows import Trees
from archkb.queries.diff.page.outline_pairs import alone, merge
from archkb.queries.diff.similarity_words import similarity
from archkb.queries.model_view import Profile

RELATIONS = {
    "identical": "The two headers are the same.",
    "packaging": "One architecture, packed or spelt in two ways.",
    "part": "One is a part of the other.",
    "versions": "Two versions of one architecture.",
    "resized": "One architecture in other sizes.",
    "adapter": "An adapter and the model it is laid on.",
    "designs": "Two designs: few tensors have a partner, so they are compared by function.",
}


def page(diff: Diff, a: GraphTables, b: GraphTables, *, tensors: bool = False) -> str:
    """The comparison as one HTML document that needs nothing else. `tensors`: with a table of changed keys."""
    if diff.adaptation:
        body = _adapter(diff.adaptation, diff, a, b)
    elif diff.relation == "designs":
        body = _designs(diff, a, b)
    else:
        body = _versions(diff, a, b, tensors)
    return _document(f"{diff.a} and {diff.b}", _head(diff, a, b) + body)


def _versions(diff: Diff, a: GraphTables, b: GraphTables, tensors: bool) -> str:
    left, right = Profile(a), Profile(b)
    scales = {key for e in diff.edits if e.kind == "retyped" for key in (*e.added, *e.removed)}
    seen = marks(diff.alignment, scales)
    trees = Trees(seen, (said_of(left), said_of(right)))
    tree = trees.html(merge(outline(a), outline(b), diff.alignment))
    return (
        _legend([name for name in SIGNS if name not in ("apart", "touched")])
        + _section("What changed", script(diff, left, right), "changes")
        + _section("Blocks", pictures(left, right, diff.alignment, seen, apart=False), "blocks")
        + _section("By function", function(diff, tensors=tensors), "function")
        + _section(
            "Modules", f'<div class="pair heads"><b>{safe(a.name)}</b><b>{safe(b.name)}</b></div>{tree}', "modules"
        )
    )


def _designs(diff: Diff, a: GraphTables, b: GraphTables) -> str:
    """No tensor has a partner: no list of changes, and two trees beside each other."""
    left, right = Profile(a), Profile(b)
    trees = Trees(untold, (said_of(left), said_of(right)), alone=True)
    both = (trees.html(alone(outline(t), side)) for t, side in ((a, "a"), (b, "b")))
    columns = "".join(f"<div><b>{safe(t.name)}</b>{tree}</div>" for t, tree in zip((a, b), both, strict=True))
    return (
        _section("Blocks", pictures(left, right, diff.alignment, untold, apart=True), "blocks")
        + _section("By function", function(diff, tensors=False), "function")
        + _section("Modules", f'<div class="pair trees">{columns}</div>', "modules")
    )


def _adapter(x: Adaptation, diff: Diff, a: GraphTables, b: GraphTables) -> str:
    """What is touched first, then the base with that marked, then the adapter itself."""
    own, base = (a, b) if x.adapter == a.name else (b, a)
    profile = Profile(base)
    seen = touched(Profile(own), profile)
    tree = Trees(seen, (said_of(profile), {}), alone=True).html(alone(outline(base), "a"))
    itself = Trees(untold, ({}, {}), alone=True).html(alone(outline(own), "a"))
    return (
        _legend(["same", "touched"])
        + _section("What the adapter changes", summary(x), "changes")
        + _section(f"Blocks of {base.name}", base_pictures(profile, seen), "blocks")
        + _section(f"Modules of {base.name}", tree, "modules")
        + _section("By function", opens("both models side by side", function(diff, tensors=False)), "function")
        + _section(f"Modules of {own.name}", opens("the adapter's own", itself), "own")
    )


def _document(title: str, body: str) -> str:
    style = files("archkb.queries.diff.page").joinpath("page.css").read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{safe(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _head(diff: Diff, a: GraphTables, b: GraphTables) -> str:
    similar = f'<p class="counts">Similarity {safe(similarity(diff.similarity))}.</p>'
    if diff.relation == "designs" and diff.differs_in:
        similar += f'<p class="counts">They differ in: {safe("; ".join(diff.differs_in))}.</p>'
    return (
        f"<header><h1>{safe(diff.a)} <span>and</span> {safe(diff.b)}</h1>"
        f"<p><b>{RELATIONS[diff.relation]}</b></p>"
        f'<div class="pair names">{_side(a)}{_side(b)}</div>{similar if not diff.adaptation else ""}</header>'
    )


def _side(t: GraphTables) -> str:
    m = t.model
    return (
        f"<div><b>{safe(t.name)}</b><br>{safe(role(m['role']))}, {counted(m['n_params'], 'parameter')} in "
        f"{counted(m['n_tensors'], 'tensor')}, {m['n_bytes'] / 1e9:.2f} GB</div>"
    )


def _legend(names: list[str]) -> str:
    items = (f'<li class="{name}"><span>{SIGNS[name]}</span> {WORDS[name]}</li>' for name in names)
    return f'<ul class="legend" aria-label="Legend">{"".join(items)}</ul>'


def _section(title: str, inner: str, name: str) -> str:
    return f'<section id="{name}"><h2>{safe(title)}</h2>{inner}</section>'
