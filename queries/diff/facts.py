"""A model as flat facts, key -> value: what two designs are held against one another by, and what a truth can check.

Everything is read from the tables; what they do not say is left out. Keys: `tensors`, `params`, `blocks`,
`width.STREAM`, `attn[PATTERN].count|kind|q_dim|kv_dim|fused_qkv|gated|qk_norm`, `ffn[PATTERN].hidden|gated`,
`vae.latent_channels` and `audio_vae.latent_channels`, where PATTERN is a module's path with {i} for numbers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from archkb.queries.model_view import Cells, ModelView

Facts = dict[str, Any]

_TEXT = ("text", "context", "caption")
_MODALITIES = ("video", "audio", "image")
_AXES = ("temporal", "spatial")
_ATTENTION_NAMES = frozenset(("attn", "attention", "mha", "self", "multihead", "core"))


def facts(view: ModelView) -> Facts:
    """All facts of one model. Widths, elements and channels are counts; `params` has buffers and scales too."""
    out: Facts = {"tensors": view.model["n_tensors"], "params": view.model["n_params"]}
    out |= _backbone(view)
    out |= _grouped("attn", ((core_of(view, c), _attention(view, c)) for c in view.labelled("Attention")))
    out |= _grouped("ffn", _feed_forwards(view))
    return {k: v for k, v in (out | _latents(view)).items() if v is not None}


def _backbone(view: ModelView) -> Facts:
    """Depth and named widths of the stack that holds the model's attention; nothing where there is no such stack."""
    if view.backbone is None or not view.inside(view.labelled("Attention"), str(view.backbone["path"])):
        return {}
    widths: dict[str, set[int]] = {}
    for s in view.streams:
        if s["scope"] == view.backbone["path"] and s["name"] not in (None, "hidden"):
            widths.setdefault(s["name"], set()).add(s["width"])
    found = {f"width.{name}": next(iter(w)) for name, w in widths.items() if len(w) == 1}
    return {"blocks": view.backbone["stack_depth"], **found}


def _grouped(what: str, module_facts: Iterable[tuple[Cells, Facts]]) -> Facts:
    """One set of facts a pattern; a value its modules do not share is left out."""
    by_pattern: dict[str, list[Facts]] = {}
    for module, attributes in module_facts:
        by_pattern.setdefault(str(module["pattern"]), []).append(attributes)
    out: Facts = {}
    for pattern, alike in by_pattern.items():
        if what == "attn":
            out[f"attn[{pattern}].count"] = len(alike)
        for name, value in alike[0].items():
            if all(attributes[name] == value for attributes in alike):
                out[f"{what}[{pattern}].{name}"] = value
    return out


def _attention(view: ModelView, attention: Cells) -> Facts:
    return {
        "kind": _kind(view, attention),
        "q_dim": attention["q_dim"],
        "kv_dim": attention["kv_dim"],
        "fused_qkv": None if attention["form"] is None else attention["form"] == "fused_qkv",
        "gated": attention["gated"],
        "qk_norm": _qk_norm(view, attention),
    }


def _qk_norm(view: ModelView, attention: Cells) -> bool | None:
    """Whether queries or keys are normed; unknown where norms come in twos that no name gives to queries and keys."""
    if attention["qk_norm"] == "none" and len(view.inside(view.labelled("Norm"), str(attention["path"]))) > 1:
        return None
    return None if attention["qk_norm"] is None else attention["qk_norm"] != "none"


def _kind(view: ModelView, attention: Cells) -> str | None:
    """self (or the one axis its name says), cross-text, cross-modal-K2Q by the streams' initials, joint."""
    if attention["attends"] == "self":
        return _axis(view, str(attention["path"])) or "self"
    if attention["attends"] != "cross":
        return attention["attends"] and str(attention["attends"])
    asks, reads = (s and str(s["name"]) for s in view.links.get(str(attention["path"]), (None, None)))
    if reads in _TEXT and asks not in _TEXT:
        return "cross-text"
    if asks in _MODALITIES and reads in _MODALITIES and asks != reads:
        return f"cross-modal-{reads[0]}2{asks[0]}"
    return None


def _axis(view: ModelView, path: str) -> str | None:
    """temporal or spatial, where the attention's name says so; if it says only `attention`, that of what wraps it."""
    parent, _, name = path.rpartition(".")
    found = [axis for axis in _AXES if axis in name.lower()]
    if found:
        return found[0] if len(found) == 1 else None
    wraps = parent in view.modules and view.modules[parent]["label"] is None and view.modules[parent]["ordinal"] is None
    if wraps and set(re.findall("[a-z]+", name.lower())) <= _ATTENTION_NAMES:
        return _axis(view, parent)
    return None


def core_of(view: ModelView, attention: Cells) -> Cells:
    """The module that owns an attention's projections: below wrappers that add norms or the output projection only."""
    parts = view.children.get(str(attention["path"]), [])
    if attention["n_tensors"] > sum(m["n_tensors"] for m in parts):
        return attention
    for part in parts:
        beside = [m for other in parts if other is not part for m in _linears(view, other)]
        if view.children.get(str(part["path"])) and len(beside) < 2 and all(_is_output(m, attention) for m in beside):
            return core_of(view, {**attention, **{name: part[name] for name in ("path", "pattern", "n_tensors")}})
    return attention


def _linears(view: ModelView, module: Cells) -> list[Cells]:
    """Linear layers at and below a module."""
    below = view.children.get(str(module["path"]), [])
    return [module] if module["label"] == "Linear" else [m for child in below for m in _linears(view, child)]


def _is_output(linear: Cells, attention: Cells) -> bool:
    return (linear["in_features"], linear["out_features"]) == (attention["inner_dim"], attention["out_dim"])


def _feed_forwards(view: ModelView) -> Iterator[tuple[Cells, Facts]]:
    """Feed-forwards, also those whose two matrices lie in the block itself, beside its attention."""
    found = view.labelled("FeedForward")
    for c in found:
        yield c, {"hidden": c["hidden"], "gated": {"plain": False, "gated": True}.get(str(c["form"]))}
    for block in view.labelled("Block"):
        own = [m for m in view.children.get(str(block["path"]), []) if m["label"] == "Linear"]
        if len(own) != 2 or view.inside(found, str(block["path"])):
            continue
        up, down = sorted(own, key=lambda m: -m["out_features"])
        if up["out_features"] == down["in_features"] > up["in_features"] == down["out_features"]:
            yield block, {"hidden": up["out_features"], "gated": False}


def _latents(view: ModelView) -> Facts:
    """Channels of the latent that the halves of an autoencoder share, sound and pictures apart."""
    seen: dict[str, Counter[int]] = {}
    for c in view.components:
        if c["latent_channels"] is not None and str(c["role"]).startswith("vae_"):
            part = "audio_vae" if "audio" in str(c["path"]).lower() else "vae"
            seen.setdefault(part, Counter())[c["latent_channels"]] += 1
    return {f"{part}.latent_channels": next(iter(n)) for part, n in seen.items() if len(n) == 1}
