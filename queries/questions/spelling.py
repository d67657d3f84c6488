"""British spellings as American ones, so that either finds the other. The results are keys to compare, not text."""

from __future__ import annotations

import re

_RULES = (
    (r"is(e|ed|es|er|ers|ing|ation|ations|able)\b", r"iz\1"),
    (r"ll(ed|ing|er|ers)\b", r"l\1"),
    (r"(?<=[a-z]{2})our(s|ed|ing|al|able|ite|ites)?\b", r"or\1"),
    (r"(?<=[a-z]{2}[tb])re(s|d)?\b", r"er\1"),
    (r"ogue(s)?\b", r"og\1"),
    (r"\bgrey", "gray"),
    (r"licence", "license"),
)
_COMPILED = tuple((re.compile(pattern), plain) for pattern, plain in _RULES)


def american(text: str) -> str:
    """The text in lower case with one spelling for each word.

    >>> american("unquantised Colour modelling"), american("Quantization, catalogue")
    ('unquantized color modeling', 'quantization, catalog')
    """
    low = text.lower()
    for pattern, plain in _COMPILED:
        low = pattern.sub(plain, low)
    return low
