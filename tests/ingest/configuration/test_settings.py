"""What configurations state, where it is kept, and what the shapes say of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archkb.ingest.configuration.find_settings import find_settings
from archkb.ingest.configuration.read_config import MOST, statements
from archkb.ingest.configuration.setting import Setting
from archkb.ingest.configuration.terms import TERMS, Term, term_of
from archkb.ingest.graph.rows import to_tables
from archkb.ingest.pipeline import analyse
from archkb.ingest.read_tables import read_tables
from archkb.ingest.sources import read_header
from archkb.kb.errors import SourceError
from tests.nets import Shapes, header, repeated

HF = {
    "architectures": ["TinyForCausalLM"], "model_type": "tiny", "hidden_size": 64, "num_hidden_layers": 3,
    "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16, "intermediate_size": 128, "vocab_size": 1000,
    "rope_theta": 500000.0, "max_position_embeddings": 4096, "hidden_act": "silu", "rms_norm_eps": 1e-5,
    "tie_word_embeddings": False, "sliding_window": None, "attention_bias": False, "torch_dtype": "bfloat16",
    "quantization_config": {"quant_method": "fp8", "bits": 8},
}  # fmt: skip
BLOCK: Shapes = {
    "self_attn.q_proj.weight": (64, 64), "self_attn.k_proj.weight": (32, 64), "self_attn.v_proj.weight": (32, 64),
    "self_attn.o_proj.weight": (64, 64), "mlp.gate_proj.weight": (128, 64), "mlp.up_proj.weight": (128, 64),
    "mlp.down_proj.weight": (64, 128), "input_layernorm.weight": (64,), "post_attention_layernorm.weight": (64,),
}  # fmt: skip
LLAMA: Shapes = {
    "model.embed_tokens.weight": (1000, 64), **repeated("model.layers", 3, BLOCK), "model.norm.weight": (64,),
    "lm_head.weight": (1000, 64),
}  # fmt: skip


def settings(net: Shapes, config: object) -> list[Setting]:
    configs = {"config": json.dumps(config)}
    return list(find_settings(configs, to_tables(analyse(header(net, configs)), name="net")))


def verdicts(net: Shapes, config: object) -> dict[str, str]:
    return {s.statement.name: s.verdict for s in settings(net, config)}


def test_what_shapes_show_agrees_and_the_rest_is_unchecked() -> None:
    found = verdicts(LLAMA, HF)
    agree = {name for name, verdict in found.items() if verdict == "agrees"}
    assert agree == {
        "width", "layers", "heads", "kv_heads", "head_dim", "feed_forward_width", "vocabulary", "tied_embeddings",
        "attention_bias",
    }  # fmt: skip
    assert "contradicts" not in found.values()
    assert {"rope_theta", "activation", "norm_eps", "max_positions", "quantization"} <= found.keys()
    assert "sliding_window" not in found, "null states nothing"


@pytest.mark.parametrize(
    ("change", "name", "shows"),
    [
        ({"num_hidden_layers": 80}, "layers", "3 blocks"),
        ({"hidden_size": 4096}, "width", "64 channels of a stream"),
        ({"num_attention_heads": 8}, "heads", "64 rows of a query"),
        ({"intermediate_size": 129}, "feed_forward_width", "128 channels between up and down"),
        ({"vocab_size": 32000}, "vocabulary", "1000 rows of a table"),
        ({"tie_word_embeddings": True}, "tied_embeddings", "a head beside the token table"),
        ({"attention_bias": True}, "attention_bias", "0 of 12 projections have a bias"),
    ],
)
def test_a_planted_contradiction_is_told_with_both_sides(change: dict[str, object], name: str, shows: str) -> None:
    (setting,) = [s for s in settings(LLAMA, HF | change) if s.verdict == "contradicts"]
    assert (setting.statement.name, setting.shapes) == (name, shows)
    assert setting.detail


def test_a_padded_vocabulary_is_the_vocabulary() -> None:
    (setting,) = settings(LLAMA, {"vocab_size": 997})
    assert (setting.verdict, setting.shapes) == ("agrees", "1000 rows of a table, padded from 997")


def test_parts_of_a_configuration_speak_of_their_modules() -> None:
    vision = repeated("vision_tower.layers", 2, {k.replace("self_attn", "attn"): s for k, s in BLOCK.items()})
    both = {f"language_model.{k}": s for k, s in LLAMA.items()} | vision
    config = {"text_config": {"num_hidden_layers": 3}, "vision_config": {"num_hidden_layers": 2}, "rope_theta": 1e4}
    found = {s.statement.where: (s.path, s.verdict) for s in settings(both, config)}
    assert found["config.vision_config.num_hidden_layers"] == ("vision_tower", "agrees")
    assert found["config.text_config.num_hidden_layers"][1] == "agrees"
    assert found["config.rope_theta"] == ("", "unchecked")


@pytest.mark.parametrize("term", TERMS, ids=lambda t: t.name)
def test_every_key_of_a_term_leads_to_a_term(term: Term) -> None:
    for key in term.keys:
        found, prefix = term_of(key)
        assert found is not None
        assert prefix == frozenset()
    assert term_of(term.name)[0] == term, "the name itself is a key, and of no other term"


def test_one_word_has_one_meaning() -> None:
    seen: dict[str, str] = {}
    for term in TERMS:
        for key in term.keys:
            assert seen.setdefault(key, term.name) == term.name, key


@pytest.mark.parametrize(
    "text",
    ["{", "[1]", '"a"', "nonsense", '{"a": ' * 5000 + "1" + "}" * 5000, json.dumps({"num_layers": {"a": [None, {}]}})],
)
def test_what_is_no_configuration_states_nothing(text: str) -> None:
    assert [s for s in statements({"config": text}) if s.name == "layers"] == []


def test_the_number_of_statements_is_bounded() -> None:
    assert len(statements({"config": json.dumps({"rope_theta": 1, **{f"k{i}": i for i in range(10 * MOST)}})})) == MOST


def test_records_of_training_are_no_configuration() -> None:
    assert statements({"ss_tag_frequency": json.dumps({"img": {"1girl": 20, "sky": 3}})}) == ()


def test_a_config_beside_the_file_is_read_and_one_that_is_named_goes_before(tmp_path: Path) -> None:
    import numpy
    from safetensors.numpy import save_file

    file = tmp_path / "model.safetensors"
    save_file({k: numpy.zeros(s, numpy.float16) for k, s in LLAMA.items()}, file)
    assert read_header(file).config == {}
    (tmp_path / "config.json").write_text(json.dumps(HF))
    tables = read_tables(file, name="net")
    attention = next(tables.records("Module", "Attention"))
    assert (attention["heads"], attention["heads_basis"]) == (4, "metadata")
    named = tmp_path / "other.json"
    named.write_text(json.dumps({"num_hidden_layers": 80}))
    (setting,) = read_tables(file, name="net", config=named).records("Setting")
    assert (setting["verdict"], setting["stated_at"]) == ("contradicts", "other.json.num_hidden_layers")


@pytest.mark.parametrize(("text", "what"), [("[1]", "no object"), ("{", "no configuration"), (None, "no such file")])
def test_a_named_file_that_is_no_configuration_is_refused(tmp_path: Path, text: str | None, what: str) -> None:
    config = tmp_path / "c.json"
    if text is not None:
        config.write_text(text)
    with pytest.raises(SourceError, match=what):
        read_tables("design:aiprod-shdt", name="x", config=config)
    if text is not None:
        (tmp_path / "config.json").write_text(text)
        assert read_header("design:aiprod-shdt").config == {}
