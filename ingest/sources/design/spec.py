"""Design files: a model written down as YAML, with patterns for its tensors. See `docs/design-files.md`.

`parse_design` turns the text of one into the same :class:`archkb.kb.values.Header` a checkpoint gives, without spans.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from archkb.ingest.sources.design.pattern import Pattern, parse
from archkb.ingest.sources.design.yaml_subset import Parsed, read_yaml
from archkb.ingest.sources.safetensors_errors import bits_fault, shown
from archkb.ingest.sources.safetensors_header import MAX_LENGTH
from archkb.kb.errors import SourceError
from archkb.kb.values import DTYPE_BITS, Header, TensorSpec

MAX_TENSORS = 1_000_000
"""Most tensors a design may expand to."""

MAX_CHARACTERS = MAX_LENGTH
"""Most characters of all expanded names together: what the longest header could hold."""

_SHOWN = 3
_FORM = re.compile(r"(?P<dtype>\w+)\s*\[(?P<shape>\s*(?:[0-9]{1,20}\s*(?:,\s*[0-9]{1,20}\s*)*)?)\]", re.ASCII)


class Form(NamedTuple):
    """What a design says of a tensor: its dtype by its safetensors name, and its shape in elements."""

    dtype: str
    shape: tuple[int, ...]


def parse_form(text: str) -> Form:
    """Read `bf16 [2048, 2048]`; ValueError says what is wrong.

    >>> parse_form("bf16 [4, 3]"), parse_form("F32 []")
    (Form(dtype='BF16', shape=(4, 3)), Form(dtype='F32', shape=()))
    """
    match = _FORM.fullmatch(text.strip())
    if not match:
        raise ValueError(f"{shown(text)!r} is not a dtype and a shape such as `bf16 [2048, 2048]` or `f32 []`")
    dtype = match["dtype"].upper()
    if dtype not in DTYPE_BITS:
        raise ValueError(f"unknown dtype {shown(match['dtype'])!r}; known are {', '.join(DTYPE_BITS).lower()}")
    shape = tuple(int(size) for size in match["shape"].split(",") if size.strip())
    if fault := bits_fault(dtype, shape):
        raise ValueError(fault)
    return Form(dtype, shape)


def _checked(pattern: str) -> str:
    parse(pattern)
    return pattern


class Design(BaseModel):
    """A design file as it stands: patterns not yet expanded."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    family: str = ""
    version: str = ""
    source: str = ""
    licence: str = ""
    attribution: str = ""
    metadata: dict[str, str] = Field(default_factory=dict)
    tensors: dict[Annotated[str, AfterValidator(_checked)], Annotated[Form, BeforeValidator(parse_form)]]

    @property
    def declared(self) -> dict[str, str]:
        """What the design says of itself, without what it leaves open."""
        fields = ("name", "family", "version", "source", "licence", "attribution")
        return {field: value for field in fields if (value := getattr(self, field))}


def parse_design(text: str, *, path: str = "") -> Header:
    """A design's text as a header: tensors in the order of the patterns, the last range of each running fastest.

    Raises SourceError with file, line and key for YAML that is none, unknown fields, wrong patterns or shapes,
    a tensor given twice, and more than MAX_TENSORS tensors.

    >>> parse_design("name: tiny\\ntensors:\\n  b.{0,1}.w: f16 [2, 2]\\n").tensors[1].key
    'b.1.w'
    """
    parsed = read_yaml(text, path)
    try:
        design = Design.model_validate(parsed.tree)
    except ValidationError as err:
        raise _invalid(err, parsed, path) from None
    tensors = tuple(_expand(design, parsed, path))
    return Header(tensors, design.metadata, source=path, format="design", declared=design.declared)


def _expand(design: Design, parsed: Parsed, path: str) -> Iterator[TensorSpec]:
    owner: dict[str, str] = {}
    n_tensors = n_characters = 0
    for text, (dtype, shape) in design.tensors.items():
        pattern: Pattern = parse(text)
        n_tensors += pattern.n_names
        n_characters += pattern.n_names * len(text)
        if n_tensors > MAX_TENSORS or n_characters > MAX_CHARACTERS:
            what = f"the design expands to over {MAX_TENSORS:,} tensors or {MAX_CHARACTERS:,} characters of names"
            raise _fault(what, ("tensors", text), parsed, path)
        for key in pattern.names():
            if key in owner:
                what = f"the tensor {shown(key)} is in the pattern {shown(owner[key])!r} already"
                raise _fault(what, ("tensors", text), parsed, path)
            owner[key] = text
            yield TensorSpec(key, dtype, shape)


def _fault(what: str, place: tuple[str, ...], parsed: Parsed, path: str) -> SourceError:
    line = parsed.lines.get(place)
    key = place[0] + "".join(f'."{shown(part)}"' for part in place[1:])
    return SourceError(what, path=f"{path}:{line}" if line else path, key=key, cure="see docs/design-files.md")


def _invalid(err: ValidationError, parsed: Parsed, path: str) -> SourceError:
    """One error for all that pydantic found: the first with its line, the next ones in words."""
    problems = []
    for problem in err.errors(include_url=False):
        place = tuple(str(part) for part in problem["loc"] if part != "[key]")
        what = problem["msg"].removeprefix("Value error, ")
        problems.append((place, what))
    place, what = problems[0]
    for other, text in problems[1:_SHOWN]:
        line = parsed.lines.get(other)
        what += f"; line {line}: {text}" if line else f"; {'.'.join(other)}: {text}"
    if len(problems) > _SHOWN:
        what += f"; and {len(problems) - _SHOWN:,} more faults of {len(problems):,}"
    return _fault(what, place, parsed, path)
