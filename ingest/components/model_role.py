"""What a model, or a part of one, is for: the first rule that fits, from the most telling to the least."""

from __future__ import annotations

from collections.abc import Callable

from archkb.ingest.analysis import Sublayers
from archkb.ingest.components.part_statistics import Traits, traits
from archkb.ingest.rules import Rule, fact, rule, unknown
from archkb.ingest.tree.module_tree import Node
from archkb.ingest.tree.name_words import vocabulary, words
from archkb.kb.values import Fact

_UNKNOWN = rule("role.unknown", "none", "Nothing in names and shapes says what the part is for.")
_ADAPTER = rule("role.adapter", "name", "Low-rank pairs and other deltas of weights are an adapter.", "PEFT, LyCORIS")
_CONTROL = rule("role.controlnet", "name", "Blocks called controlnet steer a diffusion model.")
_MOTION = rule("role.motion_module", "name", "Motion modules without the model they go into.")
_DIFFUSION = rule("role.diffusion", "name", "An MLP of a time step or noise level conditions a diffusion model.")
_AUTOENCODER = rule(
    "role.autoencoder", "shape", "An encoder and a decoder, mostly convolutions, without a vocabulary: an autoencoder."
)
_HALF = rule("role.autoencoder_half", "name", "Statistics of a latent beside convolutions belong to an autoencoder.")
_ONE_HALF = rule(
    "role.decoder",
    "name",
    "Convolutions below a decoder alone that turn a latent into a picture are that half of an autoencoder.",
)
_PAIRED = rule("role.dual_encoder", "name", "A scale of logits beside two towers compares two modalities.")
_VISION_LANGUAGE = rule("role.vision_language", "name", "A vision tower beside a language model with a vocabulary.")
_MULTIMODAL = rule("role.multimodal", "shape", "Image patches and a vocabulary in one encoder.")
_DETECTOR = rule("role.dense", "name", "A backbone under heads for boxes, masks, depth or segmentation.")
_SEQUENCES = rule(
    "role.seq2seq", "shape", "A vocabulary, and a decoder that attends to an encoder: sequence to sequence."
)
_SPEECH = rule(
    "role.speech_seq2seq", "shape", "Sequence to sequence with convolutions over time or speech in its names."
)
_MASKED = rule(
    "role.text_encoder", "name", "A vocabulary and an encoder's marks: token types, a pooler, a norm of embeddings."
)
_CAUSAL = rule(
    "role.causal_lm", "convention", "A vocabulary and a stack without an encoder's marks: a causal language model."
)
_AUDIO = rule("role.audio_encoder", "name", "A feature extractor over a waveform or spectrogram.")
_VOCODER = rule("role.vocoder", "shape", "Convolutions over time alone, transposed ones among them, make a waveform.")
_IMAGES = rule("role.image_to_image", "shape", "Convolutions read an image and write one, without a head for classes.")
_CNN = rule("role.cnn", "shape", "A convolution reads an image; no attention, and most weights are convolutions.")
_VISION = rule("role.vision_encoder", "shape", "A convolution reads an image, and attention or matrices do the rest.")

_LOW_RANK = vocabulary("lora hada lokr oft dora boft loha vera")
_QUANTISED = vocabulary("quant quantize quantizer")
_BOXES = vocabulary("bbox box boxes segmentation rpn roi anchors anchor fpn mask detection deformable detr")
_VISION_WORDS = vocabulary("vision visual image pixel vit")
_ENCODER_MARKS = vocabulary("pooler predictions mlm type")
_SPEECH_WORDS = vocabulary("speech audio spectrogram")
_UPWARDS = vocabulary("upsampler upsample upscale upscaler pixelshuffle")
_IMAGE = frozenset((1, 3, 4))
_COLOURS = frozenset((3,))
_SHUFFLED = frozenset((12, 27, 48))

_MANY, _MOST, _NEARLY_ALL, _SOME = 0.4, 0.6, 0.9, 0.2
"""Shares of the weights in convolutions: of an autoencoder, of a convolutional classifier, of a net that is nothing
else, and of a UNet. Set by hand; `archkb bench` scores what comes of them."""

Verdict = tuple[str, Rule, str]


def part_role(part: Node, sublayers: Sublayers) -> Fact:
    """The role of the whole below `part`, with its evidence."""
    measured = traits(part, sublayers)
    inner = unwrapped(part)
    for judge in _JUDGES:
        verdict = judge(inner, measured)
        if verdict is not None:
            return fact(*verdict)
    return unknown(_UNKNOWN, "no rule knows these names and shapes")


def unwrapped(node: Node) -> Node:
    """The first module at or below `node` that holds more than one other."""
    return node.core


def _adapter(part: Node, t: Traits) -> Verdict | None:
    """At least half of the tensors: a merged model may carry left-over pairs."""
    marks = {word for name in (*t.name_words, *t.tensors) for word in words(name)} & _LOW_RANK
    if not marks:
        return None
    total = marked = 0
    for node in part.distinct():
        below = not marks.isdisjoint(words(node.path))
        total += len(node.tensors)
        marked += sum(below or not marks.isdisjoint(words(local)) for local in node.tensors)
    if 2 * marked < total:
        return None
    return "adapter", _ADAPTER, f"{marked} of {total} distinct tensors are named {', '.join(sorted(marks))}"


def _control(part: Node, t: Traits) -> Verdict | None:
    return ("controlnet", _CONTROL, "modules called controlnet") if "controlnet" in t.name_words else None


def _motion(part: Node, t: Traits) -> Verdict | None:
    if {"motion", "modules"} <= t.name_words and not t.spatial and t.timed is None:
        return "motion_module", _MOTION, "motion_modules and no convolution"
    return None


def _autoencoder(part: Node, t: Traits) -> Verdict | None:
    if t.tables or t.conv_share < _MANY or (t.batch_norms and _QUANTISED.isdisjoint(t.name_words)):
        return None
    halves = sorted(name for name in part.children if name.split("_")[0] in ("encoder", "decoder"))
    if len(halves) == 2 and halves[0].startswith("decoder") and halves[1].startswith("encoder"):
        role = "audio_codec" if t.dimensions == 1 else "vae"
        evidence = f"{' and '.join(halves)}, {t.conv_share:.0%} of the weights in convolutions"
        return role, _AUTOENCODER, evidence
    if {"statistics", "channel"} <= t.name_words or {"latents_mean", "latents_std"} & t.tensors:
        return "vae", _HALF, "statistics of a latent beside convolutions"
    return None


def _one_half(part: Node, t: Traits) -> Verdict | None:
    """A decoder without its encoder: what comes in is no picture, what goes out is one, in colour or its patches."""
    above = {word for node in (part, *part.ancestors()) for word in words(node.name)}
    below = {word for name in part.children for word in words(name)}
    if (
        "decoder" not in above | below
        or "encoder" in above | below
        or t.tables
        or t.batch_norms
        or t.conv_share < _MANY
    ):
        return None
    entries = t.reads - t.writes - _IMAGE.difference((4,))
    exits = (t.writes - t.reads) & (_COLOURS | _SHUFFLED)
    if not entries or not exits or t.reads & _COLOURS:
        return None
    evidence = f"convolutions below a decoder read {min(entries)} channels and write {min(exits)}"
    return "vae_decoder", _ONE_HALF, evidence


def _paired(part: Node, t: Traits) -> Verdict | None:
    scales = sorted(name for name in part.tensors if name.startswith("logit_scale"))
    return ("dual_encoder", _PAIRED, f"{scales[0]} at the root") if scales else None


def _vision_language(part: Node, t: Traits) -> Verdict | None:
    if not t.tables or _COLOURS.isdisjoint(t.reads) or _BOXES & t.name_words:
        return None
    evidence = f"convolutions over images beside a vocabulary of {t.tables[0][0]:,}"
    if _VISION_WORDS & t.name_words and t.stacks >= 2:
        return "vlm", _VISION_LANGUAGE, evidence
    return "multimodal_encoder", _MULTIMODAL, evidence


def _diffusion(part: Node, t: Traits) -> Verdict | None:
    tables = sorted(name for name in t.tensors if name.endswith("scale_shift_table"))
    if t.timed is None and not tables:
        return None
    evidence = t.timed or tables[0]
    way = {"down", "input"} & t.name_words and {"up", "output"} & t.name_words and "blocks" in t.name_words
    if way and t.spatial and t.conv_share > _SOME:
        return "diffusion_unet", _DIFFUSION, f"{evidence}, and convolutions on a way down and up"
    return ("diffusion_transformer", _DIFFUSION, f"{evidence}, and a stack of blocks") if t.stacks else None


def _dense(part: Node, t: Traits) -> Verdict | None:
    marks = _BOXES & t.name_words
    if marks and (t.spatial or "backbone" in t.name_words):
        return "detector", _DETECTOR, f"names with {', '.join(sorted(marks))}"
    if ("backbone" in t.name_words and {"classifier", "neck"} & t.name_words) or {"neck", "head"} <= set(part.children):
        return "detector", _DETECTOR, "a backbone under a neck or classifier"
    return None


def _sequences(part: Node, t: Traits) -> Verdict | None:
    if not t.tables:
        return None
    halves = any({"encoder", "decoder"} <= set(node.children) for node in (part, *part.children.values()))
    if not halves and not t.crosses:
        return None
    how = "an encoder and a decoder" if halves else "attention to another sequence"
    evidence = f"{how}, a vocabulary of {t.tables[0][0]:,}"
    if _SPEECH_WORDS & t.name_words or 1 in t.spatial:
        return "speech_seq2seq", _SPEECH, evidence
    return "seq2seq", _SEQUENCES, evidence


def _language(part: Node, t: Traits) -> Verdict | None:
    if not t.tables or t.spatial or not t.stacks:
        return None
    marks = sorted(_ENCODER_MARKS & t.name_words)
    marks += ["a norm beside the embeddings"] * _embedding_norm(part) + ["tables of relative positions"] * t.buckets
    marks += ["an encoder without a decoder"] * ("encoder" in unwrapped(part).children)
    rows = f"a vocabulary of {t.tables[0][0]:,}"
    if marks:
        return "text_encoder", _MASKED, f"{rows}; {', '.join(marks)}"
    return "causal_lm", _CAUSAL, f"{rows} and no mark of an encoder"


def _embedding_norm(part: Node) -> bool:
    """Whether a module of embeddings, or a head, holds a norm of its own."""
    return any(
        ("embeddings" in node.name or "head" in node.name) and any("norm" in name.lower() for name in node.children)
        for node in part.distinct()
    )


def _audio(part: Node, t: Traits) -> Verdict | None:
    if t.dimensions == 1 and {"feature", "audio", "speech"} & t.name_words and not t.tables:
        return "audio_encoder", _AUDIO, "convolutions over time under a feature extractor or projection"
    if (
        t.dimensions == 1
        and t.conv_share > _NEARLY_ALL
        and not t.tables
        and (t.transposed or "resblocks" in t.name_words)
    ):
        return "vocoder", _VOCODER, "convolutions over time alone"
    return None


def _images(part: Node, t: Traits) -> Verdict | None:
    if t.tables or not t.spatial:
        return None
    written = t.writes & _IMAGE or t.writes & _SHUFFLED - t.reads
    upwards = bool(_UPWARDS & t.name_words) and t.conv_share > _NEARLY_ALL
    if not t.heads and (upwards or (t.reads & _IMAGE and written)):
        return "super_resolution", _IMAGES, "convolutions read an image or latent and write one"
    if not t.reads & _IMAGE:
        return None
    evidence = f"{t.attentions} distinct attentions, {t.conv_share:.0%} of the weights in convolutions"
    if not t.attentions and (t.conv_share > _MOST or t.batch_norms or not t.stacks):
        return "cnn", _CNN, evidence
    return "vision_encoder", _VISION, evidence


_JUDGES: tuple[Callable[[Node, Traits], Verdict | None], ...] = (
    _adapter, _control, _motion, _autoencoder, _one_half, _paired, _vision_language, _diffusion, _dense, _sequences,
    _language, _audio, _images,
)  # fmt: skip
