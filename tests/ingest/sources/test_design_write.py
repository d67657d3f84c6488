"""Writing designs: the same tensors come back, in few lines, and always in the same ones."""

from __future__ import annotations

import random
from itertools import product
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archkb.ingest.sources import read_header
from archkb.ingest.sources.design.cartesian import to_products
from archkb.ingest.sources.design.spec import parse_design
from archkb.ingest.sources.design.write_design import compact, header_to_design
from archkb.kb.values import DTYPE_BITS, Header, TensorSpec


def facts(header: Header) -> set[tuple[str, str, tuple[int, ...]]]:
    return {(t.key, t.dtype, t.shape) for t in header.tensors}


def assert_comes_back(header: Header) -> str:
    text = header_to_design(header)
    back = parse_design(text, path="written")
    assert facts(back) == facts(header)
    assert len(back.tensors) == len(header.tensors)
    assert back.metadata == header.metadata
    return text


_any_text = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
_segment = st.one_of(
    st.integers(0, 3).map(str),
    st.sampled_from(["w", "{", "}", "{0}", "{{", "00", "007", "1234567890", "-", "", " ", "\n", '"', "'", ": ", "#"]),
    _any_text,
)  # fmt: skip
_key = st.lists(_segment, min_size=1, max_size=9).map(".".join)
_shape = st.lists(st.integers(0, 9), max_size=3).map(lambda dims: (*dims, 8))


@st.composite
def _headers(draw: st.DrawFn) -> Header:
    keys = draw(st.lists(_key, max_size=25, unique=True))
    dtypes = draw(st.lists(st.sampled_from(sorted(DTYPE_BITS)), min_size=1, max_size=2))
    shapes = draw(st.lists(_shape, min_size=1, max_size=2))
    form = st.tuples(st.sampled_from(dtypes), st.sampled_from(shapes))
    tensors = tuple(TensorSpec(key, *draw(form)) for key in keys)
    return Header(tensors, draw(st.dictionaries(_any_text, _any_text, max_size=3)), source="m.safetensors")


@settings(max_examples=300, deadline=None)
@given(_headers())
@example(Header((TensorSpec("k" * 2000, "F32", ()), TensorSpec("", "U8", (1,))), {"m" * 1500: "x" * 5000}))
@example(Header((TensorSpec("null", "F32", ()), TensorSpec("---", "F32", ())), {"a": "\n lead", "b": "x\n" * 90}))
@example(Header((TensorSpec("a", "F32", ()),), {"c": "line one of a long text " * 5 + "\n\n   indented\nend"}))
@example(Header((TensorSpec("a", "F32", ()),), {"c": "\U0001f600\ufeff\u2028\x85\x00" * 20}))
def test_any_header_comes_back(header: Header):
    assert_comes_back(header)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 3).flatmap(lambda n: st.sets(st.tuples(*[st.integers(0, 5)] * n), min_size=1, max_size=40)))
def test_products_hold_each_index_once(indices: set[tuple[int, ...]]):
    products = to_products(indices)

    held = [index for sets in products for index in product(*sets)]
    assert len(held) == len(set(held))
    assert set(held) == indices


def test_a_full_product_is_one_line_and_exceptions_cost_few():
    stack = [TensorSpec(f"b.{i}.ff.{j}.w", "BF16", (4, 4)) for i in range(32) for j in (0, 2)]
    gates = [TensorSpec(f"b.{i}.gate", "F32", ()) for i in (0, 43, 44, 45)]
    odd = [TensorSpec(f"c.{i}.d.{j}", "F32", ()) for i in range(9) for j in range(5) if (i, j) != (4, 2)]

    assert compact(stack + gates) == [("b.{0,43..45}.gate", "f32 []"), ("b.{0..31}.ff.{0,2}.w", "bf16 [4, 4]")]
    assert compact(odd) == [("c.4.d.{0,1,3,4}", "f32 []"), ("c.{0..3,5..8}.d.{0..4}", "f32 []")]


def test_the_text_does_not_depend_on_the_order_of_the_header(shared: Path):
    header = read_header(shared / "checkpoints" / "aiprod-hwvae.json.gz")
    shuffled = list(header.tensors)
    random.Random(1).shuffle(shuffled)

    assert header_to_design(Header(tuple(shuffled), header.metadata, header.source)) == header_to_design(header)


def test_name_and_provenance_are_written():
    header = Header((), {}, source="dir/model.safetensors", declared={"family": "F", "licence": "MIT"})

    text = header_to_design(header, licence="Apache-2.0", attribution="me: myself")

    assert parse_design(text).declared == {
        "name": "model",
        "family": "F",
        "licence": "Apache-2.0",
        "attribution": "me: myself",
    }
    assert parse_design(header_to_design(header, name="other")).declared["name"] == "other"
    with pytest.raises(TypeError, match="no fields \\['colour'\\]"):
        header_to_design(header, colour="red")


def test_every_manifest_comes_back_and_the_largest_is_short(shared: Path):
    for manifest in sorted((shared / "checkpoints").glob("*.json.gz")):
        text = assert_comes_back(read_header(manifest))
        if manifest.name == "ltx-2-19b-dev-fp8.json.gz":
            assert text.count("\n") < 700
            assert len(text.split("\ntensors:\n")[1].splitlines()) == 427
