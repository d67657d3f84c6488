"""`check-derivation`: how much of one model is another's."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from archkb.kb.wording import counted
from archkb.queries.cli import completion
from archkb.queries.cli.arguments.model_argument import models
from archkb.queries.cli.context import Run
from archkb.queries.cli.options import with_store_and_output
from archkb.queries.interface.model_source import is_file
from archkb.queries.output.answer import Answer, Column

if TYPE_CHECKING:
    from archkb.kb.store.port import Store
    from archkb.queries.diff.derivation import Descent


_DESCENT = (
    "part",
    "blocks",
    "count",
    "share",
    "counterpart",
    "names",
    "shapes",
    "form",
    "aligned",
    "verdict",
    "also_in",
)


_SHARES = {name: Column(name, show="share") for name in ("share", "names", "shapes", "form", "aligned")}


_SMALL = 0.001


_USERS = (
    "MATCH (t:Template)<-[:INSTANCE_OF]-(n:Module) WHERE t.uid IN $uids "
    "WITH DISTINCT t.uid AS template, n.structure AS structure "
    "MATCH (m:Model {structure: structure}) WHERE NOT m.uid IN $own "
    "RETURN template, count(m) AS models ORDER BY template"
)


_A = Annotated[str, typer.Argument(metavar="A", help="The model in question.", autocompletion=completion.either)]


_B = Annotated[str, typer.Argument(metavar="B", help="The model it may derive from.", autocompletion=completion.either)]


@with_store_and_output
def check_derivation(
    run: Run,
    a: _A,
    b: _B,
    everything: Annotated[bool, typer.Option("--all", help="Also parts of under 0.1 % of A's parameters.")] = False,
) -> None:
    """Say how much of A's architecture is B's, template by template. Each is a model in the store or a file.

    Equal templates are an architecture in common, not descent. That one was made from the other is suspected only where
    both headers hold the same rare choices or left-overs; how often that is wrong is said with it.

    Of each part of A, the share of its parameters that B's nearest part has under the same names and shapes, in the
    same shapes under other names, and in the same form at other widths; and the share that the tensor-by-tensor
    alignment gives a partner of the same shape anywhere in B. The verdict is identical, renamed, repeated, regrouped,
    rescaled, contained, partly or own; also_in counts the other models of the store that have the template too.

    The exit code is 0 whatever is said, and 2 where a model or file cannot be read.

    \b
    Examples:
      archkb check-derivation ltx-2.3-22b-dev ltx-2-19b-dev
      archkb check-derivation mine.safetensors design:ltx-2-19b-dev --markdown
    """
    from archkb.kb.relations.lineage import Known, descent_sentence
    from archkb.queries.diff.derivation import derivation
    from archkb.queries.model_view import ModelView

    with models(run) as found:
        first, second = found.pair((a, b))
        descents = derivation(ModelView(first), ModelView(second))
        users = None if is_file(a) and is_file(b) else _users(found.store, descents, [first.uid, second.uid])
    shown = [d for d in descents if everything or d.share >= _SMALL]
    said = descent_sentence(Known.of(first.facts), Known.of(second.facts))
    notes = (*((said,) if said else ()), *_sum(descents, first.name, second.name))
    if len(shown) < len(descents):
        notes += (
            f"left out: {counted(len(descents) - len(shown), 'part')} of under {_SMALL:.1%} of the parameters; --all",
        )
    run.show(Answer("derivation", _DESCENT, tuple(_row(d, users) for d in shown), notes=notes, about=_SHARES))


def _users(store: Store, descents: tuple[Descent, ...], own: list[str]) -> dict[str, int]:
    uids = sorted({d.part.template for d in descents if d.part.template})
    return {str(uid): int(n) for uid, n in store.read(_USERS, {"uids": uids, "own": own}).rows}


def _row(d: Descent, users: dict[str, int] | None) -> tuple[object, ...]:
    other = None
    if d.counterpart is not None and d.verdict != "own":
        other = f"{d.counterpart.path} ×{d.counterpart.count}" if d.counterpart.count > 1 else d.counterpart.path
    also = users.get(d.part.template, 0) if users is not None and d.part.template else None
    shares = (round(x, 4) for x in (d.names, d.shapes, d.form, d.aligned))
    return (d.part.path, d.part.where or None, d.part.count, round(d.share, 4), other, *shares, d.verdict, also)


def _sum(descents: tuple[Descent, ...], a: str, b: str) -> tuple[str, ...]:
    shares: Counter[str] = Counter()
    for d in descents:
        shares[d.verdict] += d.share  # type: ignore[assignment]
    verdicts = ", ".join(
        f"{share:.1%} {verdict}" for verdict, share in sorted(shares.items(), key=lambda s: -s[1]) if share >= _SMALL
    )
    names = sum(d.share * d.names for d in descents)
    aligned = sum(d.share * d.aligned for d in descents)
    return (
        f"of {a}'s parameters, by the verdict on their part: {verdicts}",
        f"{names:.1%} of them are in {b} under the same relative names and shapes, {aligned:.1%} tensor by tensor "
        "under whatever name; "
        "a header shows likeness of structure, never where weights come from",
    )
