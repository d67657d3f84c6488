r"""Text of a stranger in each form it is written out: a name in a file cannot drive a terminal, a sheet or a page.

Every place that writes names, metadata or messages goes through one of these; HTML has its own escapes beside the page.
"""

from __future__ import annotations

import re

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MARKUP = re.compile(r"""
    [\\|`]                       # escapes, table cells, code
  | <(?=[A-Za-z/!?])             # a tag, a comment, an automatic link
  | &(?=\#?\w+;)                 # an entity
  | \](?=[(\[:])                 # a link or an image, and where it leads
""", re.VERBOSE)  # fmt: skip


def is_text(text: str) -> bool:
    """Whether UTF-8 can hold it: no half of a surrogate pair, as Python makes of bytes that are no text.

    >>> is_text("größe"), is_text("caf\\udce9")
    (True, False)
    """
    return not _SURROGATE.search(text)


def printable(text: str, keep: str = "") -> str:
    r"""Control and formatting characters as escapes, but for those in `keep`.

    >>> printable("a\x1b[31mb\n"), printable("a\nb\x9b", keep="\n")
    ('a\\x1b[31mb\\n', 'a\nb\\x9b')
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in keep else c.encode("unicode_escape").decode() for c in text)


def json_text(text: str) -> str:
    r"""JSON with its control and formatting characters as JSON's own escapes: read, it gives the same value.

    >>> json_text('["a\x7f\u202e"]')
    '["a\\u007f\\u202e"]'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else _units(c) for c in text)


def _units(char: str) -> str:
    """A character as one or two \\u escapes."""
    raw = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{raw[i : i + 2].hex()}" for i in range(0, len(raw), 2))


def csv_text(text: str) -> str:
    r"""A text as a CSV cell: printable but for line breaks, and no formula to a spreadsheet. Numbers stay as they are.

    >>> csv_text("=1+1"), csv_text("-1.5e-3"), csv_text("- gone"), csv_text("a\x07\nb")
    ("'=1+1", '-1.5e-3', "'- gone", 'a\\x07\nb')
    """
    safe = printable(text, keep="\n")
    return f"'{safe}" if text.startswith(_FORMULA) and not _is_number(text) else safe


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", text) is not None


def markdown_text(text: str) -> str:
    r"""A text as inline Markdown: no tag, no link, no code, no second cell.

    >>> markdown_text("a | <b>x</b> [y](javascript:z) < 0.1 %")
    'a \\| \\<b>x\\</b> [y\\](javascript:z) < 0.1 %'
    """
    return _MARKUP.sub(lambda match: f"\\{match.group()}", text)


def xml_text(text: str) -> str:
    r"""A text that XML 1.0 can hold and no reader of XML changes: printable but for tabs and line breaks.

    >>> xml_text("a\x1bb\n")
    'a\\x1bb\n'
    """
    return printable(text, keep="\t\n")
