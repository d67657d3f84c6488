"""The trained weights know the library, understand the phrasings they were made of, and misspelt words."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from archkb.queries.questions.catalog import LIBRARY, Catalog
from archkb.queries.questions.classifier.model import NONE, UNLISTED, shipped
from benchmarks.asking.samples import fingerprint, samples_by_writer
from tests.conftest import ROOT

CURE = "train the weights anew: python -m benchmarks.asking.train --only-write"
PHRASINGS = json.loads((ROOT / "benchmarks" / "asking" / "phrasings.json").read_text(encoding="utf-8"))


def test_every_question_of_the_library_is_a_class() -> None:
    assert set(shipped().classes) == {*Catalog((LIBRARY,)).ids(), NONE, UNLISTED}, CURE


def test_the_weights_are_learnt_of_what_is_there() -> None:
    assert shipped().learnt_of == fingerprint(samples_by_writer()), CURE


def test_every_question_has_phrasings() -> None:
    asked = set(shipped().classes) - {UNLISTED}
    many = Counter(dict.fromkeys(asked, 0))
    for phrasings in PHRASINGS.values():
        many.update({id_: len(texts) for id_, texts in phrasings.items()})
    assert set(many) == asked, "phrasings of a question that is not there"
    few = [id_ for id_, n in many.items() if n < 40]
    assert not few, f"fewer than forty phrasings in benchmarks/asking/phrasings.json: {few}"


@pytest.mark.parametrize("writer", PHRASINGS)
def test_the_phrasings_learnt_from_are_understood(writer: str) -> None:
    phrasings = [(text, id_) for id_, texts in PHRASINGS[writer].items() for text in texts]
    right = sum(shipped().ranked(text)[0][0] == id_ for text, id_ in phrasings)
    assert right >= 0.98 * len(phrasings)


@pytest.mark.parametrize(
    ("words", "right"),
    [
        ("are teh embedings tied to the outptu projection", "tied-weights"),
        ("quantisation formatt of the wieghts", "quantization-settings"),
    ],
)
def test_misspelt_words_are_understood(words: str, right: str) -> None:
    assert right in [id_ for id_, _ in shipped().ranked(words)[:2]]


def test_probabilities_add_up_and_come_in_order() -> None:
    ranked = shipped().ranked("how many attention heads")
    assert sum(p for _, p in ranked) == pytest.approx(1)
    assert [p for _, p in ranked] == sorted((p for _, p in ranked), reverse=True)


def test_a_question_about_speed_is_answered_by_none() -> None:
    assert shipped().ranked("how many tokens per second does it generate")[0][0] == NONE
