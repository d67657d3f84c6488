"""Components: the parts of a checkpoint with a job of their own, and what the whole is.

A bundle holds several parts side by side, each with stacks of its own; an autoencoder falls into its halves; beside the
one big stack of a transformer, a module with a small stack is a connector or refiner.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from archkb.ingest.analysis import Component, Sublayers
from archkb.ingest.components.latent_channels import latent_channels
from archkb.ingest.components.model_role import part_role, unwrapped
from archkb.ingest.components.part_statistics import traits
from archkb.ingest.rules import fact, rule, unknown
from archkb.ingest.streams.modality import modality
from archkb.ingest.tree.module_tree import Node
from archkb.ingest.tree.name_words import vocabulary, words
from archkb.kb.values import Fact

_HALF = rule(
    "component.half", "name", "Encoder and decoder side by side, mostly convolutions, are an autoencoder's halves."
)
_NAMED = rule("component.named", "name", "A part of a bundle is what its name says.")
_CONNECTOR = rule(
    "component.connector", "shape", "A module with a small stack beside a transformer's big one prepares a stream."
)
_STATISTICS = rule(
    "component.statistics", "name", "Means and deviations of a latent, beside the halves of an autoencoder."
)
_EMA = rule("component.ema", "name", "A part called ema that equals its sibling holds averaged weights of it.")
_PIPELINE = rule("role.pipeline", "name", "A diffusion model bundled with the parts it runs with is a pipeline.")
_CONNECTORS = rule(
    "role.connector", "name", "A model whose stacks are all in connectors prepares conditions for another model."
)
_BUNDLE = rule("role.bundle", "none", "Parts of several kinds side by side, and none says what they do together.")

_WHOLE_NAMES: tuple[tuple[str, frozenset[str]], ...] = (
    ("vocoder", vocabulary("vocoder hifigan bigvgan")),
    ("speech_synthesis", vocabulary("tts")),
    ("quantizer", vocabulary("quantizer quantize quantizers vq")),
    ("latent_statistics", vocabulary("statistics stats")),
    ("connector", vocabulary("connector connectors bridge aligner resampler projector refiner")),
    ("projection", vocabulary("projection proj project")),
    ("text_encoder", vocabulary("text clip t5 conditioner language")),
    ("vision_encoder", vocabulary("vision visual image")),
    ("controlnet", vocabulary("controlnet")),
)


def find_components(sublayers: Sublayers) -> dict[str, Component]:
    """Components by path, parents before what is nested in them; none where the model is one part.

    The path is empty where the model itself is a component: its stack is at the root, with connectors beside it.
    """
    return {component.path: component for component in _split(unwrapped(sublayers.tree.root), sublayers, _Place())}


def model_role(sublayers: Sublayers, components: Mapping[str, Component]) -> Fact:
    """What the whole model is for."""
    roles = {str(c.role.value): c.path for c in components.values()}
    kinds = {"diffusion_transformer", "diffusion_unet"} & roles.keys()
    if kinds and {"vae_encoder", "vae_decoder", "text_encoder"} & roles.keys():
        return fact("diffusion_pipeline", _PIPELINE, f"a {min(kinds)} beside {', '.join(sorted(roles.keys() - kinds))}")
    if roles and all(role.endswith("connector") for role in roles):
        return fact("connector", _CONNECTORS, f"its stacks are in {', '.join(sorted(roles.values()))}")
    whole = part_role(sublayers.tree.root, sublayers)
    if whole.value == "multimodal_encoder" and roles.keys() & {"vae_encoder", "vae_decoder"}:
        return unknown(_BUNDLE, f"a bundle of {', '.join(sorted(roles))}")
    return whole


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a part stands: in a bundle, and how deep the splitting has gone."""

    depth: int = 0


def _split(node: Node, sublayers: Sublayers, place: _Place) -> Iterator[Component]:
    """The components at and below a module that is no component itself."""
    parts = [child for child in node.children.values() if _has_stack(child, sublayers)]
    if place.depth > _DEEPEST:
        return
    if _is_autoencoder(node):
        yield from _halves(node, sublayers)
    elif _is_stacked(node, sublayers) or (len(parts) > 1 and _is_staged(node, sublayers)):
        beside = parts if _is_stacked(node, sublayers) else [part for part in parts if _named(part.name) is not None]
        small_parts = [component for part in beside if (component := _small_part(part, node, sublayers)) is not None]
        if small_parts:
            yield Component(node.path, _role(node, sublayers))
        yield from small_parts
    elif len(parts) > 1:
        for child in node.children.values():
            if child.children or child in parts:
                yield from _bundled(child, sublayers, place)
            elif not _STATS.isdisjoint(words(child.name)):
                yield _statistics(child)
    elif len(parts) == 1:
        yield from _split(unwrapped(parts[0]), sublayers, _Place(place.depth + 1))


_STATS = vocabulary("statistics stats")
_STAGES = 3
"""Fewest parts that share a word and differ in their number to be stages: two may be two models. Set by hand."""
_DEEPEST = 3
"""Levels of bundles in bundles that are split into parts."""


def _bundled(child: Node, sublayers: Sublayers, place: _Place) -> Iterator[Component]:
    """A part of a bundle: itself, or its halves where it is an autoencoder; and what is nested in it."""
    inner = unwrapped(child)
    if _is_autoencoder(inner):
        yield from _halves(inner, sublayers)
        return
    at = inner if inner.name not in ("", "0") and _is_stacked(inner, sublayers) and not child.name.isdigit() else child
    yield Component(at.path, _role(at, sublayers))
    if _is_stacked(inner, sublayers):
        nested = _split(inner, sublayers, _Place(place.depth + 1))
        yield from (part for part in nested if part.path not in (at.path, inner.path))


def _role(part: Node, sublayers: Sublayers) -> Fact:
    """By shapes where they tell, by name where they do not."""
    name_words = words(part.name)
    if "ema" in name_words and part.parent is not None:
        twin = next((c.name for c in part.parent.children.values() if c is not part and c.sig == part.sig), None)
        if twin is not None:
            return fact("ema_copy", _EMA, f"{part.name} has the structure of {twin}")
    named = _named(part.name)
    by_shape = part_role(part, sublayers)
    if named is not None and by_shape.value not in ("diffusion_transformer", "diffusion_unet", "vae", "audio_codec"):
        role = _connects(part.name) if named == "connector" else named
        return fact(role, _NAMED, f"called {part.name}")
    return by_shape


def _named(name: str) -> str | None:
    """The role that a part's name says it has."""
    name_words = words(name)
    return next((role for role, names in _WHOLE_NAMES if not names.isdisjoint(name_words)), None)


def _is_container(node: Node) -> bool:
    """Whether a module is a numbered container."""
    return any(name.isdigit() for name in node.children)


def _is_stacked(node: Node, sublayers: Sublayers) -> bool:
    """Whether a stack of blocks hangs directly below the module."""
    stacks = (sublayers.stacks.get(child.path) for child in node.children.values())
    return any(stack is not None and stack.blocks and len(stack.children) > 1 for stack in stacks)


def _has_stack(node: Node, sublayers: Sublayers) -> bool:
    """Whether the module is no container but has a stack of blocks somewhere below."""
    return not _is_container(node) and any(
        (stack := sublayers.stacks.get(below.path)) is not None and stack.blocks and len(stack.children) > 1
        for below in node.distinct()
    )


def _is_staged(node: Node, sublayers: Sublayers) -> bool:
    """Whether children are stages of one backbone: named alike but for a number, and not each for its own tokens."""
    alike: dict[str, list[Node]] = {}
    for child in node.children.values():
        if child.children and any(letter.isdigit() for letter in child.name) and _named(child.name) is None:
            alike.setdefault("".join(letter for letter in child.name if not letter.isdigit()), []).append(child)
    return any(
        len(stages) >= (_STAGES if name else 2)
        and sum(bool(traits(s.representative, sublayers).tables) for s in stages) < 2
        for name, stages in alike.items()
    )


def _is_autoencoder(node: Node) -> bool:
    """Encoder and decoder below one module, and neither has a vocabulary: see :func:`_halves`."""
    return {"encoder", "decoder"} <= set(node.children)


def _halves(node: Node, sublayers: Sublayers) -> Iterator[Component]:
    """Encoder, decoder and what lies beside them."""
    whole = part_role(node, sublayers).value
    convolutional = whole in ("vae", "audio_codec")
    kind = "codec" if whole == "audio_codec" else "vae"
    for name in ("encoder", "decoder"):
        half = node.children[name]
        if not convolutional:
            yield Component(half.path, _role(half, sublayers))
            continue
        evidence = f"{name} beside {'decoder' if name == 'encoder' else 'encoder'}, mostly convolutions"
        yield Component(
            half.path, fact(f"{kind}_{name}", _HALF, evidence), latent_channels(node, name, sublayers.leaves)
        )
    for child in node.children.values():
        if not _STATS.isdisjoint(words(child.name)):
            yield _statistics(child)
        elif "quantizer" in child.name or "quantize" in child.name:
            yield Component(child.path, fact("quantizer", _NAMED, f"called {child.name}"))


def _statistics(node: Node) -> Component:
    return Component(node.path, fact("latent_statistics", _STATISTICS, f"it owns {', '.join(list(node.tensors)[:2])}"))


def _small_part(node: Node, whole: Node, sublayers: Sublayers) -> Component | None:
    """A part with a small stack beside a big one: what its name says, else a connector where it is attention alone.

    Stages with convolutions of a kernel, and what is most of the whole, are no parts with a job of their own.
    """
    if node.name.isdigit() or _is_container(node):
        return None
    named = _named(node.name)
    if named not in (None, "connector"):
        return Component(node.path, fact(named, _NAMED, f"called {node.name}"))
    measured = traits(node, sublayers)
    if named is None and (2 * node.n_params > whole.n_params or measured.spatial or not measured.attentions):
        return None
    evidence = f"{node.name} has a stack of its own beside the big one"
    return Component(node.path, fact(_connects(node.name), _CONNECTOR, evidence))


def _connects(name: str) -> str:
    """The role of a connector: with what it carries, where its name says so."""
    carries = modality(name) or ("context" if "context" in words(name) else None)
    return f"{carries}_connector" if carries else "connector"
