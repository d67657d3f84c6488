"""What a stream carries: video, audio, image, text, time, by the words of the field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from archkb.ingest.analysis import Component
from archkb.ingest.rules import fact, rule
from archkb.ingest.tree.name_words import vocabulary, words
from archkb.kb.values import Fact, Value

_SUBLAYER = rule(
    "stream.sublayer_name", "name", "An attention or feed-forward of the stream is named for what it carries."
)
_BRIDGE = rule(
    "stream.bridge",
    "neighbour",
    "An attention called A_to_B joins two streams; the one that has A's width is A, the other is B.",
)
_AXES = rule(
    "stream.space_and_time", "neighbour", "A stream attended along space and along time in one block is video."
)
_PLACE = rule("stream.place", "name", "The stack is in a module named for what it carries.")
_ROLE = rule("stream.component", "neighbour", "The component's role says what it carries.")
_CONDITION = rule(
    "stream.condition",
    "neighbour",
    "A connector or refiner as wide as what a projection of a condition writes or reads carries that condition.",
)
_READ = rule("stream.read_name", "name", "A cross-attention of the block is named for what it reads.")
_HIDDEN = rule("stream.hidden", "none", "Nothing names what the stream carries.")

HIDDEN = "hidden"
"""The name of a stream whose carried signal nothing names."""

_MODALITY = {
    "video": "video", "vid": "video", "videos": "video", "audio": "audio", "aud": "audio", "speech": "audio",
    "acoustic": "audio", "vocoder": "audio", "wav": "audio", "mel": "audio", "image": "image", "img": "image",
    "vision": "image", "visual": "image", "vit": "image", "text": "text", "txt": "text", "caption": "text",
    "prompt": "text", "language": "text", "t": "", "semantic": "semantic", "coarse": "coarse",
}  # fmt: skip
_ROLES = {
    "text_encoder": "text", "causal_lm": "text", "vision_encoder": "image", "audio_encoder": "audio",
    "audio_codec": "audio", "codec_encoder": "audio", "codec_decoder": "audio", "vocoder": "audio", "speech": "audio",
    "speech_synthesis": "audio",
}  # fmt: skip
_CONDITIONS = {
    "camera": "camera", "cam": "camera", "plucker": "camera", "viewpoint": "camera", "pose": "pose", "poses": "pose",
    "skeleton": "pose", "keypoint": "pose", "keypoints": "pose", "reference": "reference", "ref": "reference",
    "depth": "depth", "action": "action", "actions": "action", "face": "face", "identity": "identity",
    "style": "style", "speaker": "speaker", "trajectory": "trajectory", "lyric": "lyrics", "lyrics": "lyrics",
}  # fmt: skip
"""What a condition may be that is neither text nor one of the modalities above."""
_SPACE, _TIME = vocabulary("spatial space height width"), vocabulary("temporal time frame frames")
_CONDITIONING = vocabulary("connector connectors refiner resampler aligner caption cap prompt context bridge txt text")
_NOISE = vocabulary("noise noisy latent latents")


def modality(name: str) -> str | None:
    """What the words of a name say is carried; the first telling word wins.

    >>> modality("audio_attn1"), modality("attn1")
    ('audio', None)
    """
    return next((m for word in words(name) if (m := _MODALITY.get(word))), None)


def condition(name_words: Iterable[str]) -> str | None:
    """Which condition these words name: a camera, a pose or a reference goes before text, and text before the rest.

    >>> condition(("camera", "text", "proj")), condition(("caption", "image")), condition(("context", "embedder"))
    ('camera', 'text', None)
    """
    listed = list(name_words)
    special = next((c for word in listed if (c := _CONDITIONS.get(word))), None)
    carried = [m for word in listed if (m := _MODALITY.get(word))]
    return special or ("text" if "text" in carried else next(iter(carried), None))


def read_by(local: str, query_carries: str | None) -> str | None:
    """What a cross-attention's path inside its block says it reads; `query_carries` names the stream of its queries.

    Of A_to_B the words tell two ends, and models do not agree which of them is read.

    >>> read_by("camera_cond.cross_attn", "video"), read_by("audio_attn2", "audio"), read_by("text_cross_attn", None)
    ('camera', None, 'text')
    """
    for part in reversed(local.split(".")):
        name_words = words(part)
        carries = (
            None
            if "to" in name_words
            else condition(w for w in name_words if query_carries is None or _MODALITY.get(w) != query_carries)
        )
        if carries is not None:
            return carries
    return None


def bridge(name: str) -> tuple[str, str] | None:
    """The two ends of a name such as audio_to_video_attn, in the order written.

    >>> bridge("audio_to_video_attn"), bridge("to_q")
    (('audio', 'video'), None)
    """
    name_words = words(name)
    if "to" not in name_words:
        return None
    cut = name_words.index("to")
    first = next((m for w in reversed(name_words[:cut]) if (m := _MODALITY.get(w))), None)
    second = next((m for w in name_words[cut + 1 :] if (m := _MODALITY.get(w))), None)
    return (first, second) if first and second else None


def by_sublayer(name: str, carries: str) -> Fact:
    """The stream of a sublayer that is named for what it carries."""
    return fact(carries, _SUBLAYER, f"{name} runs on it")


def by_bridge(name: str, carries: str, width: int) -> Fact:
    """The stream at one end of an attention between two."""
    return fact(carries, _BRIDGE, f"{name} has its {carries} end at {width} channels")


class PlaceName(NamedTuple):
    """The name of a stream by where it runs; `weak` where shapes may say more.

    That is where nothing names the stream, or only a role says that the model sees.
    """

    name: Fact
    weak: bool = False


def by_place(scope: str, names: Iterable[str], role: Value) -> PlaceName:
    """The stream of a stack by its sublayers' axes, the names of the modules around it, or its component's role."""
    name_words = {w for name in names for w in words(name)}
    if name_words & _SPACE and name_words & _TIME:
        sublayers = sorted(name for name in names if set(words(name)) & (_SPACE | _TIME))
        return PlaceName(fact("video", _AXES, f"{', '.join(sublayers)} run on it"))
    for part in reversed(scope.split(".")):
        carries = modality(part)
        if carries is not None:
            return PlaceName(fact(carries, _PLACE, f"it runs in {part}"))
    if isinstance(role, str) and role in _ROLES:
        return PlaceName(fact(_ROLES[role], _ROLE, f"it is in a {role}"), weak=_ROLES[role] == "image")
    return PlaceName(fact(HIDDEN, _HIDDEN, "no name says what it carries"), weak=True)


def by_condition(scope: str, width: int, carries: str, source: str) -> Fact:
    """The stream of a connector, by the projection beside it."""
    module = scope.rpartition(".")[0].rpartition(".")[2] or scope
    return fact(carries, _CONDITION, f"{module} is {width} wide, the width of {source}")


def by_reader(carries: str, local: str) -> Fact:
    """The stream that a cross-attention named for it reads."""
    return fact(carries, _READ, f"{local} is named for it")


def is_conditioning(scope: str) -> bool:
    """Whether a stack works on the condition, by the words of its path, and not on the noise."""
    name_words = words(scope)
    return not _CONDITIONING.isdisjoint(name_words) and _NOISE.isdisjoint(name_words)


def enclosing(components: Mapping[str, Component], path: str) -> Component | None:
    """The innermost component around a path."""
    while path:
        if path in components:
            return components[path]
        path = path.rpartition(".")[0]
    return components.get("")
