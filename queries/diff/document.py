"""A comparison as a JSON document: versioned, described by a JSON Schema, the same for programs of every language.

The number behind the slash of `schema` grows with every change that could break a reader; new fields do not raise it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from archkb.kb.text import json_text
from archkb.queries.diff.align.alignment import Alignment
from archkb.queries.diff.changes import changes, tally
from archkb.queries.diff.comparison import Diff, StackChange
from archkb.queries.diff.edits.edit import Edit as Line
from archkb.queries.model_view import ModelView

Relation = Literal["identical", "packaging", "part", "versions", "resized", "adapter", "designs"]


class _Frozen(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        populate_by_name=True,
        from_attributes=True,
        use_attribute_docstrings=True,
    )


class Side(_Frozen):
    """One of the two models."""

    name: str
    """Name in the store, or of the file."""
    role: str | None
    """What the model is for, inferred; null where unknown."""
    family: str | None
    """Family that the user, a design or a known header names."""
    version: str | None
    """Version that the user, the metadata, a design or a known header names."""
    source: str | None
    """File or design it was read from."""
    header_hash: str
    """SHA-256 over sorted keys, dtypes and shapes."""
    tensors: int
    """Stored tensors."""
    elements: int
    """Stored parameters, scales and buffers included."""
    bytes: int
    """Bytes of the stored parameters."""


class Similarity(_Frozen):
    """How like the two are."""

    score: float = Field(ge=0, le=1)
    """Weighted mean of the parts."""
    parts: dict[str, float]
    """Shares in common by part: spelling, layers, blocks (those without any change), form, words, scale."""
    differs_in: list[str]
    """Sizes as 'x / y' of a and b, and what only one has, the weightiest first."""


class Counts(_Frozen):
    """Tensors by what became of them. One may be renamed, reshaped and retyped at once."""

    unchanged: int
    """Same name, shape and dtype."""
    renamed: int
    """Another name."""
    reshaped: int
    """Another shape."""
    retyped: int
    """Another dtype."""
    regrouped: int
    """Tensors of a that were fused, split or transposed."""
    removed: int
    """Tensors of a without a partner."""
    added: int
    """Tensors of b without a partner."""
    ambiguous: int
    """Pairs chosen among equals that nothing tells apart."""


class Keys(_Frozen):
    """The tensors behind a line."""

    removed: list[str]
    """Keys of a."""
    added: list[str]
    """Keys of b."""
    changed: list[tuple[str, str]]
    """(key in a, key in b)."""


class Edit(_Frozen):
    """One line of the edit script."""

    kind: Literal["depth", "added", "removed", "reshaped", "retyped", "packaging"]
    """What kind of change the line is about."""
    text: str
    """The line, as a person would write it."""
    removed: int
    """Tensors of a behind it that have no partner."""
    added: int
    """Tensors of b behind it that have no partner."""
    changed: int
    """Pairs of tensors behind it."""
    keys: Keys
    """The tensors themselves."""


class Aspect(_Frozen):
    """One line of the comparison by function; null where a model has no such thing.

    `change` is unknown where the two are equal but for what is unknown of one of them.
    """

    topic: str
    """Part of the model: backbone, attention, vae ..."""
    aspect: str
    """What is compared."""
    a: str | None
    """What the first has."""
    b: str | None
    """What the second has."""
    change: Literal["same", "differs", "unknown", "only the first", "only the second"]
    """How the two compare."""


class Stack(_Frozen):
    """A stack that stands at one path in both models, or in one of them."""

    path: str
    """Path of the stack."""
    depth_a: int | None
    """Blocks in a; null where a has no such stack."""
    depth_b: int | None
    """Blocks in b; null where b has no such stack."""
    kept: int
    """Blocks of one index that are alike."""
    gained: list[str]
    """Tensors of a block only b has, each with the number of blocks."""
    lost: list[str]
    """Tensors of a block only a has, each with the number of blocks."""
    reshaped: list[str]
    """Tensors of a block whose shape differs, each with the number of blocks."""


class Tensor(_Frozen):
    """Tensors of a that became tensors of b."""

    a: list[str]
    """Keys in a; several where they were fused."""
    b: list[str]
    """Keys in b; several where one was split."""
    kind: Literal["same", "rename", "fuse", "split", "transpose"]
    """How the one became the other."""
    changes: list[Literal["renamed", "reshaped", "retyped", "regrouped"]]
    """What changed besides."""
    rule: str
    """Rule by which the pair was found."""
    evidence: str
    """What was seen, in a sentence."""
    confidence: float
    """Measured precision of the rule."""
    ambiguous: bool
    """Whether another choice among equal siblings is as good."""


class Touch(_Frozen):
    """Like modules of the base that the adapter changes."""

    pattern: str
    """Path in the base, {i} for numbers."""
    kind: str
    """Layer type of these modules."""
    touched: int
    """How many are changed."""
    total: int
    """How many the base has."""
    ranks: list[tuple[int | None, int]]
    """(rank, modules)."""
    where: str
    """Numbers of the blocks that are changed; empty where all are."""


class NoOp(_Frozen):
    """Targets of one spelling that change nothing."""

    pattern: str
    """Name of the targets in the adapter, {i} for numbers."""
    count: int
    """How many."""
    why: str
    """Why they change nothing."""


class Adapter(_Frozen):
    """An adapter laid on its base."""

    adapter: str
    """Name of the adapter."""
    base: str
    """Name of the model it is laid on."""
    targets: int
    """Modules the adapter names."""
    touches: list[Touch]
    """What of the base is changed."""
    no_ops: list[NoOp]
    """What changes nothing."""
    share: float
    """Of the base's parameters in modules that are changed."""
    untouched: int
    """Tensors of the base outside of these modules."""
    beside: list[tuple[str, int]]
    """(pattern, how many) of the adapter's tensors that are of no target."""


class Document(_Frozen):
    """Everything a comparison of two models says."""

    schema_: Literal["archkb.diff/1"] = Field("archkb.diff/1", alias="schema")
    """Name and version of this form."""
    a: Side
    """The first model."""
    b: Side
    """The second model."""
    relation: Relation
    """What the two are to one another; versions is one architecture, of which a header shows no kinship."""
    same: bool
    """Whether the headers are the same."""
    similarity: Similarity
    """Score of their likeness with its parts."""
    counts: Counts
    """Tensors by what became of them."""
    edits: list[Edit]
    """Empty for designs, whose tensors have nothing in common."""
    aspects: list[Aspect]
    """The comparison by function."""
    stacks: list[Stack]
    """Stacks that differ, by path."""
    adapter: Adapter | None
    """Only for an adapter and its base."""
    tensors: list[Tensor] | None = None
    """Changed pairs, or all; only where tensors were asked for."""


class Chain(_Frozen):
    """Several versions, each compared with the one before."""

    schema_: Literal["archkb.diff-chain/1"] = Field("archkb.diff-chain/1", alias="schema")
    """Name and version of this form."""
    models: list[str]
    """Names, the first version first."""
    steps: list[Document]
    """Each model against the one before."""


def document(
    diff: Diff, source: ModelView, target: ModelView, *, tensors: bool = False, everything: bool = False
) -> Document:
    """The document of one comparison."""
    return Document(
        a=_side(source),
        b=_side(target),
        relation=diff.relation,
        same=diff.same,
        similarity=Similarity(
            score=diff.similarity.score, parts=dict(diff.similarity.parts), differs_in=list(diff.differs_in)
        ),
        counts=counts(diff.alignment),
        edits=[_edit(e) for e in diff.edits],
        aspects=[Aspect.model_validate(x) for x in diff.aspects],
        stacks=[_stack(s) for s in (() if diff.apart else diff.stacks)],
        adapter=Adapter.model_validate(diff.adaptation) if diff.adaptation else None,
        tensors=list(_tensors(diff.alignment, everything)) if tensors else None,
    )


def text(comparison: Document | Chain) -> str:
    """The document as JSON text that ends with a line break."""
    return json_text(comparison.model_dump_json(by_alias=True, indent=1)) + "\n"


def json_schema() -> dict[str, Any]:
    """JSON Schema of both documents."""
    from pydantic.json_schema import models_json_schema

    _, schema = models_json_schema([(Document, "serialization"), (Chain, "serialization")], by_alias=True)
    choice = {"anyOf": [{"$ref": "#/$defs/Document"}, {"$ref": "#/$defs/Chain"}]}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "archkb diff", **choice, **schema}


def counts(alignment: Alignment) -> Counts:
    """Tensors by what became of them."""
    return Counts(**tally(alignment), ambiguous=sum(p.ambiguous for p in alignment.pairs))


def _side(view: ModelView) -> Side:
    model: Mapping[str, Any] = view.model
    return Side(
        name=view.name,
        tensors=model["n_tensors"],
        elements=model["n_params"],
        bytes=model["n_bytes"],
        **{name: model[name] for name in ("role", "family", "version", "source", "header_hash")},
    )


def _edit(line: Line) -> Edit:
    keys = Keys(removed=list(line.removed), added=list(line.added), changed=list(line.changed))
    return Edit(
        kind=line.kind,
        text=line.text,
        removed=len(line.removed),
        added=len(line.added),
        changed=len(line.changed),
        keys=keys,
    )


def _tensors(alignment: Alignment, everything: bool) -> Iterator[Tensor]:
    for pair in alignment.pairs:
        pair_changes: Sequence[Any] = changes(pair, alignment)
        if pair_changes or everything:
            yield Tensor(
                a=list(pair.a),
                b=list(pair.b),
                kind=pair.kind,
                changes=list(pair_changes),
                rule=pair.rule,
                evidence=pair.evidence,
                confidence=pair.confidence,
                ambiguous=pair.ambiguous,
            )


def _stack(change: StackChange) -> Stack:
    return Stack(
        path=change.path,
        depth_a=change.depth_a,
        depth_b=change.depth_b,
        kept=change.kept,
        gained=list(change.gained),
        lost=list(change.lost),
        reshaped=list(change.widened),
    )
