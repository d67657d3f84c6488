"""What is told of what the rules found: answers of rules that are right too seldom become unknown, in one place.

The stages work with the likeliest answer, for a wrong kind of norm costs a residual nothing. Only at their end doubtful
facts lose their values, and additions and stacks that rest on such a rule alone are not claimed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from archkb.ingest.analysis import Attention, Component, FeedForward, Findings, Leaf
from archkb.ingest.rules import is_doubtful, sure

T = TypeVar("T")


def without_doubt(findings: Findings) -> Findings:
    """The findings with their doubtful facts unknown. Values that hold no doubtful fact stay the same objects."""
    return replace(
        findings,
        leaves=_each(findings.leaves, _leaf),
        stacks={path: s for path, s in findings.stacks.items() if not is_doubtful(s.depth.evidence.rule)},
        attentions=_each(findings.attentions, _attention),
        feed_forwards=_each(findings.feed_forwards, _feed_forward),
        residuals=tuple(r for r in findings.residuals if not is_doubtful(r.form.evidence.rule)),
        components=_each(findings.components, _component),
        role=sure(findings.role),
    )


def _each(values: Mapping[str, T], settle: Callable[[T], T]) -> Mapping[str, T]:
    changed = {path: settled for path, value in values.items() if (settled := settle(value)) is not value}
    return {**values, **changed} if changed else values


def _leaf(leaf: Leaf) -> Leaf:
    kind = sure(leaf.kind)
    return leaf if kind is leaf.kind else replace(leaf, kind=kind)


def _feed_forward(feed_forward: FeedForward) -> FeedForward:
    form = sure(feed_forward.form)
    return feed_forward if form is feed_forward.form else replace(feed_forward, form=form)


def _component(component: Component) -> Component:
    role = sure(component.role)
    return component if role is component.role else replace(component, role=role)


def _attention(attention: Attention) -> Attention:
    return replace(
        attention,
        attends=sure(attention.attends),
        heads=sure(attention.heads),
        kv_heads=sure(attention.kv_heads),
        head_dim=sure(attention.head_dim),
        gqa=sure(attention.gqa),
        qk_norm=sure(attention.qk_norm),
    )
