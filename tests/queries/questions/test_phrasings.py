"""People's own phrasings: no question answers what it does not speak of, and the right one is found or offered."""

from __future__ import annotations

import pytest

from archkb.queries.questions.catalog import open_catalog
from archkb.queries.questions.match import match
from tests.queries.questions.phrasings import CLEAR, HELD_OUT, TUNED

QUESTIONS = open_catalog().all()
OFFERED = 0.75
"""Least share of held-out phrasings with an answer in the library that find it or are offered it."""


@pytest.mark.parametrize(("words", "right"), [*TUNED, *HELD_OUT], ids=[w for w, _ in [*TUNED, *HELD_OUT]])
def test_no_phrasing_is_answered_by_a_wrong_question(words: str, right: tuple[str, ...]) -> None:
    found = match(words, QUESTIONS)
    if found.sure:
        assert found.candidates[0].question.id in right


@pytest.mark.parametrize(("words", "right"), [p for p in TUNED if p[1]], ids=[w for w, r in TUNED if r])
def test_the_right_question_is_found_or_offered(words: str, right: tuple[str, ...]) -> None:
    assert set(right) & {c.question.id for c in match(words, QUESTIONS).candidates}


@pytest.mark.parametrize(("words", "right"), CLEAR.items(), ids=CLEAR)
def test_a_clear_phrasing_is_answered_at_once(words: str, right: str) -> None:
    found = match(words, QUESTIONS)
    assert found.sure
    assert found.candidates[0].question.id == right


def test_most_held_out_phrasings_find_the_right_question_or_are_offered_it() -> None:
    answerable = [(words, right) for words, right in HELD_OUT if right]
    offered = [w for w, right in answerable if set(right) & {c.question.id for c in match(w, QUESTIONS).candidates}]
    assert len(offered) >= OFFERED * len(answerable), sorted({w for w, _ in answerable} - set(offered))


@pytest.mark.parametrize("words", [w for w, right in TUNED if not right])
def test_what_is_offered_shares_a_word_with_what_was_asked(words: str) -> None:
    asked = set(words.strip("?").split())
    for candidate in match(words, QUESTIONS).candidates:
        assert set(candidate.unknown) < asked, candidate.question.id
