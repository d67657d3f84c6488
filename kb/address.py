"""Addresses as they may be shown: what is said to a person, a log or another program holds no password."""

from __future__ import annotations

import re

_TEXT = r"[^\s'\"`]"
_URI = re.compile(
    rf"""(?P<scheme>[A-Za-z][\w+.-]*:)
         (?: (?P<slashes>//) (?:[^\s'"`/@:]*@ | [^\s'"`/@:]*:{_TEXT}*@)?
           | [^\s'"`/@:]*:{_TEXT}*@ )
         (?P<rest>[^\s'"`?]*)
         (?P<query>\?{_TEXT}+)?""",
    re.VERBOSE,
)
_HIDDEN = "***"


def redacted(text: str) -> str:
    """The text with user, password and query of every URI in it hidden.

    What has a colon counts as user and password up to the last @, since people do not escape theirs.

    >>> redacted("no store at 'bolt://me:a@b/c@host:7687/db?password=x', see https://host/page")
    "no store at 'bolt://***@host:7687/db?***', see https://host/page"
    >>> redacted("foo:me:secret@host"), redacted("12:30 and hf://a/b@main: why?")
    ('foo:***@host', '12:30 and hf://a/b@main: why?')
    """
    return _URI.sub(_shown, text)


def _shown(uri: re.Match[str]) -> str:
    scheme, slashes, rest, query = uri["scheme"], uri["slashes"] or "", uri["rest"], uri["query"]
    user = f"{_HIDDEN}@" if uri.end("slashes" if slashes else "scheme") < uri.start("rest") else ""
    return f"{scheme}{slashes}{user}{rest}" + (f"?{_HIDDEN}" if query else "")
