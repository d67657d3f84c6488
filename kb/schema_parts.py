"""What a graph's schema is declared in: properties, labels, relationship types.

Plain frozen dataclasses, since every read opens a store and importing pydantic would cost it a third of its time; a
test has pydantic check the declarations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Type = Literal["string", "int", "float", "bool", "string[]", "int[]"]


@dataclass(frozen=True, slots=True)
class Property:
    """One typed, described property. `inferred` properties have evidence beside them."""

    name: str
    type: Type
    doc: str
    inferred: bool = False
    indexed: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """A node label. `primary` labels own a uid; role labels refine `Module`. `shared` nodes belong to no model and no
    structure: they are there as long as one uses them."""

    name: str
    doc: str
    properties: tuple[Property, ...]
    primary: bool = True
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Relation:
    """A relationship type with its ends (primary labels) and properties."""

    type: str
    source: str
    target: str
    doc: str
    properties: tuple[Property, ...] = ()


def described(name: str, type_: Type, doc: str, *, inferred: bool = False, indexed: bool = False) -> Property:
    """A property by what it is called, holds and means."""
    return Property(name=name, type=type_, doc=doc, inferred=inferred, indexed=indexed)
