"""A comparison as a JSON document: versioned, described by a JSON Schema, the same for programs of every language.

The number behind the slash of `schema` grows with every change that could break a reader; new fields do not raise it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from kb.tables import GraphTables
from queries.diff.align import Alignment
from queries.diff.changes import changes, tally
from queries.diff.compare import Diff
from queries.diff.edits import Edit as Line
from queries.diff.stacks import StackChange

Relation = Literal["identical", "packaging", "part", "versions", "adapter", "designs"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, from_attributes=True)


class Side(_Frozen):
    """One of the two models."""

    name: str
    role: str | None
    family: str | None
    version: str | None
    source: str | None
    header_hash: str = Field(description="SHA-256 over sorted keys, dtypes and shapes.")
    tensors: int
    elements: int = Field(description="Stored elements, scales and buffers included.")
    bytes: int


class Similarity(_Frozen):
    """How like the two are."""

    score: float = Field(ge=0, le=1, description="Weighted mean of the parts.")
    parts: dict[str, float]
    differs_in: list[str] = Field(
        description="Sizes as 'x / y' of a and b, and what only one has, the weightiest first."
    )


class Counts(_Frozen):
    """Tensors by what became of them. One may be renamed, reshaped and retyped at once."""

    unchanged: int = Field(description="Same name, shape and dtype.")
    renamed: int
    reshaped: int
    retyped: int
    regrouped: int = Field(description="Tensors of a that were fused, split or transposed.")
    removed: int
    added: int
    ambiguous: int = Field(description="Pairs chosen among equals that nothing tells apart.")


class Keys(_Frozen):
    """The tensors behind a line."""

    removed: list[str]
    added: list[str]
    changed: list[tuple[str, str]] = Field(description="(key in a, key in b).")


class Edit(_Frozen):
    """One line of the edit script."""

    kind: Literal["depth", "added", "removed", "reshaped", "retyped", "packaging"]
    text: str
    removed: int
    added: int
    changed: int
    keys: Keys | None = Field(None, description="Only where tensors were asked for.")


class Aspect(_Frozen):
    """One line of the comparison by function; null where a model has no such thing.

    `change` is unknown where the two are equal but for what is unknown of one of them.
    """

    topic: str
    aspect: str
    a: str | None
    b: str | None
    change: Literal["same", "differs", "unknown", "only the first", "only the second"]


class Stack(_Frozen):
    """A stack that stands at one path in both models, or in one of them."""

    path: str
    depth_a: int | None
    depth_b: int | None
    kept: int = Field(description="Blocks of one index that are alike.")
    gained: list[str]
    lost: list[str]
    reshaped: list[str]


class Tensor(_Frozen):
    """Tensors of a that became tensors of b."""

    a: list[str]
    b: list[str]
    kind: Literal["same", "rename", "fuse", "split", "transpose"]
    changes: list[Literal["renamed", "reshaped", "retyped", "regrouped"]]
    rule: str
    evidence: str
    confidence: float
    ambiguous: bool


class Touch(_Frozen):
    """Like modules of the base that the adapter changes."""

    pattern: str
    kind: str
    touched: int
    total: int
    ranks: list[tuple[int | None, int]] = Field(description="(rank, modules).")
    where: str


class NoOp(_Frozen):
    """Targets of one spelling that change nothing."""

    pattern: str
    count: int
    why: str


class Adapter(_Frozen):
    """An adapter laid on its base."""

    adapter: str
    base: str
    targets: int
    touches: list[Touch]
    no_ops: list[NoOp]
    share: float = Field(description="Of the base's elements in modules that are changed.")


class Document(_Frozen):
    """Everything a comparison of two models says."""

    schema_: Literal["archkb.diff/1"] = Field("archkb.diff/1", alias="schema")
    a: Side
    b: Side
    relation: Relation
    same: bool
    similarity: Similarity
    counts: Counts
    edits: list[Edit] = Field(description="Empty for designs, whose tensors have nothing in common.")
    aspects: list[Aspect]
    stacks: list[Stack]
    adapter: Adapter | None
    tensors: list[Tensor] | None = Field(None, description="Changed pairs, or all; only where tensors were asked for.")


class Chain(_Frozen):
    """Several versions, each compared with the one before."""

    schema_: Literal["archkb.diff-chain/1"] = Field("archkb.diff-chain/1", alias="schema")
    models: list[str]
    steps: list[Document]


def document(
    diff: Diff, a: GraphTables, b: GraphTables, *, tensors: bool = False, everything: bool = False
) -> Document:
    """The document of one comparison."""
    return Document(
        a=_side(a),
        b=_side(b),
        relation=diff.relation,
        same=diff.same,
        similarity=Similarity(
            score=diff.similarity.score, parts=dict(diff.similarity.parts), differs_in=list(diff.differs_in)
        ),
        counts=counts(diff.alignment),
        edits=[_edit(e, tensors) for e in diff.edits],
        aspects=[Aspect.model_validate(x) for x in diff.aspects],
        stacks=[_stack(s) for s in (() if diff.apart else diff.stacks)],
        adapter=Adapter.model_validate(diff.adaptation) if diff.adaptation else None,
        tensors=list(_tensors(diff.alignment, everything)) if tensors else None,
    )


def text(found: Document | Chain) -> str:
    """The document as JSON text that ends with a line break."""
    return found.model_dump_json(by_alias=True, indent=1) + "\n"


def json_schema() -> dict[str, Any]:
    """JSON Schema of both documents."""
    from pydantic.json_schema import models_json_schema

    _, schema = models_json_schema([(Document, "serialization"), (Chain, "serialization")], by_alias=True)
    choice = {"anyOf": [{"$ref": "#/$defs/Document"}, {"$ref": "#/$defs/Chain"}]}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "archkb diff", **choice, **schema}


def counts(found: Alignment) -> Counts:
    """Tensors by what became of them."""
    return Counts(**tally(found), ambiguous=sum(p.ambiguous for p in found.pairs))


def _side(t: GraphTables) -> Side:
    m: Mapping[str, Any] = t.model
    return Side(
        name=t.name,
        tensors=m["n_tensors"],
        elements=m["n_params"],
        bytes=m["n_bytes"],
        **{name: m[name] for name in ("role", "family", "version", "source", "header_hash")},
    )


def _edit(e: Line, tensors: bool) -> Edit:
    keys = Keys(removed=list(e.removed), added=list(e.added), changed=list(e.changed)) if tensors else None
    return Edit(
        kind=e.kind,
        text=e.text,
        removed=len(e.removed),
        added=len(e.added),
        changed=len(e.changed),
        keys=keys,
    )


def _tensors(found: Alignment, everything: bool) -> Iterator[Tensor]:
    for p in found.pairs:
        said: Sequence[Any] = changes(p, found)
        if said or everything:
            yield Tensor(
                a=list(p.a),
                b=list(p.b),
                kind=p.kind,
                changes=list(said),
                rule=p.rule,
                evidence=p.evidence,
                confidence=p.confidence,
                ambiguous=p.ambiguous,
            )


def _stack(s: StackChange) -> Stack:
    return Stack(
        path=s.path,
        depth_a=s.depth_a,
        depth_b=s.depth_b,
        kept=s.kept,
        gained=list(s.gained),
        lost=list(s.lost),
        reshaped=list(s.widened),
    )
