"""What a stream carries: video, audio, image, text, time, by the words of the field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ingest.analysis import Component
from ingest.rules import fact, rule
from ingest.words import vocabulary, words
from kb.values import Fact

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
    "A connector or refiner as wide as what a text projection writes or reads carries the text.",
)
_HIDDEN = rule("stream.hidden", "none", "Nothing names what the stream carries.")

_MODALITY = {
    "video": "video", "vid": "video", "videos": "video", "audio": "audio", "aud": "audio", "speech": "audio",
    "acoustic": "audio", "wav": "audio", "mel": "audio", "image": "image", "img": "image", "vision": "image",
    "visual": "image", "vit": "image", "text": "text", "txt": "text", "caption": "text", "prompt": "text",
    "language": "text", "t": "", "semantic": "semantic", "coarse": "coarse",
}  # fmt: skip
_ROLES = {
    "text_encoder": "text", "causal_lm": "text", "vision_encoder": "image", "audio_encoder": "audio",
    "audio_codec": "audio", "vocoder": "audio", "speech": "audio",
}  # fmt: skip
_SPACE, _TIME = vocabulary("spatial space height width"), vocabulary("temporal time frame frames")
_CONDITIONING = vocabulary("connector connectors refiner caption cap prompt context bridge txt text")


def modality(name: str) -> str | None:
    """What the words of a name say is carried; the first telling word wins.

    >>> modality("audio_attn1"), modality("attn1")
    ('audio', None)
    """
    return next((m for word in words(name) if (m := _MODALITY.get(word))), None)


def bridge(name: str) -> tuple[str, str] | None:
    """The two ends of a name such as audio_to_video_attn, in the order written.

    >>> bridge("audio_to_video_attn"), bridge("to_q")
    (('audio', 'video'), None)
    """
    said = words(name)
    if "to" not in said:
        return None
    cut = said.index("to")
    left = next((m for w in reversed(said[:cut]) if (m := _MODALITY.get(w))), None)
    right = next((m for w in said[cut + 1 :] if (m := _MODALITY.get(w))), None)
    return (left, right) if left and right else None


def by_sublayer(name: str, carries: str) -> Fact:
    """The stream of a sublayer that is named for what it carries."""
    return fact(carries, _SUBLAYER, f"{name} runs on it")


def by_bridge(name: str, carries: str, width: int) -> Fact:
    """The stream at one end of an attention between two."""
    return fact(carries, _BRIDGE, f"{name} has its {carries} end at {width} channels")


def by_place(scope: str, names: Iterable[str], component: Component | None) -> Fact:
    """The stream of a stack by its sublayers' axes, the names of the modules around it, or its component's role."""
    said = {w for name in names for w in words(name)}
    if said & _SPACE and said & _TIME:
        seen = sorted(name for name in names if set(words(name)) & (_SPACE | _TIME))
        return fact("video", _AXES, f"{', '.join(seen)} run on it")
    for part in reversed(scope.split(".")):
        carries = modality(part)
        if carries is not None:
            return fact(carries, _PLACE, f"it runs in {part}")
    role = component.role.value if component is not None else None
    if isinstance(role, str) and role in _ROLES:
        return fact(_ROLES[role], _ROLE, f"the component is a {role}")
    return fact("hidden", _HIDDEN, "no name says what it carries")


def by_condition(scope: str, width: int, source: str) -> Fact:
    """The stream of a connector."""
    around = scope.rpartition(".")[0].rpartition(".")[2] or scope
    return fact("text", _CONDITION, f"{around} is {width} wide, the width of {source}")


def is_conditioning(scope: str) -> bool:
    """Whether a stack works on the condition, by the words of its path."""
    return not _CONDITIONING.isdisjoint(words(scope))


def enclosing(components: Mapping[str, Component], path: str) -> Component | None:
    """The innermost component around a path."""
    while path:
        if path in components:
            return components[path]
        path = path.rpartition(".")[0]
    return components.get("")
