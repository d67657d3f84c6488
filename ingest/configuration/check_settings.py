"""Statements held against the shapes: one small function a term. Read `CHECKS`.

Each takes the statement's value and the modules it speaks of, and gives what the shapes show with the module or tensor
that shows it, or None where they show nothing. A function says `agrees` only of a number it found in the shapes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from archkb.ingest.configuration.model_rows import ModelRows
from archkb.ingest.configuration.setting import Stated, Verdict
from archkb.kb.paths import within

Cells = Mapping[str, Any]
Found = tuple[Verdict, str, str]
"""Verdict, what the shapes show, and where."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What lies at or below the path a statement speaks of, and what else the same object states."""

    rows: ModelRows
    path: str
    stated: Mapping[str, Stated]

    def labelled(self, label: str) -> list[Cells]:
        """Modules with this role label."""
        return self.rows.within(label, self.path)

    def outside(self, label: str) -> list[Cells]:
        """Those of them that lie in no numbered module."""
        return self.rows.outside(label, self.path)

    def tensors(self, word: str) -> list[Cells]:
        """Tensors with this word in their key."""
        return [t for t in self.rows.tensors(word) if within(str(t["key"]), self.path)]


TOKENS = 512
"""Least rows of a table of tokens; smaller ones are of positions, types or classes."""

Check = Callable[[Stated, Scope], Found | None]


def _one_of(value: Stated, seen: Iterable[tuple[int | None, str]], what: str) -> Found | None:
    """Whether a number is among those seen (number, path); else the commonest of them is what the shapes show."""
    pairs = [(n, path) for n, path in seen if n is not None]
    numbers = Counter(n for n, _ in pairs)
    if not numbers or not isinstance(value, int) or isinstance(value, bool):
        return None
    if value in numbers:
        return "agrees", f"{value} {what}", next(path for n, path in pairs if n == value)
    common = max(numbers, key=lambda n: (numbers[n], n))
    return "contradicts", f"{common} {what}", next(path for n, path in pairs if n == common)


def _column(label: str, *columns: str, what: str) -> Check:
    """A number that a column of the modules with this label has."""

    def check(value: Stated, scope: Scope) -> Found | None:
        return _one_of(value, ((m[c], str(m["path"])) for m in scope.labelled(label) for c in columns), what)

    return check


def _layers(value: Stated, scope: Scope) -> Found | None:
    stacks = [(s["stack_depth"], str(s["path"])) for s in scope.labelled("Stack")]
    if not stacks or not isinstance(value, int):
        return None
    if value in (depth for depth, _ in stacks):
        return _one_of(value, stacks, "blocks")
    deepest = max(scope.labelled("Stack"), key=lambda s: (s["n_params"], str(s["path"])))
    return _one_of(value, [(deepest["stack_depth"], str(deepest["path"]))], "blocks")


def _heads(value: Stated, scope: Scope) -> Found | None:
    """Heads times their width, where both are stated, are the rows of a query; else they divide what the width is."""
    dim, width = scope.stated.get("head_dim"), scope.stated.get("width")
    attentions = [(a["inner_dim"], str(a["path"])) for a in scope.labelled("Attention")]
    if not isinstance(value, int) or not attentions:
        return None
    rows = value * dim if isinstance(dim, int) else width
    if not isinstance(rows, int) or (not isinstance(dim, int) and rows % max(1, value)):
        return None
    found = _one_of(rows, attentions, "rows of a query")
    if found is None or found[0] == "contradicts":
        return found
    return "agrees", f"{value} x {rows // max(1, value)} = {rows} rows of a query", found[2]


def _kv_heads(value: Stated, scope: Scope) -> Found | None:
    known = [(a["kv_heads"], str(a["path"])) for a in scope.labelled("Attention")]
    return _one_of(value, known, "key heads")


def _vocabulary(value: Stated, scope: Scope) -> Found | None:
    tables = [(e["rows"], str(e["path"])) for e in scope.labelled("Embedding")]
    found = _one_of(value, tables, "rows of a table")
    if found is None or found[0] == "agrees" or not isinstance(value, int):
        return found
    padded = next(((n, path) for n, path in tables if n and value < n < value + 1024 and n % 8 == 0), None)
    return ("agrees", f"{padded[0]} rows of a table, padded from {value}", padded[1]) if padded else found


def _channels(*columns: str) -> Check:
    """Channels at one end: a layer outside the blocks has them, or a multiple by a patch."""

    def check(value: Stated, scope: Scope) -> Found | None:
        patch = scope.stated.get("patch_size")
        area = patch * patch if isinstance(patch, int) else 1
        ends = [m for label in ("Linear", "Conv") for m in scope.outside(label)]
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        for times in (1, area):
            for module in ends:
                width = next((module[c] for c in columns if c in module), None)
                if width == value * times:
                    by = "" if times == 1 else f" = {value} x {times}"
                    return "agrees", f"{width} channels{by}", str(module["path"])
        return None

    return check


def _text_width(value: Stated, scope: Scope) -> Found | None:
    """The width of a text is read by keys, or by a projection outside the blocks."""
    reads = [(a["kv_dim"], str(a["path"])) for a in scope.labelled("Attention")]
    reads += [(m["in_features"], str(m["path"])) for m in scope.outside("Linear")]
    found = _one_of(value, reads, "channels read from outside the blocks")
    return found if found is not None and found[0] == "agrees" else None


def _registers(value: Stated, scope: Scope) -> Found | None:
    tables = ((t["shape"][-2], str(t["key"])) for t in scope.tensors("register") if len(t["shape"]) > 1)
    return _one_of(value, tables, "learned tokens")


def _patch(value: Stated, scope: Scope) -> Found | None:
    """The side of a patch is the stride's kernel, or pixels of it are channels: three colours times its square."""
    if isinstance(value, list):
        value = value[-1] if len(set(value[-2:])) == 1 else 0
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    for conv in scope.labelled("Conv"):
        if conv["in_channels"] == 3 * value * value and value > 1:
            return "agrees", f"{conv['in_channels']} = 3 x {value} x {value} channels", str(conv["path"])
        kernel = conv["kernel"] or [0]
        if value > 1 and kernel[-1] == value and "patch" in str(conv["path"]):
            return "agrees", f"a kernel of {value} x {value}", str(conv["path"])
    return None


def _flag(label: str, column: str, what: str) -> Check:
    """Whether modules with a label have something, which a column says as true, or as a name other than none."""

    def check(value: Stated, scope: Scope) -> Found | None:
        known = [(m[column], str(m["path"])) for m in scope.labelled(label) if m[column] is not None]
        if not known:
            return None
        has = [path for x, path in known if x not in (False, "none")]
        stated = value not in (False, "none", "")
        verdict: Verdict = "agrees" if bool(has) == stated else "contradicts"
        return verdict, f"{len(has)} of {len(known)} have {what}", (has or [known[0][1]])[0]

    return check


def _attention_bias(value: Stated, scope: Scope) -> Found | None:
    inside = {str(a["path"]) for a in scope.labelled("Attention")}
    linear = [m for m in scope.labelled("Linear") if _is_close_below(m, inside)]
    if not linear or not isinstance(value, bool):
        return None
    biased = [str(m["path"]) for m in linear if m["has_bias"]]
    verdict: Verdict = "agrees" if bool(biased) == value else "contradicts"
    return verdict, f"{len(biased)} of {len(linear)} projections have a bias", (biased or [str(linear[0]["path"])])[0]


def _is_close_below(module: Cells, paths: set[str]) -> bool:
    """Whether a module lies in one of these, or in a module of one."""
    parent = str(module["path"]).rpartition(".")[0]
    return parent in paths or parent.rpartition(".")[0] in paths


def _tied(value: Stated, scope: Scope) -> Found | None:
    """A head of its own beside the token table: tied weights are stored once."""
    tables = {
        (e["rows"], e["width"]): str(e["path"]) for e in scope.labelled("Embedding") if (e["rows"] or 0) >= TOKENS
    }
    heads = [m for m in scope.labelled("Linear") if (m["out_features"], m["in_features"]) in tables]
    if not tables or not isinstance(value, bool):
        return None
    if heads and value:
        return "contradicts", "a head beside the token table", str(heads[0]["path"])
    if not heads and value:
        return "agrees", "no head beside the token table", next(iter(tables.values()))
    return ("agrees", "a head beside the token table", str(heads[0]["path"])) if heads else None


CHECKS: Mapping[str, Check] = {
    "layers": _layers,
    "width": _column("Attention", "q_dim", "out_dim", what="channels of a stream"),
    "feed_forward_width": _column("FeedForward", "hidden", what="channels between up and down"),
    "expert_width": _column("FeedForward", "hidden", what="channels between up and down"),
    "experts": _column("FeedForward", "experts", what="experts"),
    "vocabulary": _vocabulary,
    "heads": _heads,
    "kv_heads": _kv_heads,
    "head_dim": _column("Attention", "head_dim", what="channels of a head"),
    "qk_norm": _flag("Attention", "qk_norm", "a norm of queries and keys"),
    "gated_attention": _flag("Attention", "gated", "a gate"),
    "attention_bias": _attention_bias,
    "context_width": _column("Attention", "kv_dim", what="channels a key reads"),
    "text_width": _text_width,
    "pooled_width": _text_width,
    "latent_channels": _column("Component", "latent_channels", what="latent channels"),
    "in_channels": _channels("in_features", "in_channels"),
    "out_channels": _channels("out_features", "out_channels"),
    "registers": _registers,
    "patch_size": _patch,
    "tied_embeddings": _tied,
}  # fmt: skip
"""The check of each term that shapes can tell of; the others stay unchecked."""
