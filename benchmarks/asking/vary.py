"""Phrasings as other people would write them: in a part of a model, with words around them, words left out, misspelt.

What is added tells nothing of the question asked, so that the weights learn to pass over it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random

PARTS = (
    "the decoder", "the encoder", "the vae", "the video vae", "the audio vae", "the vocoder", "the transformer",
    "the DiT", "the backbone", "the audio stream", "the video stream", "the text connector", "the audio connector",
    "block 17", "the first block", "each block", "one block", "the last five blocks", "the upsampler", "the codec",
    "stage 2", "this checkpoint", "the 19b file", "version 2.3", "the whole file", "the state dict",
    "the audio branch", "the video branch", "the diffusion model", "the unet", "the text encoder", "the vision tower",
    "the language model", "the bridge",
)  # fmt: skip
PLACED = ("{words} in {part}", "{words} of {part}", "{part}: {words}", "in {part}, {words}", "{words} for {part}")
BEFORE = (
    "pls", "please", "quick question:", "hi,", "hey,", "I am a student,", "just wondering:", "sorry if obvious:",
    "ok so", "um,", "one thing:", "is it true that", "can you tell me", "do you know", "and", "wait,",
)  # fmt: skip
BEHIND = (
    "pls", "please", "?", "??", "here", "in here", "anywhere", "exactly", "actually", "at all", "in total",
    "in numbers", "thanks", "and why", "and which ones", "and how many", "yes/no", "right?", "in the config",
    "according to the header",
)  # fmt: skip


def varied(samples: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Each sample once more, in other words by chance."""
    chance = Random(0)
    for text, id_ in samples:
        yield _varied(text, chance), id_


def _varied(text: str, chance: Random) -> str:
    words = text.rstrip("?. ").split()
    if len(words) > 4 and chance.random() < 0.35:
        words = [word for word in words if chance.random() > 0.12]
    if words and chance.random() < 0.15:
        at = chance.randrange(len(words))
        words[at] = _misspelt(words[at], chance)
    text = " ".join(words)
    if chance.random() < 0.6:
        text = chance.choice(PLACED).format(words=text, part=chance.choice(PARTS))
    if chance.random() < 0.3:
        text = f"{chance.choice(BEFORE)} {text}"
    return f"{text} {chance.choice(BEHIND)}" if chance.random() < 0.3 else text


def _misspelt(word: str, chance: Random) -> str:
    """A word with a letter left out, doubled, or in the place of the next."""
    if len(word) < 5:
        return word
    at = chance.randrange(1, len(word) - 2)
    middle = chance.choice((word[at + 1], word[at] * 2 + word[at + 1], word[at + 1] + word[at]))
    return word[:at] + middle + word[at + 2 :]
