"""What was asked for in words: "gated cross-attentions reading text in block 17"."""

from __future__ import annotations

import re

from archkb.queries.questions.grammar.asked import Asked, Filter
from archkb.queries.questions.grammar.words import words

_OPS = {">": "more than ", "<": "fewer than ", ">=": "at least ", "<=": "at most ", "=": ""}
_YES = {"gated": "with a gate", "qk_norm": "with qk-norm", "bias": "with a bias", "depthwise": "depthwise",
        "moe": "with experts"}  # fmt: skip
_NO = {"gated": "without a gate", "qk_norm": "without qk-norm", "bias": "without a bias", "depthwise": "not depthwise",
       "moe": "without experts"}  # fmt: skip
_ROLES = {"side_car": "quantization scale", "buffer": "buffer"}


def phrase(asked: Asked, n: int) -> str:
    """The noun phrase for that many."""
    before = [_adjective(f) for f in asked.filters if _is_adjective(f)]
    behind = [_behind(f) for f in asked.filters if not _is_adjective(f) and not _in_noun(f)]
    return " ".join((*before, _noun(asked, many=n != 1), *behind))


def title(asked: Asked) -> str:
    """The whole question as it was understood."""
    sought = phrase(asked, 2)
    if asked.most:
        return f"{asked.most} by {_title(asked.of)}: {sought}"
    if asked.of:
        return f"{_title(asked.of)} of {sought}"
    return {"count": "how many: ", "exists": "is there: "}.get(asked.ask, "which: ") + sought


def _title(name: str) -> str:
    return words().properties[name].title


def _is_adjective(f: Filter) -> bool:
    return f.holds and f.by in ("gated", "depthwise")


def _adjective(f: Filter) -> str:
    return f.by


def _in_noun(f: Filter) -> bool:
    return f.op == "starts" or (f.by == "attends" and f.holds)


def _noun(asked: Asked, *, many: bool) -> str:
    kind = words().kinds[asked.kind]
    for f in asked.filters:
        if f.by == "tensor_role":
            role = str(f.value)
            return _ROLES.get(role, f"{role} tensor") + ("s" if many else "")
        if f.op == "starts":
            return f"{f.value}{'s' if many else ''}"
    attends = "".join(f"{f.value}-" for f in asked.filters if f.by == "attends" and f.holds)
    return attends + (kind.many if many else kind.one)


def _behind(f: Filter) -> str:
    """A filter behind the noun."""
    if f.by in _YES:
        return (_YES if f.holds else _NO)[f.by]
    not_ = "" if f.holds else "not "
    plain = {
        "attends": f"that are {not_}{f.value}",
        "reads": f"{not_}reading {f.words}",
        "queries": f"{not_}of the {f.words} stream",
        "dtype": f"{not_}in {f.words.upper()}",
        "named": f"{not_}named {f.words}",
        "under": f"{'in' if f.holds else 'outside'} {_named(f.words)}",
        "within": f"{'in' if f.holds else 'outside'} {_named(f.words)}",
    }
    return plain[f.by] if f.by in plain else f"{not_}with {_measure(f)}"


def _named(part: str) -> str:
    """The name of a part with its article; a path and a block with its number have none."""
    return part if re.search(r"[._0-9]", part) else f"the {part}"


def _measure(f: Filter) -> str:
    prop = words().properties[f.by]
    number = f"{f.value:,}" if isinstance(f.value, (int, float)) else str(f.value)
    if prop.counts:
        return f"{_OPS[f.op]}{number} {prop.title}"
    article = "an" if prop.title[0] in "aeiou" else "a"
    than = "less than " if f.op == "<" else _OPS[f.op]
    return f"{prop.title} {number}" if f.op == "=" else f"{article} {prop.title} of {than}{number}"
