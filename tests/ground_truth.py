"""Hold one model's tables against what is known of it, and list every fact missed, by class.

A value the analysis says it does not know is listed apart from one it gets wrong: the first is honest, the second not.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from archkb.kb.tables import GraphTables
from archkb.queries.model_view import ModelView

Truth = Mapping[str, Any]
Miss = tuple[str, str]
"""(class of the fact, what was expected and what was found); classes that end in '?' are unknowns."""


def misses(truth: Truth, tables: GraphTables) -> list[Miss]:
    """Every fact of the ground truth that the tables do not hold."""
    profile = ModelView(tables)
    return [miss for check in CHECKS for miss in check(truth, profile)]


def _expect(kind: str, what: str, wanted: Any, found: Any) -> Iterator[Miss]:
    if found is None and wanted is not None:
        yield f"{kind}?", f"{what}: {wanted} expected, unknown"
    elif wanted != found:
        yield kind, f"{what}: {wanted} expected, {found} found"


def totals(truth: Truth, p: ModelView) -> Iterator[Miss]:
    """Tensors, elements, bytes, and the same by dtype."""
    for name in ("n_tensors", "n_params", "n_bytes"):
        yield from _expect("totals", name, truth[name], p.model[name])
    parts = zip(
        p.model["dtypes"], p.model["dtype_tensors"], p.model["dtype_params"], p.model["dtype_bytes"], strict=True
    )
    found = {d: {"tensors": t, "params": n, "bytes": b} for d, t, n, b in parts}
    yield from _expect("dtypes", "dtypes", truth["dtypes"], found)


def components(truth: Truth, p: ModelView) -> Iterator[Miss]:
    """Every component by its prefix, with its tensors; what lies in a nested component belongs to that one."""
    wanted = {prefix.rstrip("."): counts for prefix, counts in (truth.get("components") or {}).items()}
    found = {c["path"]: c for c in p.components}
    for path, counts in wanted.items():
        if path not in found:
            yield "component", f"{path} is no component"
            continue
        nested = [c for c in wanted if c.startswith(f"{path}.")]
        own = found[path]["n_tensors"] - sum(found[n]["n_tensors"] for n in nested if n in found)
        yield from _expect("component.tensors", path, counts["tensors"], own)


def attentions(truth: Truth, p: ModelView) -> Iterator[Miss]:
    """Which modules are attentions, and every column that is known of them."""
    columns = truth["attention_modules_columns"]
    wanted = {row[0]: dict(zip(columns, row, strict=True)) for row in truth["attention_modules"]}
    found = {c["path"]: c for c in p.labelled("Attention")}
    for path in found.keys() - wanted.keys():
        if not any(_same_place(path, w) for w in wanted):
            yield "attention.extra", path
    for path, row in wanted.items():
        cells = found.get(path) or next((c for f, c in found.items() if _same_place(f, path)), None)
        if cells is None:
            yield "attention.missing", path
        else:
            yield from _attention(path, row, cells, p)


def _same_place(a: str, b: str) -> bool:
    return a.startswith(f"{b}.") or b.startswith(f"{a}.")


def _attention(path: str, row: Truth, cells: Mapping[str, Any], p: ModelView) -> Iterator[Miss]:
    kind = str(row["kind"])
    yield from _expect("attention.kind", path, "cross" if kind.startswith("cross") else "self", cells["attends"])
    for name in ("heads", "kv_heads", "head_dim", "q_dim", "kv_dim"):
        yield from _expect(f"attention.{name}", path, row[name], cells[name])
    yield from _expect("attention.gated", path, bool(row["gated"]), bool(cells["gated"]))
    yield from _expect("attention.qk_norm", path, bool(row["has_qk_norm"]), cells["qk_norm"] not in (None, "none"))
    asks, reads = p.links.get(str(cells["path"]), (None, None))
    stream = re.split(r"[ <(]", str(row["stream"]))[0]
    yield from _expect("attention.stream", path, stream, _named(asks))
    goal = {"cross-text": "text", "cross-modal-a2v": "audio", "cross-modal-v2a": "video"}.get(kind)
    if goal is not None:
        yield from _expect("attention.reads", path, goal, _named(reads))


def _named(stream: Mapping[str, Any] | None) -> Any:
    name = None if stream is None else stream["name"]
    return None if name == "hidden" else name


def feed_forwards(truth: Truth, p: ModelView) -> Iterator[Miss]:
    """How many, and by pattern: form, width and hidden width."""
    found = p.labelled("FeedForward")
    inline = truth["ffn_total"] - sum(1 for _ in found)
    by_pattern: dict[str, list[Mapping[str, Any]]] = {}
    for c in found:
        by_pattern.setdefault(c["pattern"], []).append(c)
    alike = Counter(group["pattern"] for group in truth["ffn_groups"])
    for group in truth["ffn_groups"]:
        cells = by_pattern.get(group["pattern"], [])
        if alike[group["pattern"]] > 1:  # stages of several widths at one pattern
            cells = [c for c in cells if (c["width"], c["hidden"]) == (group["inp"], group["hidden"])]
        if not cells and {"linear1", "linear2"} <= set(group["keys"]):
            inline -= group["count"]
            continue  # two linears of the layer itself: no module to label
        yield from _expect("ffn.count", group["pattern"], group["count"], len(cells))
        for c in cells:
            yield from _expect("ffn.form", c["path"], "gated" if group["gated"] else "plain", c["form"])
            yield from _expect("ffn.hidden", c["path"], (group["inp"], group["hidden"]), (c["width"], c["hidden"]))
    if inline < 0:
        yield "ffn.extra", f"{-inline} more than the {truth['ffn_total']} expected"


def stacks(truth: Truth, p: ModelView) -> Iterator[Miss]:
    """Every stack with its depth. A stack of plain layers is a list, not a stack of blocks: not asked here."""
    found = {c["path"]: c for c in p.labelled("Stack")}
    for stack in truth["stacks"]:
        for instance in stack["instances"]:
            path = instance["path"]
            cells = found.get(path)
            if cells is None:
                kinds = sorted({str(c["kind"]) for c in p.children.get(path, ())})
                yield ("stack.leaf" if _plain(p, path) else "stack.missing"), f"{path} of {', '.join(kinds)}"
            else:
                yield from _expect("stack.depth", path, instance["depth"], cells["stack_depth"])


def _plain(p: ModelView, path: str) -> bool:
    return all(c["uid"] not in {e["source"] for e in p.tables.related("CONTAINS")} for c in p.children.get(path, ()))


def norms(truth: Truth, p: ModelView) -> Iterator[Miss]:
    """Norms that have parameters: how many of each kind. A class of the model's own counts under its common name."""
    alias = {"AdaptiveRMSNorm": "RMSNorm", "BatchNorm1d": "BatchNorm", "PerChannelRMSNorm": "RMSNorm"}
    wanted: Counter[str] = Counter()
    for norm in truth["norms"]:
        if norm["has_parameters"] and norm["cls"] != "_WeightNorm":
            wanted[alias.get(norm["cls"], norm["cls"])] += norm["count"]
    found = Counter(str(c["kind"]) for c in p.labelled("Norm"))
    for kind in wanted.keys() | found.keys():
        yield from _expect("norms", kind, wanted[kind], found[kind])


def convolutions(truth: Truth, p: ModelView) -> Iterator[Miss]:
    """How many convolutions of each class and kernel."""
    wanted: Counter[tuple[str, tuple[int, ...]]] = Counter()
    for group in truth["conv_kernels"].values():
        for conv in group:
            kind = str(conv["cls"]).removeprefix("Parametrized")
            wanted[kind, tuple(conv["kernel"])] += conv["count"]
    found = Counter((str(c["kind"]), tuple(c["kernel"] or ())) for c in p.labelled("Conv"))
    for what in sorted(wanted.keys() | found.keys()):
        yield from _expect("convolutions", f"{what[0]} {what[1]}", wanted[what], found[what])


def tables(truth: Truth, p: ModelView) -> Iterator[Miss]:
    """Embedding tables and recurrent layers."""
    found = {c["path"]: (c["rows"], c["width"]) for c in p.labelled("Embedding")}
    for e in truth["embeddings"]:
        yield from _expect("embedding", e["path"], (e["num"], e["dim"]), found.get(e["path"]))
    recurrent = {c["path"]: c for c in p.labelled("Recurrent")}
    for r in truth["recurrent"]:
        c = recurrent.get(r["path"])
        said = c and (c["kind"], c["hidden"], c["layers"], c["bidirectional"])
        yield from _expect("recurrent", r["path"], (r["cls"], r["hidden"], r["layers"], r["bidirectional"]), said)


def latents(truth: Truth, p: ModelView) -> Iterator[Miss]:
    """Latent channels of the video VAE's halves."""
    wanted = (truth.get("vae") or {}).get("latent_channels")
    for c in p.components if wanted else ():
        if c["role"] in ("vae_encoder", "vae_decoder") and "audio" not in c["path"]:
            yield from _expect("latent", c["path"], wanted, c["latent_channels"])


CHECKS: tuple[Callable[[Truth, ModelView], Iterator[Miss]], ...] = (
    totals, components, attentions, feed_forwards, stacks, norms, convolutions, tables, latents,
)  # fmt: skip
