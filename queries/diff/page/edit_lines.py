"""The lines of the edit script under the parts of the model they are about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from archkb.kb.paths import above
from archkb.kb.wording import counted
from archkb.queries.diff.changes import tally
from archkb.queries.diff.comparison import Diff
from archkb.queries.diff.edits.edit import Edit
from archkb.queries.diff.page.html_text import folded, role, safe
from archkb.queries.diff.page.marks import SIGNS, WORDS, MarkName
from archkb.queries.model_view import ModelView

WHOLE = "The whole model"
MOST = 10
"""Lines of a part that are shown at once."""

_MARKS: Mapping[str, MarkName] = {
    "depth": "changed",
    "reshaped": "changed",
    "packaging": "renamed",
    "retyped": "retyped",
    "added": "added",
    "removed": "removed",
}
"""Kind of an edit -> its mark."""


def script(diff: Diff, source: ModelView, target: ModelView) -> str:
    """HTML of all edits, parts in the order of their first line, with what became of the tensors."""
    if diff.same:
        return "<p>Nothing.</p>"
    groups: dict[str, list[str]] = {}
    for edit in diff.edits:
        mark = _MARKS[edit.kind]
        line = f'<li class="{mark}"><span title="{WORDS[mark]}">{SIGNS[mark]}</span> {safe(edit.text)}</li>'
        groups.setdefault(component(edit, source, target), []).append(line)
    parts = [
        _title(name, source, target) * (len(groups) > 1) + folded(lines, MOST, "edits")
        for name, lines in groups.items()
    ]
    return "".join(parts) + f'<p class="counts">{_tally(diff)}</p>'


def _title(name: str, source: ModelView, target: ModelView) -> str:
    """A part's role, and where it is."""
    cells = next((c for view in (target, source) for c in view.components if c["path"] == name), None)
    if cells is None:
        return f"<h3>{safe(name or WHOLE)}</h3>"
    role_text = f"{safe(role(cells['role']))} " if cells["role"] else ""
    return f"<h3>{role_text}<code>{safe(name)}</code></h3>"


def _tally(diff: Diff) -> str:
    counts = [f"{n:,} {what}" for what, n in tally(diff.alignment).items() if n]
    total = counted(len(diff.alignment.a), "tensor"), counted(len(diff.alignment.b), "tensor")
    return f"{total[0]} in the first, {total[1]} in the second: {', '.join(counts)}."


def component(edit: Edit, source: ModelView, target: ModelView) -> str:
    """Path of the innermost component that holds more than half of an edit's tensors; empty for the whole model."""
    held = Counter(path for key in edit.added for path in _components(key, target))
    held.update(path for key in edit.removed for path in _components(key, source))
    for source_key, target_key in edit.changed:
        held.update({*_components(source_key, source), *_components(target_key, target)})
    most = [path for path, count in held.items() if 2 * count > edit.count]
    return max(most, key=lambda path: (path.count("."), path), default="")


def _components(key: str, view: ModelView) -> Iterator[str]:
    for path in above(key):
        if path in view.modules and view.modules[path]["label"] == "Component":
            yield path
