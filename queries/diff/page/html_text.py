"""Texts of the page: names made safe, what is long cut or folded."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from archkb.kb.text import printable


def safe(text: str) -> str:
    """A text as HTML; control characters and what would turn the direction of writing are spelt out.

    >>> safe("<a.b>"), safe("x" + chr(27))
    ('&lt;a.b&gt;', 'x\\\\x1b')
    """
    return escape(printable(text), quote=True)


def role(value: object) -> str:
    """What a part is for, in words.

    >>> role("vae_decoder"), role(None)
    ('VAE decoder', 'role unknown')
    """
    return " ".join("VAE" if w == "vae" else w for w in str(value).split("_")) if value else "role unknown"


def cut(text: str, length: int) -> str:
    """A text that is no longer than `length`."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def folded(items: Sequence[str], most: int, css: str = "") -> str:
    """A list of HTML items; what is beyond `most` opens on demand."""
    kind = f' class="{css}"' if css else ""
    shown = f"<ul{kind}>{''.join(items[:most])}</ul>"
    rest = items[most:]
    if not rest:
        return shown
    more = f"<ul{kind}>{''.join(rest)}</ul>"
    return shown + opens(f"and {len(rest):,} more", more)


def opens(title: str, inner: str) -> str:
    """HTML that opens on demand. Both are HTML already."""
    return f'<details class="more"><summary>{title}</summary>{inner}</details>'
