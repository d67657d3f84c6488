"""Where questions are: the shipped library and the user's folder, one file a question, read only when asked for.

A file in the user's folder goes before a shipped one of the same id, so a shipped question can be bent to one's needs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from archkb.kb.errors import NotFoundError, QuestionError
from archkb.queries.questions.question import Question, parse
from archkb.queries.questions.spelling import american

LIBRARY = Path(__file__).parent / "library"
"""The shipped questions."""

VARIABLE = "ARCHKB_QUESTIONS"
"""Names the user's folder of questions."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """Folders of `ID.cypher` files; an earlier folder goes before a later one."""

    folders: tuple[Path, ...]

    def ids(self) -> tuple[str, ...]:
        """Ids of all questions, sorted; nothing is parsed."""
        return tuple(sorted({p.stem for folder in self.folders for p in folder.glob("*.cypher")}))

    def get(self, id_: str) -> Question:
        """The question of that id; only its file is read. NotFoundError, QuestionError where it is broken."""
        found = self.find(id_)
        if found is None:
            raise NotFoundError(f"no question {id_!r}", near=self.near(id_), cure="`archkb questions` lists them")
        return found

    def find(self, id_: str) -> Question | None:
        """Like :meth:`get`, None where there is no such file.

        British and American spellings are one id, and the plural of an id is that id.
        """
        if not id_ or "/" in id_ or "\\" in id_ or id_.startswith("."):
            return None
        for name in chain((id_,), self._spelt_as(id_)):  # other spellings are looked for where this is none
            for folder in self.folders:
                path = folder / f"{name}.cypher"
                if path.is_file():
                    return read(path)
        return None

    def _spelt_as(self, id_: str) -> Iterator[str]:
        """Other spellings of that id among those there are."""
        wanted = american(id_)
        others = {other: american(other) for other in self.ids() if other != id_}
        yield from (other for other, key in others.items() if key == wanted)
        yield from (other for other, key in others.items() if f"{key}s" == wanted)

    def all(self) -> tuple[Question, ...]:
        """Every question, by rank, then by id."""
        return tuple(sorted((self.get(id_) for id_ in self.ids()), key=lambda q: (q.rank, q.id)))

    def near(self, id_: str) -> list[str]:
        """Up to three ids that look like this one, best first."""
        from rapidfuzz import fuzz, process

        scored = process.extract(id_, self.ids(), limit=None, score_cutoff=55)
        by_likeness = sorted(scored, key=lambda one: -one[1] - fuzz.ratio(id_, one[0]))  # the whole, not a part alone
        return [name for name, _, _ in by_likeness[:3]]


def read(path: Path) -> Question:
    """Read and check one file. QuestionError where it is unreadable or breaks its promises."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionError(f"cannot be read: {error}", where=str(path), cure="save it as UTF-8 text") from None
    shown = path.name if path.parent == LIBRARY else str(path)
    return parse(text, shown)


def open_catalog(folder: str | Path | None = None) -> Catalog:
    """The user's folder (`folder`, else $ARCHKB_QUESTIONS), then the shipped library.

    QuestionError where there is no such folder.
    """
    own = folder or os.environ.get(VARIABLE)
    if not own:
        return Catalog((LIBRARY,))
    path = Path(own)
    if not path.is_dir():
        raise QuestionError("no such folder of questions", where=str(path), cure=f"correct --questions or {VARIABLE}")
    return Catalog((path, LIBRARY))


def find_question(id_: str) -> Question:
    """The question of that id, the user's folder of the environment included."""
    return open_catalog().get(id_)
