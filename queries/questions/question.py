"""One question: a Cypher file that says in front what it asks, takes and promises, and is held to it when it is read.

    /*---
    id = "widest"
    title = "Which linear layers are the widest?"
    identity = ["path"]
    [params.model]
    type = "model"
    doc = "The model."
    [columns]
    path = "Path of the layer."
    out_features = "Width it writes."
    ---*/
    MATCH (mine:Model {name: $model}) MATCH (m:Module {structure: mine.structure}) WHERE m.kind = 'Linear'
    RETURN m.path AS path, m.out_features AS out_features ORDER BY out_features DESC, path

A parameter of type `model` takes a model's name and binds its uid. A column may be a table instead of a sentence:
`{doc = "...", show = "ranges", unknown = true}`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from archkb.kb.errors import QuestionError
from archkb.queries.output.answer import SHOWS, Column
from archkb.queries.output.sentence import Sentence, sentence_of
from archkb.queries.output.totals import Total, total_of
from archkb.queries.questions.cypher_lint import offences
from archkb.queries.questions.cypher_text import blank, final_return, line_of, parameters, top_words

TYPES: Mapping[str, type] = {"model": str, "string": str, "int": int, "float": float, "bool": bool}
"""Types of parameters, and what Python value binds them."""

OWN = "others"
"""Topic of questions that name none."""

_FRONT = re.compile(r"\A\s*/\*---\s*\n(.*?)\n\s*---\*/", re.DOTALL)
_KNOWN = {
    "id",
    "title",
    "about",
    "aliases",
    "identity",
    "empty",
    "count",
    "counts",
    "params",
    "columns",
    "rank",
    "topic",
    "total",
    "answer",
}


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter. `required` where it has no default; `type` is a key of :data:`TYPES`."""

    name: str
    type: str
    doc: str
    default: Any = None
    required: bool = True


@dataclass(frozen=True, slots=True)
class Question:
    """A question that kept its promises when it was read. `identity` names the columns that tell a row apart.

    `empty` is what no row means; `count` a query with one column `total`, of how many `counts` the rows are a
    part; `rank` its place in lists, the lower the earlier; `topic` the heading it stands under there; `total` what
    its rows add up to; `says` the sentence that answers.
    """

    id: str
    title: str
    cypher: str
    params: tuple[Param, ...]
    columns: tuple[Column, ...]
    identity: tuple[str, ...]
    about: str = ""
    aliases: tuple[str, ...] = ()
    empty: str = ""
    count: str = ""
    counts: str = ""
    path: str = ""
    rank: int = 1000
    topic: str = OWN
    total: Total | None = None
    says: Sentence = field(default_factory=Sentence)

    @property
    def needs_model(self) -> str | None:
        """Name of the first required parameter of type `model`, or None."""
        return next((p.name for p in self.params if p.type == "model" and p.required), None)

    @property
    def shipped(self) -> bool:
        """Whether it is one of the library, whose file is told by its name alone."""
        return self.path == f"{self.id}.cypher"

    @property
    def phrasing(self) -> str:
        """A way to ask it in one's own words: the first alias of several words, else the first."""
        return next((a for a in self.aliases if a.count(" ") > 1), "".join(self.aliases[:1]))


def parse(text: str, path: str) -> Question:
    """Read and check one question file. QuestionError, with file, line and cure, for the first promise it breaks."""
    front = _FRONT.match(text)
    if front is None:
        raise _broken(path, 1, "no front matter", "open the file with /*--- TOML ---*/")
    shift = line_of(text, front.start(1)) - 1
    try:
        data = tomllib.loads(front.group(1))
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        at = shift + (int(line.group(1)) if line else 1)
        raise _broken(path, at, f"front matter is not TOML: {error}", "see tomllib's message") from None
    question = _build(data, text[front.end() :].strip(), path)
    _check_names(question, path, data)
    body = line_of(text, len(text) - len(text[front.end() :].lstrip())) - 1
    _check_cypher(question, path, body)
    return question


def _broken(path: str, line: int, what: str, cure: str) -> QuestionError:
    return QuestionError(what, where=f"{path}:{line}", cure=cure)


def _build(data: Mapping[str, Any], cypher: str, path: str) -> Question:
    unknown_keys = sorted(set(data) - _KNOWN)
    if unknown_keys:
        raise _broken(
            path, 1, f"front matter has an unknown key {unknown_keys[0]!r}", "use " + ", ".join(sorted(_KNOWN))
        )
    for key in ("id", "title", "identity", "columns"):
        if not data.get(key):
            raise _broken(path, 1, f"front matter has no {key!r}", f"add {key}")
    return Question(
        id=str(data["id"]),
        title=str(data["title"]),
        cypher=cypher,
        params=tuple(_param(name, found, path) for name, found in data.get("params", {}).items()),
        columns=tuple(_column(name, found, path) for name, found in data["columns"].items()),
        identity=tuple(data["identity"]),
        about=str(data.get("about", "")).strip(),
        aliases=tuple(data.get("aliases", ())),
        empty=str(data.get("empty", "")),
        count=str(data.get("count", "")).strip(),
        counts=str(data.get("counts", "")),
        path=path,
        rank=int(data.get("rank", 1000)),
        topic=str(data.get("topic", OWN)),
        total=_total(data, path),
        says=_says(data, path),
    )


def _says(data: Mapping[str, Any], path: str) -> Sentence:
    """The sentence of [answer]; one without rows is `empty` where it says nothing else."""
    sentence = sentence_of(data.get("answer", {}), tuple(data["columns"]))
    if isinstance(sentence, str):
        raise _broken(path, 1, sentence, 'write [answer], some = "{total}.", none = "None: ..."')
    empty = str(data.get("empty", ""))
    return sentence if sentence.none or not empty else replace(sentence, none=f"None: {empty}.")


def _total(data: Mapping[str, Any], path: str) -> Total | None:
    if "total" not in data:
        return None
    total = total_of(data["total"], tuple(data["columns"]))
    if isinstance(total, str):
        raise _broken(path, 1, total, 'write total = { noun = "block", by = "kind", of = "count" }')
    return total


def _param(name: str, declared: Mapping[str, Any], path: str) -> Param:
    type_ = declared.get("type", "string")
    if type_ not in TYPES:
        raise _broken(path, 1, f"parameter {name!r} has type {type_!r}", "use " + ", ".join(TYPES))
    if not declared.get("doc"):
        raise _broken(path, 1, f"parameter {name!r} has no doc", "say what it is")
    default = declared.get("default")
    if default is not None and type(default) is not TYPES[type_]:
        raise _broken(path, 1, f"the default of parameter {name!r} is not {type_}", "give a default of that type")
    return Param(
        name, type_, declared["doc"], default, required=not ("default" in declared or declared.get("optional"))
    )


def _column(name: str, declared: str | Mapping[str, Any], path: str) -> Column:
    column = Column(name, declared) if isinstance(declared, str) else Column(name, **declared)
    if not column.doc:
        raise _broken(path, 1, f"column {name!r} has no doc", "say what it holds")
    if column.show not in SHOWS:
        raise _broken(path, 1, f"column {name!r} is shown as {column.show!r}", "use " + ", ".join(SHOWS))
    return column


def _check_names(question: Question, path: str, data: Mapping[str, Any]) -> None:
    if Path(path).stem != question.id:
        raise _broken(path, 1, f"the file is not named after its id {question.id!r}", f"rename it {question.id}.cypher")
    names = [c.name for c in question.columns]
    for name in question.identity:
        if name not in names:
            raise _broken(path, 1, f"identity {name!r} is no column", "name columns that are returned")
    declared = {p.name for p in question.params}
    used = set(parameters(question.cypher)) | set(parameters(question.count))
    for name in sorted(declared ^ used):
        what = "declared but not used" if name in declared else "used but not declared"
        raise _broken(path, 1, f"parameter {name!r} is {what}", "let [params] and the query agree")


def _check_cypher(question: Question, path: str, shift: int) -> None:
    for line, what, cure in (*offences(question.cypher), *((1 - shift, w, c) for _, w, c in offences(question.count))):
        raise _broken(path, shift + line, what, cure)
    returned = final_return(question.cypher)
    if returned is None:
        raise _broken(path, shift + 1, "no RETURN", "end with RETURN ... ORDER BY ...")
    line = shift + line_of(question.cypher, returned.offset)
    promised = tuple(c.name for c in question.columns)
    if returned.columns != promised:
        raise _broken(path, line, f"returns {list(returned.columns)}, promises {list(promised)}", "make them agree")
    if "UNION" in top_words(question.cypher):
        raise _broken(path, line, "ORDER BY would order only the last part of a UNION", "put the UNION in CALL { }")
    whole = {m.group(1) for m in re.finditer(r"\(\s*([A-Za-z_]\w*)\s*:", blank(question.cypher))}
    for expression, name in returned.items:
        if expression in whole:
            raise _broken(path, line, f"column {name!r} is a whole node", "return its properties")
    missing = [c for c in question.identity if c not in returned.order]
    if missing:
        raise _broken(path, line, f"ORDER BY is not total: it leaves out {missing}", "end with every identity column")
    if question.count:
        total = final_return(question.count)
        if total is None or total.columns != ("total",):
            raise _broken(path, 1, "the count query does not return one column `total`", "RETURN count(...) AS total")
