"""What a person wants to know first of a model, in five lines: what it attends to, how it is packed, its settings,
what contradicts, what is unknown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from archkb.kb.wording import counted, listed
from archkb.queries.explain.fact_lines import Line, because
from archkb.queries.model_view import Cells, ModelView

STATED = (
    "class_name", "position_kind", "rope_theta", "max_positions", "causal_attention", "causal_positions", "activation",
    "norm_kind", "norm_eps", "patch_size", "compression_space", "compression_time", "prediction", "steps", "sampler",
    "quantization", "experts_per_token", "tied_embeddings",
)  # fmt: skip
"""Settings no shape shows that a reader asks for, in that order."""
_MOST = 9
_POSITIONS = re.compile(r"(?:^|[._])(?:pos|position|positional|wpe)(?:[._]|$)", re.IGNORECASE)
"""Words by which tables of positions are named."""
_REASONS = "no header tells loss, training data or quality"


def overview(view: ModelView) -> Iterator[Line]:
    """The lines below the headline; none for what the model has not."""
    attentions = view.labelled("Attention")
    if attentions:
        yield Line(0, "", f"attends: {_attends(view, attentions)}", because(attentions[0], "attends"))
    yield Line(0, "", f"packed: {_packed(view)}")
    settings = list(view.tables.records("Setting"))
    stated = _stated(s for s in settings if s["verdict"] != "contradicts")
    if stated:
        yield Line(0, "", f"settings: {stated}")
    for setting in (s for s in settings if s["verdict"] == "contradicts"):
        what = f"{setting['stated_at']} states {setting['name']} {setting['value']}"
        yield Line(0, str(setting["path"]), f"contradiction: {what}, the shapes show {setting['shapes_show']}")
    yield Line(0, "", f"unknown: {_unknown(view, settings)}")


def _attends(view: ModelView, attentions: list[Cells]) -> str:
    # kinds, and what cross-attentions read
    kinds = Counter(str(a["attends"] or "of unknown kind") for a in attentions)
    reads: Counter[str] = Counter()
    for attention in attentions:
        _, stream = view.links.get(str(attention["path"]), (None, None))
        if attention["attends"] == "cross":
            reads[str(stream["name"] or "an unknown stream") if stream else "an unknown stream"] += 1
    parts = []
    for kind, n in sorted(kinds.items(), key=lambda item: (-item[1], item[0])):
        read_streams = f" ({listed(f'{m} to {name}' for name, m in reads.most_common())})" if kind == "cross" else ""
        parts.append(f"{n} {kind}{read_streams}")
    # heads and gates
    numbers = {(a["heads"], a["head_dim"] or 0) for a in attentions if a["heads"]}
    heads = [f"{count} of {width or 'unknown width'}" for count, width in sorted(numbers)]
    heads += ["unknown"] * any(not a["heads"] for a in attentions)
    gated = sum(bool(a["gated"]) for a in attentions)
    gates = f"; {'all' if gated == len(attentions) else gated} gated" if gated else ""
    return f"{counted(len(attentions), 'attention')}: {', '.join(parts)}; heads {listed(heads)}{gates}"


def _packed(view: ModelView) -> str:
    model = view.model
    total = max(1, model["n_params"])
    shares = sorted(
        zip(model["dtypes"] or (), model["dtype_params"] or (), strict=False), key=lambda item: (-item[1], item[0])
    )
    dtypes = ", ".join(f"{dtype} {100 * n / total:.3g} %" for dtype, n in shares) or "nothing"
    scales = sum(t["role"] == "side_car" for t in view.tensors.values())
    return f"{dtypes} of the parameters; {counted(scales, 'quantization scale') if scales else 'not quantized'}"


def _stated(settings: Iterable[Cells]) -> str:
    first: dict[str, Cells] = {}
    for setting in settings:
        if setting["name"] in STATED and not setting["part"]:
            first.setdefault(setting["name"], setting)
    named = [first[name] for name in STATED if name in first]
    texts = [f"{s['name'].replace('_', ' ')} {s['value']}" for s in named]
    return listed(texts, _MOST)


def _unknown(view: ModelView, settings: Sequence[Cells]) -> str:
    """Counts of what rules could not tell, and what no shape shows and no configuration states."""
    counts = [
        (f"{what} of {counted(n, noun)}", n)
        for label, noun, prop, what in (
            ("Attention", "attention", "heads", "heads"),
            ("Attention", "attention", "attends", "kind"),
            ("Component", "component", "role", "role"),
        )
        if (n := sum(c[prop] is None for c in view.labelled(label)))
    ]
    names = {s["name"] for s in settings}
    absent = []
    if view.labelled("Attention"):
        if not {"position_kind", "rope_theta"} & names and not _position_table(view):
            absent.append("positions")
        if not {"causal_attention", "causal_positions"} & names:
            absent.append("causality")
    if view.labelled("FeedForward") and "activation" not in names:
        absent.append("activation")
    unstated = f"{', '.join(absent)} (no configuration states them)" if absent else ""
    return "; ".join(part for part in (*(text for text, _ in counts), unstated, _REASONS) if part)


def _position_table(view: ModelView) -> bool:
    return any(_POSITIONS.search(str(e["path"])) for e in view.labelled("Embedding"))
