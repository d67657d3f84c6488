"""Design files: what they mean, and what is said about wrong ones."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from archkb.ingest.sources import read_header
from archkb.ingest.sources.design.spec import MAX_TENSORS, parse_design
from archkb.kb.errors import SourceError

DOCS = Path(__file__).resolve().parents[3] / "docs" / "design-files.md"


def design(tensors: str, head: str = "name: m") -> str:
    return f"{head}\ntensors:\n{tensors}\n"


def test_the_example_of_the_page_means_what_the_page_says():
    page = DOCS.read_text(encoding="utf-8")
    example = page.split("```yaml\n")[1].split("```")[0]
    said = int(re.search(r"are (\d+) tensors", page)[1])

    header = parse_design(example, path="tiny.yaml")

    assert len(header.tensors) == said
    groups = Counter((t.key.split(".")[0], t.dtype, t.shape) for t in header.tensors)
    assert groups == {
        ("patch_embed", "F32", (512, 64)): 1,
        ("blocks", "BF16", (512, 512)): 36,
        ("blocks", "BF16", ()): 5,
        ("odd{name}", "F4", (6,)): 1,
    }
    assert header.metadata == {"config": '{"num_attention_heads": 8}'}
    assert header.declared == {
        "name": "tiny-dit",
        "family": "Tiny DiT",
        "version": "0.1",
        "source": "sketch of 3 March",
        "licence": "Apache-2.0",
        "attribution": "drawn by hand",
    }
    assert (header.format, header.source, header.size) == ("design", "tiny.yaml", None)
    assert {(t.span, t.file) for t in header.tensors} == {(None, "")}


def test_ranges_combine_with_the_last_running_fastest():
    header = parse_design(design("  a.{0,2..3}.{7,9}: u8 [1]"))

    assert [t.key for t in header.tensors] == ["a.0.7", "a.0.9", "a.2.7", "a.2.9", "a.3.7", "a.3.9"]


def test_text_is_not_interpreted():
    header = parse_design("name: no\nversion: 1e3\nmetadata:\n  null: ~\n  on: 0o7\ntensors:\n  yes: u8 [1]\n")

    assert header.declared == {"name": "no", "version": "1e3"}
    assert header.metadata == {"null": "~", "on": "0o7"}
    assert header.tensors[0].key == "yes"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (design("  a: bf61 [2]"), r"d.yaml:3 \[tensors.\"a\"\]: unknown dtype 'bf61'"),
        (design("  ok: u8 [1]\n  a: bf16 2"), r"d.yaml:4 .*is not a dtype and a shape"),
        (design("  a: bf16 [-2]"), r"d.yaml:3 .*is not a dtype and a shape"),
        (design("  a: bf16 [2,]"), r"d.yaml:3 .*is not a dtype and a shape"),
        (design("  a: f4 [3]"), r"d.yaml:3 .*do not end on a byte"),
        (design("  a: u8 [4294967296, 4294967296]"), r"d.yaml:3 .*overflows 64 bits"),
        (design("  a: u8 [18446744073709551616, 0]"), r"d.yaml:3 .*overflows 64 bits"),
        (design("  b.{0..3: u8 [1]"), r"d.yaml:3 \[tensors.\"b\.{0\.\.3\"\]: a lone '{'"),
        (design("  b.0}: u8 [1]"), r"d.yaml:3 .*a lone '}'"),
        (design("  b.{3..1}: u8 [1]"), r"d.yaml:3 .*runs backwards"),
        (design("  b.{1,1}: u8 [1]"), r"d.yaml:3 .*do not ascend"),
        (design("  b.{0..3,2}: u8 [1]"), r"d.yaml:3 .*do not ascend"),
        (design("  b.{00..10}: u8 [1]"), r"d.yaml:3 .*no list of indices"),
        (design("  b.{}: u8 [1]"), r"d.yaml:3 .*no list of indices"),
        (design("  b.{q,k}: u8 [1]"), r"d.yaml:3 .*no list of indices"),
        (design("  b.{0..9999999999}: u8 [1]"), r"d.yaml:3 .*no list of indices"),
        (design("  b.{0..3}: u8 [1]\n  b.2: u8 [1]"), r"d.yaml:4 .*b\.2 is in the pattern 'b.{0..3}' already"),
        (design("  a: u8 [1]\n  a: u8 [1]"), r"d.yaml:4: 'a' is given twice, first in line 3"),
        (design("  a: u8 [1]", "name: m\nname: n"), r"d.yaml:2: 'name' is given twice, first in line 1"),
        (design("  a: u8 [1]", "name: m\ncolour: red"), r"d.yaml:2 \[colour\]: Extra inputs"),
        (design("  a: u8 [1]", "family: f"), r"d.yaml \[name\]: Field required"),
        (design("  a: u8 [1]", "name: ''"), r"d.yaml:1 \[name\]"),
        ("name: m\n", r"\[tensors\]: Field required"),
        ("name: m\ntensors: []\n", r"d.yaml:2: the value of 'tensors' must be text, is a list or mapping"),
        (design("  a: {b: c}"), r"d.yaml:3: the value of 'a' must be text, is a list or mapping"),
        ("- a\n", r"d.yaml:1: a design is a mapping"),
        ("", r"d.yaml:1: a design is a mapping"),
        ("name: m\n---\nname: n\n", r"d.yaml:2: a second document"),
        (design("  a: u8 [1]", "name: &x m"), r"d.yaml:1: anchors \(&x\)"),
        (design("  a: u8 [1]", "name: m\nfamily: *x"), r"d.yaml:2"),
        (design("  a: !!python/name:os.system u8 [1]"), r"d.yaml:3: tags"),
        (design("  a: !!str u8 [1]"), r"d.yaml:3: tags"),
        (design("  a: 'u8"), r"d.yaml:\d+: no YAML"),
        (design("  a\x01: u8 [1]"), r"d.yaml.*no YAML"),
        ("[" * 50_000, r"d.yaml"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_line_and_key(text: str, says: str):
    with pytest.raises(SourceError) as caught:
        parse_design(text, path="d.yaml")

    assert re.search(says, str(caught.value)), str(caught.value)


def test_several_faults_are_told_at_once_and_counted():
    lines = "\n".join(f"  a{i}: u9 [1]" for i in range(7))

    with pytest.raises(SourceError, match=r"d\.yaml:3 .*; line 4: .*; line 5: .*; and 4 more faults of 7"):
        parse_design(design(lines), path="d.yaml")


@pytest.mark.parametrize(
    "pattern",
    [
        f"a.{{0..{MAX_TENSORS}}}",
        "a" + ".{0..999999999}" * 60,
        "x" * 200 + ".{0..999}.{0..999}",
    ],
)
def test_a_pattern_that_would_expand_without_end_is_refused_at_once(pattern: str):
    with pytest.raises(SourceError, match="expands to over 1,000,000 tensors or 100,000,000 characters"):
        parse_design(design(f"  {pattern}: u8 [1]"))


def test_aliases_cannot_multiply():
    bomb = "name: m\nmetadata:\n  a: &a x\n  b: [*a, *a]\ntensors: {}\n"

    with pytest.raises(SourceError, match="anchors"):
        parse_design(bomb)


def test_a_file_may_begin_with_a_byte_order_mark_but_must_be_utf8(tmp_path: Path):
    (tmp_path / "d.yaml").write_bytes(b"\xef\xbb\xbfname: m\ntensors: {}\n")
    (tmp_path / "e.yaml").write_bytes(b"name: \xff\ntensors: {}\n")

    assert read_header(tmp_path / "d.yaml").declared == {"name": "m"}
    with pytest.raises(SourceError, match="not UTF-8"):
        read_header(tmp_path / "e.yaml")
