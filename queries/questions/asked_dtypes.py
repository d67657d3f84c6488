"""Yes or no, where words ask whether a model holds a dtype: what the question on dtypes tells only in figures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from archkb.queries.output.answer import Answer

QUESTIONS = frozenset(("dtypes", "precision"))
"""Questions whose rows have a dtype each."""

_ASKED: Mapping[str, str] = {
    r"fp8|float8|f8|8[ -]?bit floats?": r"F8_",
    r"int8|i8|uint8": r"[IU]8$",
    r"fp16|float16|f16|half": r"F16$",
    r"bf16|bfloat16": r"BF16$",
    r"fp32|float32|f32|full precision|single precision": r"F32$",
    r"fp64|float64|f64|double precision": r"F64$",
}
"""How a dtype is called, and what it is called in a header."""
_WHETHER = re.compile(r"\W*(?:is|are|does|do|has|have|any|anything|some|contains?|holds?)\b", re.IGNORECASE)
_ALL = re.compile(r"\b(?:only|entirely|all|every|whole|pure|purely|completely|fully)\b", re.IGNORECASE)


def with_yes_or_no(answer: Answer, words: str) -> Answer:
    """The answer, its sentence led by yes or no where the words ask whether there is some of a dtype, or nothing else.

    >>> held = Answer("dtypes", ("dtype",), (("BF16",), ("F32",)), sentence="By parameters: ...")
    >>> [with_yes_or_no(held, w).sentence[:4] for w in ("any fp8 in there?", "is it all bf16", "does it hold fp32")]
    ['No: ', 'No: ', 'Yes:']
    """
    asked = [dtype for called, dtype in _ASKED.items() if re.search(rf"\b(?:{called})\b", words, re.IGNORECASE)]
    of_dtypes = answer.question in QUESTIONS and "dtype" in answer.columns
    if not of_dtypes or not asked or not _WHETHER.match(words) or re.search(r"\bnot\b", words):
        return answer
    dtypes = {str(row["dtype"]) for row in answer.records()}
    held = {dtype for dtype in dtypes if any(re.match(pattern, dtype) for pattern in asked)}
    yes = dtypes == held if _ALL.search(words) else bool(held)
    return replace(answer, sentence=f"{'Yes' if yes else 'No'}: {answer.sentence[:1].lower()}{answer.sentence[1:]}")
