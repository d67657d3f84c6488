"""The YAML a design file may use: text, and mappings of text two levels deep. Nothing of it is interpreted.

Reading events instead of documents leaves no room for aliases that multiply, tags that build objects, deep nesting,
or `no` that turns into false; and every value keeps the line it stands on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

from archkb.kb.errors import SourceError

Tree = dict[str, "str | dict[str, str]"]
Place = tuple[str, ...]

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN = re.compile(r"[A-Za-z_0-9][A-Za-z0-9_./{}+\-,]*(?: [A-Za-z0-9_.\[(@][A-Za-z0-9_.,\[\]()@/\-]*)*")
_LONGEST_SIMPLE_KEY = 1000
"""YAML allows 1,024 characters before the colon of a key without a question mark."""


class Parsed(NamedTuple):
    """The texts of a file, and the line (from 1) of each key."""

    tree: Tree
    lines: dict[Place, int]


def read_yaml(text: str, path: str) -> Parsed:
    """Read a mapping of texts and of mappings of texts; SourceError names file and line of anything else."""
    try:
        return _Reader(yaml.parse(text, Loader=_LOADER), path).document()
    except yaml.MarkedYAMLError as err:
        mark = err.problem_mark or err.context_mark
        where = f"{path}:{mark.line + 1}" if mark else path
        raise SourceError(f"no YAML ({err.problem or err.context})", path=where, cure="quote the text") from None
    except yaml.YAMLError as err:
        what = str(err).split("\n")[0]
        raise SourceError(f"no YAML ({what})", path=path, cure="save it as UTF-8 text") from None


class _Reader:
    """Turns YAML events into texts; holds the events that are still to come and the lines seen so far."""

    def __init__(self, events: Iterator[yaml.Event], path: str) -> None:
        self._events, self._path = events, path
        self._lines: dict[Place, int] = {}

    def document(self) -> Parsed:
        """The one document of the file."""
        next(self._events)  # the start of the stream
        event = next(self._events)
        if isinstance(event, yaml.DocumentStartEvent):
            event = next(self._events)
        if not isinstance(event, yaml.MappingStartEvent):
            raise self._error(event, "a design is a mapping of name, tensors and more")
        self._refuse_marks(event)
        tree = dict(self._mapping(()))
        next(self._events)  # the end of the document
        event = next(self._events)
        if isinstance(event, yaml.DocumentStartEvent):
            raise self._error(event, "a second document")
        return Parsed(tree, self._lines)

    def _mapping(self, place: Place) -> Iterator[tuple[str, Any]]:
        """The entries of the mapping that has just begun."""
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._text(event, "a key")
            entry = (*place, key)
            if entry in self._lines:
                raise self._error(event, f"{key!r} is given twice, first in line {self._lines[entry]}")
            self._lines[entry] = _line(event)
            event = next(self._events)
            if isinstance(event, yaml.MappingStartEvent) and not place:
                self._refuse_marks(event)
                yield key, dict(self._mapping(entry))
            else:
                yield key, self._text(event, f"the value of {key!r}")

    def _text(self, event: yaml.Event, what: str) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            kind = "an alias" if isinstance(event, yaml.AliasEvent) else "a list or mapping"
            raise self._error(event, f"{what} must be text, is {kind}")
        self._refuse_marks(event)
        return str(event.value)

    def _refuse_marks(self, event: Any) -> None:
        if event.anchor is not None:
            raise self._error(event, f"anchors (&{event.anchor}) have no place in a design")
        if event.tag is not None:
            raise self._error(event, f"tags ({event.tag}) have no place in a design")

    def _error(self, event: yaml.Event, what: str) -> SourceError:
        return SourceError(what, path=f"{self._path}:{_line(event)}", cure="see docs/design-files.md")


def _line(event: Any) -> int:
    """The line an event begins on, from 1."""
    return int(event.start_mark.line) + 1


def write_text(text: str) -> str:
    """A text as a YAML scalar on one line: as it is where that is safe, else in double quotes.

    >>> write_text("a.{0..3}.b"), write_text("say \\"hi\\": now"), write_text("")
    ('a.{0..3}.b', '"say \\\\"hi\\\\": now"', '""')
    """
    if _PLAIN.fullmatch(text):
        return text
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def write_block(text: str, indent: int) -> str:
    """A text that should stay legible: a block scalar where YAML keeps each character of it, else quoted."""
    legible = len(text) > 80 and all(c.isprintable() or c == "\n" for c in text)
    if not legible or text != text.strip():
        return write_text(text)
    pad = " " * indent
    return "|-\n" + "\n".join(pad + line if line else "" for line in text.split("\n"))


def write_entry(key: str, value: str, indent: int) -> str:
    """One line `key: value`, or two where the key is too long for that. `value` is a scalar already written."""
    pad, name = " " * indent, write_text(key)
    if len(name) > _LONGEST_SIMPLE_KEY:
        return f"{pad}? {name}\n{pad}: {value}\n"
    return f"{pad}{name}: {value}\n"
