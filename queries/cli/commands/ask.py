"""`ask`: a question about a model, by its id or in free words."""

from __future__ import annotations

from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING, Annotated

import typer

from archkb.kb.errors import ArchkbError
from archkb.kb.near_misses import nearest
from archkb.queries.cli import completion
from archkb.queries.cli.arguments.free_words import question_of
from archkb.queries.cli.arguments.question_options import About, Folder, Params
from archkb.queries.cli.context import Run, only_model
from archkb.queries.cli.options import with_answer
from archkb.queries.interface.across_models import asks_all
from archkb.queries.interface.asked_store import asked_store, names_a_part
from archkb.queries.interface.model_names import goes_on
from archkb.queries.interface.parameters import with_model
from archkb.queries.questions import ask_store as asks
from archkb.queries.questions.catalog import open_catalog

if TYPE_CHECKING:
    from archkb.kb.store.port import Store


@with_answer
def ask(
    run: Run,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="QUESTION... [MODEL]", help="Id or free words; then the model.", autocompletion=completion.words
        ),
    ],
    model: About = None,
    param: Params = None,
    questions: Folder = None,
) -> None:
    """Answer a question about a model.

    QUESTION is an id (`archkb questions` lists them) or free words, which are matched with the questions there are,
    or composed: how many, which or is there; of a kind; with filters; in a part (docs/asking.md).
    MODEL may be left out where the store holds one, or where the question is about all models; one in free words is
    asked of each model then. A part may stand for a model: NAME:decoder.

    \b
    Examples:
      archkb ask cross-attention ltx-2-19b-dev-fp8
      archkb ask "which blocks do cross-attention?" ltx-2-19b-dev-fp8 --json
      archkb ask "how many linear layers are not in fp8" --model ltx-2-19b-dev-fp8
      archkb ask dtypes ltx-2-19b-dev-fp8:vae
      archkb ask largest-tensors ltx-2-19b-dev-fp8 --param top=5 --show-cypher
    """
    from archkb.queries.interface.answer_words import answer_words

    catalog = open_catalog(questions)
    given = asks.pairs(param or ())
    known = catalog.find(words[0]) if len(words) <= 2 else None
    with run.store() as whole:
        name, text = (words[1] if len(words) == 2 else None, "") if known else _model_in(whole, words)
        name = _one_of(_one_of(name, model), given.pop("model", None) if known is None else None)
        only = partial(only_model, meant=words[-1])
        shown = {"counted": run.format == "table", "named": run.for_people}
        with asked_store(whole, name) as store:
            if known is not None:
                answer = asks.ask(store, known, asks.bind(known, with_model(store, known, name, given, only)), **shown)
            else:
                meaning = question_of(text, catalog, store, model=name, composed=not given)
                misspelt = name is None and text != " ".join(words)
                everywhere = not given and not misspelt and asks_all(store, name)
                answer = answer_words(store, meaning, text, name, given, only, everywhere=everywhere, **shown)
    run.show(answer)


def _one_of(word: str | None, option: str | None) -> str | None:
    """The model named by a last word, by --model or as a parameter, which may not differ."""
    if word is not None and option is not None and word != option:
        raise ArchkbError(f"two models are named: {word!r} and {option!r}", cure="name one")
    return word if option is None else option


def _model_in(store: Store, words: list[str]) -> tuple[str | None, str]:
    """The model among free words, which is the last of several, and the other words as one text.

    A last word that is like a model's name is none of the text either: it is told apart later, with its near misses.
    """
    names = {m.name for m in store.models()}
    several = list(takewhile(names.__contains__, reversed(words[1:])))[::-1]
    if len(several) > 1:
        raise ArchkbError(
            f"a question is about one model, and {len(several)} are named: {', '.join(several)}",
            cure=f"ask once a model, or compare them with `archkb diff {' '.join(several[:2])}`",
        )
    if several or (len(words) > 1 and names_a_part(words[-1], names)):
        return words[-1], " ".join(words[:-1])
    if len(words) > 1 and not words[-1].isalpha() and any(goes_on(name, words[-1]) for name in names):
        return words[-1], " ".join(words[:-1])
    misspelt = len(words) > 1 and (" " in words[0] or not words[-1].isalpha()) and nearest(words[-1], names)
    return None, " ".join(words[:-1] if misspelt else words)
