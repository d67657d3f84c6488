"""What a layer's name says of its part in an attention: query, key, value, several of them, and for whom.

>>> read_name("add_k_proj")
Spelling(letters='k', side='add', extra=0, noise=False)
>>> read_name("query_key_value").letters, read_name("Wqkv").letters, read_name("up_proj").letters
('qkv', 'qkv', '')
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from archkb.ingest.tree.name_words import vocabulary, words

_LETTERS = {
    "q": "q", "query": "q", "queries": "q", "k": "k", "key": "k", "keys": "k", "v": "v", "value": "v", "values": "v",
    "val": "v", "qkv": "qkv", "kqv": "qkv", "qvk": "qkv", "kv": "kv", "vk": "kv", "qk": "qk", "kq": "qk",
}  # fmt: skip
_GLUED = re.compile(
    r"^(?:to|w|fc|lin|linear|proj|conv)?(q|k|v|qk|kv|qkv|query|key|value)(?:s|proj|lin|linear|conv|fc)?$"
)

_FILLER = vocabulary(
    "proj projection linear lin fc to w conv convolution convs layer dense net in attn attention self cross weight c x"
    " with mqa the map mat matrix embed module transform"
)
_SIDE = vocabulary("add added context ctx txt text enc encoder cond caption cap prompt extra t y")
_LOW_RANK = {"a": "down", "b": "up", "down": "down", "up": "up"}
_NOISE = vocabulary(
    "norm ln layernorm rmsnorm rms bn bias dw dwconv depthwise scale decay gate pool sr lora cache table emb embedding"
    " embeddings rope rotary pos position lambda mask absmax index"
)


class Spelling(NamedTuple):
    """A name read as a projection: `letters` of q, k, v it stands for, '' if none.

    `side` is '' for the module's own stream, 'add' for a second stream's projection, 'down' or 'up' for the halves of
    a low-rank one. `extra` counts words that neither say nor deny anything; `noise` is set by words that deny.
    """

    letters: str
    side: str
    extra: int
    noise: bool


@lru_cache(maxsize=8192)
def read_name(name: str) -> Spelling:
    """Read a layer's or tensor's own name (no path)."""
    letters: set[str] = set()
    side, extra, noise = "", 0, False
    for word in words(name):
        roles = _letters(word)
        if roles:
            letters.update(roles)
        elif word in _NOISE:
            noise = True
        elif word in _SIDE:
            side = "add"
        elif word in _LOW_RANK:
            side = _LOW_RANK[word]
        elif word not in _FILLER:
            extra += 1
    return Spelling("".join(c for c in "qkv" if c in letters), side, extra, noise)


@lru_cache(maxsize=8192)
def _letters(word: str) -> str:
    letters = _LETTERS.get(word)
    if letters:
        return letters
    glued = _GLUED.match(word)
    return _LETTERS[glued[1]] if glued else ""
