"""Questions of researchers who had seen neither the library nor the program, about real headers: is the answer right?

`asked_seen.json` was looked at while phrasings were written; of `asked_aside.json` only the counts were. Each item has
the words, the model, what a right answer must say (patterns), and the truth with how it was found.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archkb.ingest.read_tables import read_tables
from archkb.kb.store import Store, open_store
from archkb.queries.interface.composed import composed_answer
from archkb.queries.interface.meaning import meant
from archkb.queries.interface.readings import answer_of, readings_answer, with_header_words
from archkb.queries.output.answer import Answer
from archkb.queries.output.render import render
from archkb.queries.questions.catalog import open_catalog
from archkb.queries.questions.match import Candidate

FOLDER = Path(__file__).parent
CATALOG = open_catalog()
LEAST = {"asked_seen": 72, "asked_aside": 42}
"""Right answers of a hundred. Those put aside are the figure to raise: what is not answered is asked back."""
WRONG = 2
"""Most wrong answers of a hundred."""


class AskedBackError(Exception):
    """Nobody is there to choose."""


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    from tests.conftest import ROOT

    checkpoints = ROOT.parent / "shared" / "checkpoints"
    if not checkpoints.is_dir():
        pytest.skip("no reference material beside the checkout")
    store = open_store(str(tmp_path_factory.mktemp("asked") / "store"))
    for file in sorted(checkpoints.glob("*.json.gz")):
        name = file.name.removesuffix(".json.gz")
        store.replace(read_tables(file, name=name))
    yield store
    store.close()


def asked_answer(store: Store, item: dict[str, Any]) -> Answer:
    def choose(words: str, candidates: tuple[Candidate, ...]) -> Candidate:
        raise AskedBackError

    model = item["model"]
    asked = meant(item["words"], CATALOG, store, choose, model=model)
    if isinstance(asked, tuple):
        return readings_answer(store, [c.question for c in asked], model, item["words"])
    if not isinstance(asked, Candidate):
        return composed_answer(store, asked, model)
    if any(p.required and p.type != "model" for p in asked.question.params):
        raise AskedBackError
    answer = answer_of(store, asked.question, model)
    return with_header_words(store, asked.question, answer, model, item["words"])


def verdict(store: Store, item: dict[str, Any]) -> str:
    from archkb.kb.errors import ArchkbError

    try:
        answer = asked_answer(store, item)
    except (AskedBackError, ArchkbError):
        return "asked back"
    text = f"{answer.sentence}\n{render(answer, 'table', columns=400)}"
    sentences = [part.sentence for _, part in answer.parts] or [answer.sentence]
    right = all(re.search(p, text, re.IGNORECASE) for p in item["must"])
    contrary = any(re.search(p, sentence, re.IGNORECASE) for p in item["must_not"] for sentence in sentences)
    return "right" if right and not contrary else "wrong"


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.parametrize("name", LEAST)
def test_what_researchers_ask_is_answered_right_or_asked_back(real: Store, name: str) -> None:
    items = json.loads((FOLDER / f"{name}.json").read_text())
    verdicts = Counter(verdict(real, item) for item in items)
    assert verdicts["wrong"] <= WRONG, verdicts
    assert verdicts["right"] >= LEAST[name], verdicts
