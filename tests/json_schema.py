"""As much of JSON Schema as docs/diff.schema.json uses: what a document breaks, by its path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
    "integer": int,
    "number": (int, float),
}
_KNOWN = {
    "$schema", "$defs", "$ref", "title", "description", "default", "type", "anyOf", "enum", "const", "properties",
    "required", "items", "prefixItems", "minItems", "maxItems", "minimum", "maximum", "additionalProperties",
}  # fmt: skip


def faults(value: Any, schema: Schema, root: Schema, at: str = "$") -> Iterator[str]:
    """What of a value is not as the schema says; ValueError for a keyword this does not know."""
    if schema.keys() - _KNOWN:
        raise ValueError(f"unknown keywords {sorted(schema.keys() - _KNOWN)} at {at}")
    if "$ref" in schema:
        yield from faults(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root, at)
    if "anyOf" in schema and all(any(True for _ in faults(value, s, root, at)) for s in schema["anyOf"]):
        yield f"{at}: none of the choices"
    if "type" in schema and not _is(value, schema["type"]):
        yield f"{at}: {value!r} is no {schema['type']}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is none of {schema['enum']}"
    if "const" in schema and value != schema["const"]:
        yield f"{at}: {value!r} is not {schema['const']!r}"
    if isinstance(value, int | float) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield f"{at}: {value!r} is out of range"
    if isinstance(value, dict):
        yield from _object(value, schema, root, at)
    if isinstance(value, list):
        yield from _array(value, schema, root, at)


def _is(value: Any, kind: str) -> bool:
    return isinstance(value, _TYPES[kind]) and not (isinstance(value, bool) and kind in ("integer", "number"))


def _object(value: dict[str, Any], schema: Schema, root: Schema, at: str) -> Iterator[str]:
    yield from (f"{at}: no {name}" for name in schema.get("required", ()) if name not in value)
    known = schema.get("properties", {})
    for name, inner in value.items():
        if name in known:
            yield from faults(inner, known[name], root, f"{at}.{name}")
        elif isinstance(schema.get("additionalProperties"), dict):
            yield from faults(inner, schema["additionalProperties"], root, f"{at}.{name}")


def _array(value: list[Any], schema: Schema, root: Schema, at: str) -> Iterator[str]:
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        yield f"{at}: {len(value)} items"
    first = schema.get("prefixItems", [])
    for i, inner in enumerate(value):
        of = first[i] if i < len(first) else schema.get("items")
        if of:
            yield from faults(inner, of, root, f"{at}[{i}]")
