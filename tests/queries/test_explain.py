"""The page on a model: components, blocks once, evidence on demand, and what is unknown with its reason."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from archkb.ingest.pipeline import analyse
from archkb.ingest.sources import read_header
from archkb.kb.errors import NotFoundError
from archkb.kb.values import Header
from archkb.queries.explain.model_page import explain
from archkb.queries.model_view import ModelView
from tests.nets import header
from tests.queries.conftest import Archkb
from tests.queries.views import viewed


@pytest.fixture(scope="module")
def shdt() -> ModelView:
    return viewed(analyse(read_header("design:aiprod-shdt")), name="shdt")


def test_the_page_says_what_the_model_is(shdt: ModelView) -> None:
    text = "\n".join(line.text for line in explain(shdt))
    assert "diffusion_transformer" in text
    assert "32 blocks, of 2 templates" in text
    assert "blocks 0, 4, 8, 12, 16, 20, 24, 28" in text
    assert text.count("ff: plain feed-forward, 2048 → 8192") == 1


def test_forms_of_blocks_are_told_apart_by_what_differs(shdt: ModelView) -> None:
    (line,) = [x.text for x in explain(shdt) if "; as blocks" in x.text]
    assert line.startswith("blocks 1-3, 5-7, ")
    assert line.endswith("as blocks 0, 4, 8, 12, 16, 20, 24, 28, but without stream_gate (scalar)")


def test_fewer_key_heads_than_query_heads_are_said(shdt: ModelView) -> None:
    text = "\n".join(line.text for line in explain(shdt))
    assert "cross_attn: cross-attention, video reads text, 2048 ← 2048, 16 heads of 128, 4 KV heads" in text
    hidden = "\n".join(x.text for x in explain(viewed(analyse(_without_metadata()), name="shdt")))
    assert "heads unknown, 4 query heads a KV head" in hidden


def test_what_is_outside_the_stacks_is_said_where_there_is_no_component(shdt: ModelView) -> None:
    text = "\n".join(line.text for line in explain(shdt))
    assert "outside the stacks: 3 Embedding (pos_encoding), 5 Linear (" in text
    assert "patch_embed" in text
    assert "loose parameters: pos_encoding.scale_h 1" in text


def test_blocks_that_differ_in_sizes_only_are_one_entry() -> None:
    tables = viewed(analyse(read_header("design:ltx-2-19b-dev")), name="ltx")
    texts = [line.text for line in explain(tables)]
    (vocoder,) = [t for t in texts if t.startswith("vocoder.resblocks")]
    assert vocoder.startswith("vocoder.resblocks: 15 blocks, alike but for sizes (18.6k to 17.3M parameters each)")
    assert sum("convs1.0 and convs2.0" in t for t in texts) == 1
    assert (
        "blocks 0, 2, 4, 6, 8: 4 to 12 × Conv3d 128 to 2048, residual, 3.54M to 453M parameters each, "
        "alike but for sizes" in texts
    )
    assert "adds in each of 2 to 6 blocks of res_blocks: conv1 and conv2 → video" in texts


LORA = {
    f"diffusion_model.blocks.{i}.ff.lora_{half}.weight": s
    for i in range(2)
    for half, s in (("A", (4, 8)), ("B", (16, 4)))
}


def test_an_adapter_is_told_by_its_targets() -> None:
    tables = viewed(analyse(header({**LORA, "diffusion_model.blocks.0.out.lora_A.weight": (2, 8)})), name="lora")
    assert [x.text for x in explain(tables, bases=[("base", "3 of 3 targets")])][1:] == [
        "adapts base: 3 of 3 targets",
        "3 targets, ranks 4 (2), 2 (1)",
        "diffusion_model.blocks.{i}.ff: 2 targets, rank 4, 8 → 16",
        "diffusion_model.blocks.{i}.out: 1 target, rank 2; 1 with one half only, which changes nothing",
    ]
    assert "adapts no model of the store" in explain(tables, bases=[])[1].text
    assert "adapts" not in explain(tables)[1].text


def test_every_inferred_line_has_evidence(shdt: ModelView) -> None:
    lines = [x for x in explain(shdt, "blocks.0") if "attention" in x.text or "feed-forward" in x.text]
    assert len(lines) == 4
    assert all(x.evidence and all(b.rule and b.detail for b in x.evidence) for x in lines)


def test_a_stack_and_a_component_below_the_model_read_as_on_its_page(shdt: ModelView) -> None:
    whole, part = explain(shdt), explain(shdt, "blocks")
    assert [x.text for x in part] == [x.text for x in whole if x.level and x.path.startswith("blocks")]
    assert explain(shdt, "patch_embed")[1].text.startswith("layers: 2 Linear (0")
    assert len(explain(shdt, "text_proj")) == 1


def test_a_path_that_is_not_there(shdt: ModelView) -> None:
    with pytest.raises(NotFoundError, match="no module"):
        explain(shdt, "blocks.99")


def test_what_is_unknown_is_said_with_its_reason() -> None:
    found = viewed(analyse(read_header("design:aiprod-shdt")), name="shdt")
    hidden = viewed(analyse(_without_metadata()), name="shdt")
    assert not any(x.text.startswith("unknown: heads") for x in explain(found))
    (line,) = [x for x in explain(hidden) if x.text.startswith("unknown: heads") and x.level]
    assert "96" in line.text
    assert line.evidence[0].value is None


def test_the_page_opens_with_what_a_person_wants_to_know() -> None:
    page = explain(viewed(analyse(read_header("design:ltx-2-19b-dev-fp8")), name="ltx"))
    first = [line.text for line in page if line.level == 0]
    assert first[0].startswith("ltx: diffusion_pipeline, 21.6B parameters")
    assert first[1].startswith("attends: 292 attentions: 192 cross (96 to text, 48 to audio, 48 to video), 100 self")
    assert first[2] == "packed: F8_E4M3 74.9 %, BF16 25.1 %, F32 0.0151 % of the parameters; 2,352 quantization scales"
    assert first[3].startswith("settings: class name AVTransformer3DModel, position kind rope, rope theta 10000.0")
    assert first[4] == "unknown: no header tells loss, training data or quality"


def test_a_contradiction_is_on_the_first_screen() -> None:
    header = read_header("design:aiprod-shdt")
    wrong = replace(header, metadata={"aiprod_config": '{"num_layers": 80}'})
    first = [line.text for line in explain(viewed(analyse(wrong), name="shdt")) if line.level == 0]
    assert "contradiction: aiprod_config.num_layers states layers 80, the shapes show 32 blocks" in first
    assert first[-1].startswith("unknown: heads of 96 attentions; causality, activation (no configuration")


def _without_metadata() -> Header:
    return replace(read_header("design:aiprod-shdt"), metadata={})


def test_the_command(archkb: Archkb) -> None:
    archkb("ingest", "design:aiprod-hwvae")
    page = archkb("explain", "aiprod-hwvae")
    assert archkb("explain", "design:aiprod-hwvae").out == page.out
    assert page.code == 0
    assert "vae.encoder: vae_encoder" in page.out
    assert "·" not in page.out
    assert "·" in archkb("explain", "aiprod-hwvae", "vae.encoder", "--evidence").out
    assert archkb("explain", "aiprod-hwvae", "--json").json[0]["level"] == 0
    assert "confidence unmeasured" in archkb("explain", "aiprod-hwvae", "--evidence").out
    wrong = archkb("explain", "aiprod-hwvae", "vae.encode")
    assert wrong.code == 2
    assert "Did you mean 'vae.encoder'" in wrong.err


def test_a_file_is_explained_without_a_store(archkb: Archkb, header, tmp_path: Path) -> None:
    page = archkb("explain", header())
    assert page.out.startswith("tiny: ")
    assert not (tmp_path / "own").exists()


def test_a_line_says_its_path_from_that_of_the_line_above_it(archkb: Archkb) -> None:
    lines = archkb("explain", "design:ltx-2-19b-dev-fp8").out.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("  model.diffusion_model: "))
    assert lines[at + 1].startswith("    transformer_blocks: 48 blocks")
    assert any(line.startswith("      transformer_1d_blocks: 2 blocks") for line in lines)
    rows = archkb("explain", "design:ltx-2-19b-dev-fp8", "--json").json
    assert rows[at + 1]["text"].startswith("model.diffusion_model.transformer_blocks: 48 blocks")


def test_heads_are_in_the_order_of_their_numbers() -> None:
    page = explain(viewed(analyse(read_header("design:ltx-2-19b-dev-fp8")), name="ltx"))
    assert "heads 30 of 128, 32 of 64, 32 of 128" in page[1].text
