"""Free words find the question that is meant, and only when it is clear which."""

from __future__ import annotations

import pytest

from archkb.queries.questions.catalog import open_catalog
from archkb.queries.questions.match import match

QUESTIONS = open_catalog().all()

CLEAR = [
    ("which blocks do cross-attention", "cross-attention"),
    ("which blocks do cross-attention, and to what?", "cross-attention"),
    ("cross attention", "cross-attention"),
    ("crossattention blocks", "cross-attention"),
    ("what does cross attention attend to", "cross-attention"),
    ("what is shared between models", "shared-templates"),
    ("which models share this block", "shared-blocks"),
    ("how many layers does it have", "stacks"),
    ("how deep is it", "stacks"),
    ("number of blocks", "stacks"),
    ("how many attention heads", "heads"),
    ("head count", "heads"),
    ("mlp width", "feed-forward"),
    ("feedforward hidden size", "feed-forward"),
    ("is the feed-forward gated?", "feed-forward"),
    ("which norms are used", "norms"),
    ("layernorm or rmsnorm", "norms"),
    ("residual connections", "residual-edges"),
    ("what dtype are the weights", "precision"),
    ("which blocks stay in BF16?", "block-precision"),
    ("which layers are not quantised", "mixed-precision"),
    ("which layers are in fp8", "mixed-precision"),
    ("quantization scales", "quantisation"),
    ("how big is each component", "size-by-component"),
    ("what parts does the checkpoint have", "components"),
    ("latent channels of the VAE", "vae-latents"),
    ("how does text get into the model", "text-path"),
    ("how does the prompt enter", "text-path"),
    ("conv kernel sizes", "convolutions"),
    ("vocab size", "vocabulary"),
    ("what is unknown", "unknowns"),
    ("what do we not know, and why", "unknowns"),
    ("biggest tensors", "largest-tensors"),
    ("does audio attend to video", "coupling"),
    ("how are audio and video coupled", "coupling"),
    ("who queries whom", "coupling"),
    ("model summary", "model-summary"),
    ("adaln tables", "modulation"),
    ("how does the timestep enter", "timestep"),
    ("why is attn1 called self", "attention-evidence"),
    ("which models are identical", "same-architecture"),
    ("list the attention layers", "attention-inventory"),
    ("same architecture", "same-architecture"),
    ("layer types", "layer-kinds"),
    ("model width", "streams"),
    ("hidden size", "streams"),
    ("rules used", "rules-used"),
    ("how trustworthy are the rules", "rules-used"),
    ("resdiual conections", "residual-edges"),
    ("quantisation side-cars", "quantisation"),
    ("blocks", "blocks"),
    ("lora rank", "adapters"),
    ("which loras are there", "adapters"),
    ("is it gated", "attention-inventory"),
    ("is the attention gated?", "attention-inventory"),
]
UNSURE = [
    "attention",
    "and to what",
    "what colour is the sky",
    "size",
    "shared",
    "",
    "how many",
    "layers",
    "width",
    "models",
]


@pytest.mark.parametrize(("words", "meant"), CLEAR, ids=[w for w, _ in CLEAR])
def test_clear_words_find_their_question(words: str, meant: str) -> None:
    found = match(words, QUESTIONS)
    assert found.candidates[0].question.id == meant
    assert found.sure, [(c.question.id, round(c.score)) for c in found.candidates]


@pytest.mark.parametrize("words", UNSURE)
def test_words_that_could_mean_several_are_not_guessed(words: str) -> None:
    found = match(words, QUESTIONS)
    assert not found.sure, [(c.question.id, round(c.score)) for c in found.candidates]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.id)
def test_a_question_is_found_by_its_own_title(question) -> None:
    found = match(question.title, QUESTIONS)
    assert found.candidates[0].question.id == question.id


def test_ambiguous_words_bring_candidates_to_choose_from() -> None:
    found = match("attention", QUESTIONS)
    assert {"attention-inventory", "heads"} <= {c.question.id for c in found.candidates}


def test_nothing_alike_brings_no_candidate() -> None:
    assert match("xyzzy plugh", QUESTIONS).candidates == ()
