"""The lines of the edit script under the parts of the model they are about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from archkb.kb.paths import above
from archkb.kb.wording import counted
from archkb.queries.diff.changes import tally
from archkb.queries.diff.compare import Diff
from archkb.queries.diff.edits import Edit
from archkb.queries.diff.page.html_text import folded, role, safe
from archkb.queries.diff.page.marks import SIGNS, WORDS
from archkb.queries.model_view import Profile

WHOLE = "The whole model"
MOST = 10
"""Lines of a part that are shown at once."""

_MARK = {"depth": "changed", "reshaped": "changed", "packaging": "renamed"}


def script(diff: Diff, a: Profile, b: Profile) -> str:
    """HTML of all edits, parts in the order of their first line, with what became of the tensors."""
    if diff.same:
        return "<p>Nothing.</p>"
    groups: dict[str, list[str]] = {}
    for e in diff.edits:
        mark = _MARK.get(e.kind, e.kind)
        line = f'<li class="{mark}"><span title="{WORDS[mark]}">{SIGNS[mark]}</span> {safe(e.text)}</li>'
        groups.setdefault(component(e, a, b), []).append(line)
    parts = [_title(name, a, b) * (len(groups) > 1) + folded(lines, MOST, "edits") for name, lines in groups.items()]
    return "".join(parts) + f'<p class="counts">{_tally(diff)}</p>'


def _title(name: str, a: Profile, b: Profile) -> str:
    """A part's role, and where it is."""
    cells = next((c for p in (b, a) for c in p.components if c["path"] == name), None)
    if cells is None:
        return f"<h3>{safe(name or WHOLE)}</h3>"
    said = f"{safe(role(cells['role']))} " if cells["role"] else ""
    return f"<h3>{said}<code>{safe(name)}</code></h3>"


def _tally(diff: Diff) -> str:
    counts = [f"{n:,} {what}" for what, n in tally(diff.alignment).items() if n]
    total = counted(len(diff.alignment.a), "tensor"), counted(len(diff.alignment.b), "tensor")
    return f"{total[0]} in the first, {total[1]} in the second: {', '.join(counts)}."


def component(e: Edit, a: Profile, b: Profile) -> str:
    """Path of the innermost component that holds more than half of an edit's tensors; empty for the whole model."""
    held = Counter(path for k in e.added for path in _components(k, b))
    held.update(path for k in e.removed for path in _components(k, a))
    for x, y in e.changed:
        held.update({*_components(x, a), *_components(y, b)})
    most = [path for path, n in held.items() if 2 * n > e.count]
    return max(most, key=lambda path: (path.count("."), path), default="")


def _components(key: str, p: Profile) -> Iterator[str]:
    for path in above(key):
        if path in p.modules and p.modules[path]["label"] == "Component":
            yield path
