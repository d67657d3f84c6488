"""The words a module's name is made of."""

from __future__ import annotations

import re
from functools import lru_cache

from archkb.ingest.tree.module_tree import Node

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


@lru_cache(maxsize=16384)
def words(name: str) -> tuple[str, ...]:
    """Lower-case words and numbers of a name, split at case, digits and everything else.

    >>> words("conv2_upsampleLayer"), words("EncDecAttention")
    (('conv', '2', 'upsample', 'layer'), ('enc', 'dec', 'attention'))
    """
    return tuple(word.lower() for word in _WORD.findall(name))


def name_words_with_parent(node: Node) -> tuple[str, ...]:
    """Words of the node's name, preceded by its parent's where the name is only a number."""
    if node.name.isdigit() and node.parent is not None:
        return (*words(node.parent.name), node.name)
    return words(node.name)


def stem(name: str) -> tuple[str, ...]:
    """The words of a name without its numbers: what siblings of one kind share.

    >>> stem("conv2d_1"), stem("rdb3")
    (('conv', 'd'), ('rdb',))
    """
    return tuple(word for word in words(name) if not word.isdigit())


def vocabulary(text: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(text.split())


_TIME = vocabulary("time timestep timesteps temb")
_EMBEDS = vocabulary("emb embed embedding embedder embeddings pos mlp")


def is_of_time(name: str) -> bool:
    """Whether a module maps a time, a condition, and not the stream.

    >>> is_of_time("time_mlp"), is_of_time("time_mix"), is_of_time("mlp")
    (True, False, False)
    """
    name_words = set(words(name))
    return not _TIME.isdisjoint(name_words) and not _EMBEDS.isdisjoint(name_words)
