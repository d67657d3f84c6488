"""Composed questions: a sentence is understood whole or not at all, and answered alike by every store."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archkb.ingest.graph.rows import to_tables
from archkb.ingest.pipeline import analyse
from archkb.ingest.sources import read_header
from archkb.kb import schema
from archkb.kb.store import Store, open_store
from archkb.queries.output.answer import Answer
from archkb.queries.questions.cypher_lint import offences
from archkb.queries.questions.cypher_text import final_return, parameters
from archkb.queries.questions.grammar.compile_cypher import compile_cypher
from archkb.queries.questions.grammar.grammar_answer import grammar_answer
from archkb.queries.questions.grammar.model_words import ModelWords, Part, read_model_words, with_paths
from archkb.queries.questions.grammar.parse import corrections, parse, unnamed
from archkb.queries.questions.grammar.phrase import title
from archkb.queries.questions.grammar.understand import understand
from archkb.queries.questions.grammar.word_table import words
from archkb.queries.questions.unknown_names import unknown_names
from tests.queries.graphs import parts, small_models
from tests.queries.questions.composed import ABSENT, NOT_UNDERSTOOD, UNDERSTOOD

LTX = "checkpoints/ltx-2-19b-dev-fp8.json.gz"
LIKE_LTX = ModelWords(
    (
        Part("model.diffusion_model", frozenset(("model", "diffusion", "transformer", "video", "audio"))),
        Part("model.diffusion_model.audio_connector", frozenset(("model", "diffusion", "audio", "connector", "text"))),
        Part("vae.encoder", frozenset(("vae", "encoder", "video"))),
        Part("vae.decoder", frozenset(("vae", "decoder", "video"))),
        Part("audio_vae.decoder", frozenset(("audio", "vae", "decoder"))),
        Part("vocoder", frozenset(("vocoder", "audio"))),
    ),
    frozenset(("text", "audio", "video")),
    (
        ("model.diffusion_model.transformer_blocks", 9000, frozenset(range(48))),
        ("vae.decoder.up_blocks", 100, frozenset(range(9))),
        ("vae.decoder.up_blocks.0.res_blocks", 50, frozenset(range(2))),
    ),
    frozenset(
        (
            "model.diffusion_model.caption_projection",
            "model.diffusion_model.transformer_blocks.{i}.attn1",
            "vae.encoder",
            "vae.decoder",
        )
    ),
)
"""Words of a model much like LTX-2, for what needs no store."""

SMALL: list[tuple[str, str, str]] = [
    ("duo", "how many cross attentions read text", "12 cross-attentions reading text."),
    ("duo", "how many attentions", "24 attentions: 12 cross, 12 self."),
    ("duo", "how many attentions does the transformer have", "24 attentions in the transformer: 12 cross, 12 self."),
    ("duo", "how many attentions in the vae", "None: there is no attention in the vae."),
    ("duo", "is there a convolution in the net", "No: there is no convolution in the net."),
    ("duo", "is there a convolution in the decoder", "Yes: 4 convolutions in the decoder."),
    ("duo", "are there gated attentions", "No: there is no gated attention."),
    ("duo", "which attentions are not gated",
     "24 attentions without a gate: net.blocks.{i}.attn1 (12), net.blocks.{i}.attn2 (12)."),
    ("duo", "how many attentions have no qk norm", "None: there is no attention without qk-norm."),
    ("duo", "how many tensors in fp8", "10 tensors in FP8."),
    ("duo", "how many linear layers in fp8", "10 linear layers in FP8."),
    ("duo", "how many linear layers are not in fp8", "5 linear layers not in FP8."),
    ("duo", "how many quantization scales", "10 quantization scales."),
    ("duo", "self attentions of block 3", "1 self-attention in block 3: net.blocks.{i}.attn1."),
    ("duo", "how many attentions in block 12", "No: nothing here is named block 12."),
    ("duo", "how many attentions in the vocoder", "No: nothing here is named vocoder."),
    ("duo", "which attentions read audio", "No: nothing here is named audio."),
    ("duo", "linear layers wider than 100", "1 linear layer with an output width of more than 100: net.adaln."),
    ("duo", "widest linear layer", "The largest output width of all linear layers: 192, of net.adaln."),
    ("duo", "how wide are the feed-forwards", "Width of 12 feed-forwards: 32 each."),
    ("duo", "what heads do the attentions have", "Unknown: nothing proves the heads of 24 attentions."),
    ("duo", "which attentions have more than 8 heads",
     "Unknown: no attention with more than 8 heads is proved, and of 24 attentions nobody can tell."),
    ("duo", "what are the latent channels of the decoder", "Latent channels of 1 component in the decoder: 4."),
    ("duo", "how many RMSNorms", "12 RMSNorms."),
    ("duo", "is there a layer norm",
     "No: there is no LayerNorm; a norm without parameters leaves no trace in a header."),
    ("duo", "tensors named register", "1 tensor named register: net.refiner.register."),
    ("duo", "how many buffers", "1 buffer."),
    ("duo", "convolutions with kernel 3 in vae.up.1",
     "2 convolutions with kernel 3 in vae.up.1: vae.up.{i}.conv.{i} (2)."),
    ("duo", "how many embeddings with 64 entries", "1 embedding with 64 entries."),
    ("solo", "are there cross attentions",
     "Unknown: no cross-attention is proved, and of 1 attention nobody can tell."),
    ("solo", "is there a gated attention", "Yes: 1 gated attention."),
    ("solo", "how many experts does the feed forward have", "Experts of 1 feed-forward: 4."),
    ("solo", "is there a mixture of experts feed forward", "Yes: 1 feed-forward with experts."),
    ("parts", "which attentions are gated", "1 gated attention: body.blocks.{i}.time_attn."),
    ("parts", "attentions not gated and in the body",
     "3 attentions without a gate in the body: body.blocks.{i}.time_attn (3)."),
    ("parts", "largest block",
     "The most parameters of all blocks: 120, of body.blocks.{i}."),
    ("parts", "linear layers with no bias",
     "3 linear layers without a bias: body.camera_proj, body.exit_gate, body.image_proj."),
    ("parts", "how deep is the body", "Depth of 1 stack in the body: 4."),
    ("parts", "is there an lstm in the text encoder", "Yes: 1 LSTM in the text encoder."),
    ("parts", "smallest component", "The fewest parameters of all components: 10, of body.connector."),
    ("parts", "does the vocoder have attention", "No: there is no attention in the vocoder."),
]  # fmt: skip
"""(model, sentence, answer) on the graphs made by hand."""

ACROSS = (
    "gated",
    "cross",
    "reading",
    "text",
    "in the decoder",
    "block 3",
    "not",
    "without",
    "wider than 4096",
    "heads",
)


def fill(store: Store) -> None:
    for tables in (*small_models(), parts()):
        store.replace(tables)


def asked_of(store: Store, model: str, text: str) -> Answer | None:
    uid = model
    asked = understand(text, store, uid)
    return None if asked is None else grammar_answer(store, asked, uid)


@pytest.fixture(scope="module")
def ltx(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """An embedded store with LTX-2, its uid and its words."""
    store = open_store(str(tmp_path_factory.mktemp("ltx") / "store"))
    tables = to_tables(analyse(read_header(shared / LTX)), name="ltx")
    store.replace(tables)
    yield store, tables.name, with_paths(read_model_words(store, tables.name), store, tables.name)
    store.close()


@pytest.mark.shared
@pytest.mark.parametrize(("text", "read", "count"), UNDERSTOOD, ids=[t for t, _, _ in UNDERSTOOD])
def test_a_sentence_is_read_and_answered_for_a_real_model(ltx: Any, text: str, read: str, count: int) -> None:
    store, uid, model = ltx
    asked = parse(text, model)
    assert asked is not None
    assert title(asked) == read
    assert understand(text, store, uid) == asked
    records = grammar_answer(store, asked, uid).records()
    if asked.most:
        records = [row for row in records if row[asked.of] == records[0][asked.of]]
    assert sum(row["count"] for row in records if row.get("holds", True)) == count


@pytest.mark.shared
@pytest.mark.parametrize(("text", "missing"), ABSENT, ids=[t for t, _ in ABSENT])
def test_what_a_real_model_has_not_is_said(ltx: Any, text: str, missing: str) -> None:
    store, uid, model = ltx
    asked = understand(text, store, uid)
    assert asked is not None
    assert parse(text, model) == asked
    answer = grammar_answer(store, asked, uid)
    assert (answer.sentence, answer.rows) == (f"No: nothing here is named {missing}.", ())


@pytest.mark.shared
@pytest.mark.parametrize("text", NOT_UNDERSTOOD)
def test_what_is_not_understood_whole_is_not_understood(ltx: Any, text: str) -> None:
    store, uid, model = ltx
    assert parse(text, model) is None
    assert understand(text, store, uid) is None


@pytest.mark.shared
def test_counts_are_the_header_s(ltx: Any, shared: Path) -> None:
    store, uid, model = ltx
    header = json.loads(gzip.decompress((shared / LTX).read_bytes()))
    tensors = {k: v for k, v in header.get("tensors", header).items() if k != "__metadata__"}
    size = {key: product(spec["shape"]) for key, spec in tensors.items()}

    def said(text: str) -> str:
        asked = parse(text, model)
        assert asked is not None
        return grammar_answer(store, asked, uid).sentence

    fp8 = sum(spec["dtype"] == "F8_E4M3" for spec in tensors.values())
    vocoder = sum(n for key, n in size.items() if key.startswith("vocoder."))
    biases = sum(key.startswith("vocoder.") and key.endswith(".bias") for key in tensors)
    assert said("how many tensors in fp8") == f"{fp8:,} tensors in FP8."
    assert said("how many parameters does the vocoder have").startswith(f"{vocoder:,} parameters ")
    assert said("how many bias tensors in the vocoder") == f"{biases} bias tensors in the vocoder."
    assert said("how many cross attentions") == "192 cross-attentions: 96 read text, 48 audio, 48 video."


def product(shape: list[int]) -> int:
    n = 1
    for length in shape:
        n *= length
    return n


def test_small_models_are_answered_alike_by_every_store(store: Store) -> None:
    fill(store)
    for model, text, says in SMALL:
        answer = asked_of(store, model, text)
        assert answer is not None, text
        assert answer.sentence == says, text


def test_rows_and_their_order_are_the_same_on_every_store(store: Store, tmp_path: Path) -> None:
    fill(store)
    other = open_store(str(tmp_path / "other"))
    fill(other)
    for model, text, _ in SMALL:
        here, there = asked_of(store, model, text), asked_of(other, model, text)
        assert here is not None
        assert there is not None
        assert here.rows == there.rows, text
    other.close()


@pytest.mark.parametrize("text", [t for t, _, _ in UNDERSTOOD])
def test_every_query_is_portable_and_its_order_total(text: str) -> None:
    asked = parse(text, LIKE_LTX)
    if asked is None:
        pytest.fail(f"{text!r} is not understood of a model like LTX-2")
    compiled = compile_cypher(asked)
    assert list(offences(compiled.cypher)) == []
    assert unknown_names(compiled.cypher) == []
    returned = final_return(compiled.cypher)
    assert returned is not None
    assert returned.columns == tuple(c.name for c in compiled.columns)
    assert set(returned.columns) - {"blocks", "count"} == {key.removesuffix(" DESC") for key in returned.order}
    assert set(parameters(compiled.cypher)) == {"model", *compiled.params}


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("attentions in the vae", ("audio_vae.decoder", "vae.decoder", "vae.encoder")),
        ("attentions in the video vae", ("vae.decoder", "vae.encoder")),
        ("attentions in the audio vae", ("audio_vae.decoder",)),
        ("vae decoder attentions", ("audio_vae.decoder", "vae.decoder")),
        ("attentions in vae.decoder", ("vae.decoder",)),
        ("attentions in the transformer", ("model.diffusion_model",)),
        ("attentions in block 5", ("model.diffusion_model.transformer_blocks.5",)),
        ("attentions in block 5 of the vae", ("vae.decoder.up_blocks.5",)),
        ("attentions of the vae's decoder in block 1", ("vae.decoder.up_blocks.1",)),
    ],
)
def test_a_part_is_named_by_role_words_or_path(text: str, paths: tuple[str, ...]) -> None:
    asked = parse(text, LIKE_LTX)
    assert asked is not None
    assert paths in [f.value for f in asked.filters if f.by == "under"]


def test_a_part_that_several_words_could_name_apart_is_a_riddle() -> None:
    assert parse("attentions in the vocoder decoder", LIKE_LTX) is None


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("attentions without a gate", False),
        ("attentions with no gate", False),
        ("attentions that are not gated", False),
        ("ungated attentions", False),
        ("attentions that don’t have a gate", False),
        ("attentions lacking a gate", False),
        ("attentions not ungated", True),
        ("attentions with a gate", True),
        ("gated attentions", True),
    ],
)
def test_a_negation_reaches_what_it_stands_before(text: str, holds: bool) -> None:
    asked = parse(text, LIKE_LTX)
    assert asked is not None
    assert [(f.by, f.holds) for f in asked.filters] == [("gated", holds)]


def test_a_negation_does_not_reach_over_and() -> None:
    asked = parse("attentions not gated and with qk norm", LIKE_LTX)
    assert asked is not None
    assert {f.by: f.holds for f in asked.filters} == {"gated": False, "qk_norm": True}


@pytest.mark.parametrize(
    ("text", "value"),
    [("4096", 4096), ("4,096", 4096), ("4k", 4000), ("4K", 4000), ("4 thousand", 4000), ("1.5m", 1_500_000)],
)
def test_numbers(text: str, value: int) -> None:
    asked = parse(f"linear layers wider than {text}", LIKE_LTX)
    assert asked is not None
    assert [f.value for f in asked.filters] == [value]


def test_british_and_american_spelling_are_one() -> None:
    assert (
        parse("how many normalisation layers", LIKE_LTX) == parse("how many normalization layer", LIKE_LTX) is not None
    )


def test_a_misspelt_word_is_told() -> None:
    assert corrections("how many cross atentions", LIKE_LTX) == {"atentions": "attention"}
    assert parse("how many cross atentions", LIKE_LTX) == parse("how many cross attentions", LIKE_LTX)


@given(st.permutations(["gated", "cross", "reading text", "in the decoder", "with qk norm", "with 32 heads"]))
def test_the_order_of_filters_does_not_matter(order: list[str]) -> None:
    expected = parse("attentions gated cross reading text in the decoder with qk norm with 32 heads", LIKE_LTX)
    assert expected is not None
    assert parse(f"attentions {' '.join(order)}", LIKE_LTX) == expected


@given(st.integers(0, len(UNDERSTOOD) - 1), st.integers(0, 2**16))
def test_stop_words_between_say_nothing(number: int, seed: int) -> None:
    text = UNDERSTOOD[number][0]
    first, _, rest = text.partition(" ")
    chance = random.Random(seed)
    stop = chance.choice(["please", "the", "that", "please the"])
    assert parse(f"{stop} {text}", LIKE_LTX) == parse(text, LIKE_LTX)
    assert parse(f"{text} {stop}", LIKE_LTX) == parse(text, LIKE_LTX)
    assert first or rest


@given(
    st.lists(
        st.one_of(
            st.sampled_from(sorted({w for phrase in words().phrases for w in phrase})),
            st.sampled_from(ACROSS),
            st.text(max_size=12),
        ),
        max_size=9,
    )
)
def test_no_words_raise_and_what_is_read_compiles(pieces: list[str]) -> None:
    text = " ".join(pieces)
    asked = parse(text, LIKE_LTX)
    if asked is not None:
        assert not unnamed(text)
        assert list(offences(compile_cypher(asked).cypher)) == []
        assert title(asked)


@given(
    st.sampled_from([t for t, _, _ in UNDERSTOOD]), st.integers(0, 12), st.sampled_from(["best", "zebra", "why", "or"])
)
def test_one_word_that_is_not_understood_is_enough(text: str, place: int, word: str) -> None:
    pieces = text.split()
    if pieces[min(place, len(pieces)) - 1] == "named":
        return
    pieces.insert(place, word)
    assert parse(" ".join(pieces), LIKE_LTX) is None


def test_the_table_speaks_of_the_schema() -> None:
    labels = {label.name for label in (*schema.PRIMARY, *schema.ROLES)}
    table = words()
    assert {kind.label for kind in table.kinds.values() if kind.label} <= labels
    for name, kind in table.kinds.items():
        for column in kind.columns:
            assert column in ("reads", "queries") or table.properties[column].expression(name), (name, column)
        assert not kind.by or kind.by == "stack" or kind.by in kind.columns, name
    for name, prop in table.properties.items():
        assert set(prop.of) <= {*table.kinds, "*"}, name
        assert not prop.implies or prop.expression(prop.implies), name
    for name, kinds in table.filters.items():
        assert set(kinds) <= set(table.kinds), name
