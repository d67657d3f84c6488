"""Reading tokens from left to right, each by a method named after its sort; one that does not fit ends the reading."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from archkb.queries.questions.grammar.asked import Filter
from archkb.queries.questions.grammar.model_words import ModelWords
from archkb.queries.questions.grammar.places import place, stream
from archkb.queries.questions.grammar.tokens import Token

_BEFORE_KIND = frozenset(("kind", "filter", "super", "have", "property"))
"""Sorts that may follow a name of a part that no preposition leads to: 'vae attentions', 'does the vae have ...'."""
_AGAIN = frozenset(("not", "have", "reads", "in", "than", "compare"))
"""Sorts that begin anew after 'and', so that a negation before it does not reach them."""


class Reader:
    """What was read so far. `read` is True where every token was understood."""

    def __init__(self, tokens: Sequence[Token], model: ModelWords) -> None:
        self.tokens, self.model, self.at = tokens, model, 0
        self.ask = ""
        self.asked_as = ""
        self.kind = ""
        self.of = ""
        self.most = ""
        self.filters: list[Filter] = []
        self.absent: list[str] = []
        self.blocks: list[tuple[int, bool]] = []
        self.joined = False
        self.negated = False
        self._does = False

    def read(self) -> bool:
        """Read all tokens."""
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            understand: Callable[[Token], bool] = getattr(self, f"_read_{token.sense.sort}")
            if not understand(token):
                return False
        return not self.negated and not self._does

    # What comes next

    def _next(self, *skipped: str) -> Token | None:
        """The next token but for stop words and the sorts named; these are passed over."""
        at = self.at
        while at < len(self.tokens) and self.tokens[at].sense.sort in ("stop", *skipped):
            at += 1
        return self.tokens[at] if at < len(self.tokens) else None

    def _take(self, sort: str, *skipped: str) -> Token | None:
        """The next token where it is of that sort; it is read then."""
        token = self._next(*skipped)
        if token is None or token.sense.sort != sort:
            return None
        self.at = next(i for i in range(self.at, len(self.tokens)) if self.tokens[i] is token) + 1
        return token

    def _before(self) -> str:
        """Sort of the token before this one but for stop words."""
        sorts = [t.sense.sort for t in self.tokens[: self.at - 1] if t.sense.sort != "stop"]
        return sorts[-1] if sorts else ""

    def _holds(self) -> bool:
        """Whether what is read now holds; a negation reaches only that far."""
        holds, self.negated = not self.negated, False
        return holds

    # Sorts of tokens

    def _read_stop(self, token: Token) -> bool:
        return True

    def _read_word(self, token: Token) -> bool:
        return False

    _read_scale = _read_stream = _read_word

    def _read_ask(self, token: Token) -> bool:
        name = token.sense.name
        if not self.ask:
            self.ask, self.asked_as = name, token.text.lower()
            return not (self.negated or self.kind or self._does)
        if name == "count" and self.ask in ("which", "what") and not self.kind:
            self.ask = name
            return True
        return name in ("which", "exists")

    def _read_how(self, token: Token) -> bool:
        if self.ask or self.of:
            return False
        self.ask, self.asked_as, self.of = "what", "how", token.sense.name
        return True

    def _read_kind(self, token: Token) -> bool:
        if token.sense.name == "block" and (number := self._take("number")):
            value: float = number.sense.value
            self.blocks.append((int(value), self._holds()))
            return value == int(value)
        if self.kind or self.negated:
            return False
        self.kind = token.sense.name
        if token.sense.value:
            by, value = token.sense.value
            self.filters.append(Filter(by, value, op="starts"))
        return True

    def _read_property(self, token: Token) -> bool:
        after = self._next("in", "is")
        if after is not None and after.sense.sort in ("number", "compare"):
            compare = self._take("compare", "in", "is")
            return self._measure(token.sense.name, compare.sense.name if compare else "=")
        if self.of or self.negated:
            return False
        self.of = token.sense.name
        return True

    def _read_super(self, token: Token) -> bool:
        if self.of or self.negated or self.ask in ("count", "exists"):
            return False
        by_size = token.sense.name == "parameters"  # the largest width is no matter of parameters
        prop = self._take("property", "in") if by_size else None
        self.of, self.most = (prop or token).sense.name, token.sense.value
        return True

    def _read_most(self, token: Token) -> bool:
        prop = self._take("property", "in")
        if prop is None or self.of or self.negated or self.ask in ("count", "exists"):
            return False
        self.of, self.most = prop.sense.name, token.sense.name
        return True

    def _read_than(self, token: Token) -> bool:
        return self._measure(token.sense.name, token.sense.value, free=token.sense.name == "parameters")

    def _read_compare(self, token: Token) -> bool:
        return self._measure("", token.sense.name)

    def _read_number(self, token: Token) -> bool:
        self.at -= 1
        return self._measure("", "=")

    def _measure(self, name: str, op: str, *, free: bool = False) -> bool:
        """A number that a property is compared with; where none was named, or only by size, it is named behind."""
        number = self._take("number", "in", "is")
        if number is None:
            return False
        behind = self._next()
        if behind is not None and behind.sense.sort == "property" and (free or not name or name == behind.sense.name):
            self._take("property")
            name = behind.sense.name
        if not name:
            return False
        self.filters.append(Filter(name, number.sense.value, self._holds(), op, number.text.lower()))
        return True

    def _read_filter(self, token: Token) -> bool:
        value, holds = token.sense.value, self._holds()
        if isinstance(value, bool):
            value, holds = True, holds == value
        self.filters.append(Filter(token.sense.name, value, holds, words=token.meant or token.text))
        return True

    def _read_not(self, token: Token) -> bool:
        if self.negated:
            return False
        self.negated = True
        if token.text.lower().startswith("outside"):
            return self._place() if self._next() else False
        return True

    def _read_reads(self, token: Token) -> bool:
        name = self._take("stream_name", "in", "to")
        self._take("stream")
        return name is not None and not self._runs_on() and self._stream("reads", name)

    def _read_to(self, token: Token) -> bool:
        return self.kind == "attention" and not self.negated and self._read_reads(token)

    def _runs_on(self) -> bool:
        """Whether a name goes on, so that it was no stream's alone."""
        token = self._next()
        return token is not None and token.sense.sort in ("part", "stream_name", "to")

    def _stream(self, by: str, token: Token) -> bool:
        names = stream(token.sense.name, self.model)
        if not names:
            self.absent.append(token.text)
        self.filters.append(Filter(by, names, self._holds(), words=token.sense.name))
        return True

    def _read_in(self, token: Token) -> bool:
        after = self._next()
        if after is None:
            return True
        if after.sense.sort == "stream_name" and token.text.lower() == "from":
            return False  # from one stream to another is said of what is read and of who reads
        if after.sense.sort in ("part", "stream_name"):
            return self._place()
        return after.sense.sort != "in"

    def _read_part(self, token: Token) -> bool:
        self.at -= 1
        before = self._before_name()
        led = before == "does" or (before == "is" and bool(self.of)) or (before == "have" and self.ask == "count")
        if self.negated or not self._place(alone=False):
            return False
        after = self._next()
        return led or (after is not None and after.sense.sort in _BEFORE_KIND)

    _read_stream_name = _read_part

    def _before_name(self) -> str:
        sorts = [t.sense.sort for t in self.tokens[: self.at] if t.sense.sort != "stop"]
        return sorts[-1] if sorts else ""

    def _place(self, *, alone: bool = True) -> bool:
        """A name of a part, of one word or several; `alone` where it may be a stream's."""
        names: list[Token] = []
        while name := (self._take("part") or self._take("stream_name")):
            names.append(name)
        if not names:
            return False
        if len(names) == 1 and names[0].sense.sort == "stream_name":
            return self._of_stream(names[0]) if alone else False
        if not any(n.sense.sort == "part" for n in names):
            return False
        part = place([n.text for n in names], [n.sense.name or n.text for n in names], self.model)
        if isinstance(part, str):
            self.absent.append(part)
            part = Filter("within", part, words=part)
        if part is None:
            return False
        self.filters.append(Filter(part.by, part.value, self._holds(), words=part.words))
        return True

    def _of_stream(self, name: Token) -> bool:
        self._take("stream")
        return self.kind == "attention" and self._stream("queries", name)

    def _read_named(self, token: Token) -> bool:
        if self.at >= len(self.tokens):
            return False
        name = self.tokens[self.at]
        self.at += 1
        self.filters.append(Filter("named", name.text, self._holds(), words=name.text))
        return True

    def _read_and(self, token: Token) -> bool:
        after = self._next()
        if after is None or not self.filters or self.negated:
            return False
        self.joined = True
        if after.sense.sort in _AGAIN:
            return True
        return after.sense.sort == "filter" and self.filters[-1].holds

    def _read_have(self, token: Token) -> bool:
        if self._does and not self.kind:
            self.ask, self._does = "exists", False
        return True

    def _read_does(self, token: Token) -> bool:
        if not self.ask:
            if self.kind or self.filters:
                return False
            self._does = True
        return True

    def _read_is(self, token: Token) -> bool:
        return bool(self.ask or self.kind)
