"""What a header itself names with words of a question: tensors and settings, for what no question of the library says.

A name is taken apart into words; one that holds more of the telling words of the question, and rarer ones, goes first.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from archkb.kb.paths import pattern
from archkb.kb.wording import listed
from archkb.queries.output.answer import Answer, Column
from archkb.queries.output.cells import cell
from archkb.queries.questions.spelling import american

if TYPE_CHECKING:
    from archkb.kb.store.port import Store

TITLE = "What does the header itself name so?"
ID = "header-words"
MOST = 12
"""Names an answer lists."""
_SAID = 5
"""Names its sentence lists."""
_STEM = 5
"""Letters by which two words are one, where both have as many."""
_CLOSE = 0.7
"""Share of the best score from which a name is listed too."""
_RARE = 0.12
"""Most names, as a share, that may hold a word that tells alone."""

TENSORS = """\
MATCH (mine:Model {name: $model}) WITH mine
MATCH (t:Tensor {structure: mine.structure})
RETURN t.key AS key, t.shape AS shape
ORDER BY key"""
SETTINGS = """\
MATCH (mine:Model {name: $model}) WITH mine
MATCH (s:Setting {settings: mine.settings}) WHERE s.basis = 'metadata'
RETURN coalesce(s.stated_at, s.name) AS key, s.name AS name, s.value AS value
ORDER BY key, name, value"""

_COLUMNS = (
    Column("name", "Tensor, numbers as {i}; or where a configuration states it."),
    Column("blocks", "Index of each in its numbered containers, dotted where nested.", show="ranges"),
    Column("count", "Tensors in the row, null for a setting.", show="count"),
    Column("shape", "Shape of one.", show="shape"),
    Column("value", "What a configuration states."),
)
_SAME = {"window": "kernel", "windowed": "kernel", "sampling": "sample", "samplerate": "sample", "bandwidth": "bwe",
         "conv": "convolution"}  # fmt: skip
_PLAIN = frozenset(
    re.findall(
        r"\w+",
        "what which where when does have this that there with from into many much long wide deep large each every model"
        " checkpoint file header layer layers block blocks module modules tensor tensors weight weights bias parameter"
        " parameters params number count used uses using kind kinds sort type about anything more than less other only"
        " stage stages network name names named config configuration value values total size part parts them they their"
        " really actually exactly please tell give show list here anywhere in how why are is it the of and or at on to"
        " for do any one two all not a an i per by be as its stored",
    )
)


@dataclass(frozen=True, slots=True)
class _Name:
    row: tuple[Any, ...]
    words: frozenset[str]


def header_answer(store: Store, model: str, words: str) -> Answer | None:
    """What the header of the model of that name names with telling words of a question; None where nothing is."""
    params = {"model": model}
    names = [*_tensors(store.read(TENSORS, params).rows), *_settings(store.read(SETTINGS, params).rows)]
    best = _best(names, wanted(words))
    if not best:
        return None
    rows = tuple(name.row for name in best[:MOST])
    more = (f"{len(best) - MOST} more names hold them",) if len(best) > MOST else ()
    columns = tuple(c.name for c in _COLUMNS)
    sentence = f"The header names: {listed(map(_said, rows), _SAID, ';')}."
    return Answer(
        ID, columns, rows, TENSORS, params, notes=more, about={c.name: c for c in _COLUMNS}, sentence=sentence
    )


def wanted(words: str) -> frozenset[str]:
    """The telling words of a question, in one form.

    >>> sorted(wanted("in which blocks is there a stream gate?")), sorted(wanted("windowed attention"))
    (['gate', 'strea'], ['atten', 'kerne'])
    """
    return frozenset(_stem(w) for w in _split(american(words)) if w not in _PLAIN)


def _split(text: str) -> list[str]:
    return re.findall(r"[a-z]+|\d+", text)


@cache
def _stem(word: str) -> str:
    word = _SAME.get(word, word)
    return word[:-1] if len(word) == _STEM and word.endswith("s") else word[:_STEM]


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(_stem(w) for w in _split(american(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name))))


def _tensors(rows: Iterable[Sequence[Any]]) -> list[_Name]:
    """Tensors by their keys, those that differ in numbers alone together."""
    alike: dict[tuple[str, tuple[int, ...]], list[str]] = {}
    for key, shape in rows:
        numbers = ".".join(filter(str.isdigit, str(key).split(".")))
        alike.setdefault((pattern(key), tuple(shape)), []).append(numbers)
    return [
        _Name((name, blocks, len(blocks), list(shape), None), _words(name)) for (name, shape), blocks in alike.items()
    ]


def _settings(rows: Iterable[Sequence[Any]]) -> list[_Name]:
    return [_Name((key, [], None, None, value), _words(key) | _words(name)) for key, name, value in rows]


def _best(names: Sequence[_Name], words: frozenset[str]) -> list[_Name]:
    """Names that hold the most telling words, those of one score in their order."""
    frequency = Counter(word for name in names for word in name.words & words)
    if not frequency or min(frequency.values()) > max(1, _RARE * len(names)):
        return []
    weight = {word: math.log(1 + len(names) / n) for word, n in frequency.items()}
    scores = [sum(weight[w] for w in name.words & words) for name in names]
    highest = max(scores)
    return [n for s, n in sorted(zip(scores, names, strict=True), key=lambda p: -p[0]) if s >= _CLOSE * highest]


def _said(row: Sequence[Any]) -> str:
    name, blocks, count, shape, value = row
    if count is None:
        return f"{name} = {value}{_product(value)}"
    many = f"{count:,} x " if count > 1 else ""
    where = f" in {cell(blocks, 'ranges')}" if count > 1 and any(blocks) else ""
    return f"{many}{name} {cell(shape, 'shape')}{where}"


def _product(value: str) -> str:
    """What whole numbers in a list come to when multiplied, as rates of stages are."""
    numbers = re.fullmatch(r"\d+(?:, \d+){2,}", value)
    return f" (product {math.prod(map(int, value.split(', '))):,})" if numbers else ""
