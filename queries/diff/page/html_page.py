"""The whole page. Read `page`: its sections stand there in their order."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from archkb.kb.wording import counted
from archkb.queries.diff.comparison import Adaptation, Diff
from archkb.queries.diff.page.adapter_section import base_diagrams, summary, touched
from archkb.queries.diff.page.aspects_table import aspects_table
from archkb.queries.diff.page.block_diagrams import block_diagrams
from archkb.queries.diff.page.block_forms import form_notes
from archkb.queries.diff.page.edit_lines import script
from archkb.queries.diff.page.html_text import opens, role, safe
from archkb.queries.diff.page.marks import SIGNS, WORDS, MarkName, marks, not_compared
from archkb.queries.diff.page.module_rows import Trees
from archkb.queries.diff.page.outline_pairs import alone, merge
from archkb.queries.diff.similarity_words import similarity_text
from archkb.queries.model_view import ModelView

RELATIONS = {
    "identical": "The two headers are the same.",
    "packaging": "One architecture, packed or spelt in two ways.",
    "part": "One is a part of the other.",
    "versions": "One architecture.",
    "resized": "One architecture in other sizes.",
    "adapter": "An adapter and the model it is laid on.",
    "designs": "Two designs: few tensors have a partner, so they are compared by function.",
}
VERSIONS = "Two versions of one family."
"""Said instead where the headers or their users name both; shapes alone show an architecture, and no kinship."""


def page(diff: Diff, source: ModelView, target: ModelView, *, tensors: bool = False) -> str:
    """The comparison as one HTML document that needs nothing else. `tensors`: with a table of changed keys."""
    if diff.adaptation:
        body = _adapter(diff.adaptation, diff, source, target)
    elif diff.relation == "designs":
        body = _designs(diff, source, target)
    else:
        body = _versions(diff, source, target, tensors)
    return _document(f"{diff.a} and {diff.b}", _head(diff, source, target) + body)


def _versions(diff: Diff, source: ModelView, target: ModelView, tensors: bool) -> str:
    scales = {key for edit in diff.edits if edit.kind == "retyped" for key in (*edit.added, *edit.removed)}
    tensor_marks = marks(diff.alignment, scales)
    trees = Trees(tensor_marks, (form_notes(source), form_notes(target)))
    tree = trees.html(merge(source.outline, target.outline, diff.alignment))
    return (
        _legend([name for name in SIGNS if name not in ("apart", "touched")])
        + _section("What changed", script(diff, source, target), "changes")
        + _section(
            "Blocks",
            block_diagrams(source, target, diff.alignment, tensor_marks, apart=False),
            "blocks",
        )
        + _section("By function", aspects_table(diff, tensors=tensors), "function")
        + _section(
            "Modules",
            f'<div class="pair heads"><b>{safe(source.name)}</b><b>{safe(target.name)}</b></div>{tree}',
            "modules",
        )
    )


def _designs(diff: Diff, source: ModelView, target: ModelView) -> str:
    """No tensor has a partner: no list of changes, and two trees beside each other."""
    trees = Trees(not_compared, (form_notes(source), form_notes(target)), alone=True)
    both = (trees.html(alone(source.outline, "a")), trees.html(alone(target.outline, "b")))
    columns = "".join(f"<div><b>{safe(t.name)}</b>{tree}</div>" for t, tree in zip((source, target), both, strict=True))
    return (
        _section("Blocks", block_diagrams(source, target, diff.alignment, not_compared, apart=True), "blocks")
        + _section("By function", aspects_table(diff, tensors=False), "function")
        + _section("Modules", f'<div class="pair trees">{columns}</div>', "modules")
    )


def _adapter(adaptation: Adaptation, diff: Diff, source: ModelView, target: ModelView) -> str:
    """What is touched first, then the base with that marked, then the adapter itself."""
    adapter, base = (source, target) if adaptation.adapter == source.name else (target, source)
    touched_modules = touched(adaptation)
    tree = Trees(touched_modules, (form_notes(base), {}), alone=True).html(alone(base.outline, "a"))
    adapter_tree = Trees(not_compared, ({}, {}), alone=True).html(alone(adapter.outline, "a"))
    return (
        _legend(["same", "touched"])
        + _section("What the adapter changes", summary(adaptation), "changes")
        + _section(f"Blocks of {base.name}", base_diagrams(base, touched_modules), "blocks")
        + _section(f"Modules of {base.name}", tree, "modules")
        + _section("By function", opens("both models side by side", aspects_table(diff, tensors=False)), "function")
        + _section(f"Modules of {adapter.name}", opens("the adapter's own", adapter_tree), "own")
    )


def _document(title: str, body: str) -> str:
    style = files("archkb.queries.diff.page").joinpath("page.css").read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{safe(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _head(diff: Diff, source: ModelView, target: ModelView) -> str:
    similar = f'<p class="counts">Similarity {safe(similarity_text(diff.similarity))}.</p>'
    if diff.relation == "designs" and diff.differs_in:
        similar += f'<p class="counts">They differ in: {safe("; ".join(diff.differs_in))}.</p>'
    return (
        f"<header><h1>{safe(diff.a)} <span>and</span> {safe(diff.b)}</h1>"
        f"<p><b>{VERSIONS if diff.versions else RELATIONS[diff.relation]}</b></p>"
        f'<div class="pair names">{_side(source)}{_side(target)}</div>{similar if not diff.adaptation else ""}</header>'
    )


def _side(view: ModelView) -> str:
    model = view.model
    return (
        f"<div><b>{safe(view.name)}</b><br>{safe(role(model['role']))}, {counted(model['n_params'], 'parameter')} in "
        f"{counted(model['n_tensors'], 'tensor')}, {model['n_bytes'] / 1e9:.2f} GB</div>"
    )


def _legend(names: Sequence[MarkName]) -> str:
    items = (f'<li class="{name}"><span>{SIGNS[name]}</span> {WORDS[name]}</li>' for name in names)
    return f'<ul class="legend" aria-label="Legend">{"".join(items)}</ul>'


def _section(title: str, inner: str, name: str) -> str:
    return f'<section id="{name}"><h2>{safe(title)}</h2>{inner}</section>'
