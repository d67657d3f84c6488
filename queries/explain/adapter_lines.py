"""An adapter on the page: what it adapts, its targets by place, and their ranks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from archkb.kb.paths import pattern
from archkb.kb.relations.adapter import Target
from archkb.kb.wording import counted
from archkb.queries.explain.fact_lines import Line
from archkb.queries.model_view import ModelView

Bases = Sequence[tuple[str, str]]
"""Names of the models an adapter adapts, each with what shows it."""


def adapter_lines(view: ModelView, bases: Bases | None) -> Iterator[Line]:
    """Nothing where the model is no adapter; `bases` is None where nobody looked for them."""
    targets = view.targets
    if not targets:
        return
    for name, shows in bases or ():
        yield Line(1, "", f"adapts {name}: {shows}")
    if bases is not None and not bases:
        yield Line(1, "", "adapts no model of the store: none has its targets with the widths they need")
    yield Line(1, "", f"{counted(len(targets), 'target')}, {_ranks(targets.values())}")
    places: dict[str, list[Target]] = {}
    for path, target in targets.items():
        places.setdefault(pattern(path), []).append(target)
    for place, members in sorted(places.items()):
        widths = {(t.reads, t.writes) for t in members if t.whole and t.reads and t.writes}
        size = "".join(f", {reads} → {writes}" for reads, writes in widths) if len(widths) == 1 else ""
        incomplete = sum(not t.whole for t in members)
        lost = f"; {incomplete} with one half only, which changes nothing" if incomplete else ""
        yield Line(2, "", f"{place}: {counted(len(members), 'target')}, {_ranks(members)}{size}{lost}")


def _ranks(members: Iterable[Target]) -> str:
    counts = Counter(t.rank for t in members)
    if len(counts) == 1:
        (rank,) = counts
        return f"rank {rank}" if rank is not None else "rank unknown"
    shown = sorted(counts.items(), key=lambda c: (-c[1], c[0] or 0))
    return "ranks " + ", ".join(f"{'unknown' if rank is None else rank} ({n})" for rank, n in shown)
