"""What an attention reads: its own stream, another one, or two at once. One small function a rule, asked in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from archkb.ingest.analysis import Scene
from archkb.ingest.attention.projection_names import read_name
from archkb.ingest.attention.projections import Projections
from archkb.ingest.rules import fact, rule
from archkb.ingest.tree.module_tree import Node
from archkb.ingest.tree.name_words import vocabulary, words
from archkb.kb.values import Fact

_JOINT = rule(
    "attends.joint",
    "name",
    "A second set of query, key or value projections for another stream makes it joint attention over both.",
    "MM-DiT",
)
_JOINT_PAIR = rule(
    "attends.joint_pair",
    "neighbour",
    "Two attentions of one block with one matrix each, named for two streams, are halves of a joint attention.",
    "MM-DiT",
)
_WIDTH = rule("attends.width", "shape", "Keys read from another width than queries come from another stream.")
_FUSED = rule("attends.fused", "shape", "One matrix makes queries, keys and values, so all read the same input.")
_PROBE = rule(
    "attends.probe", "name", "A learned query (probe, latent) beside a pooling attention asks the stream it pools."
)
_RESAMPLER = rule(
    "attends.resampler", "name", "The one attention of a resampler's layer lets its learned latents read the stream."
)
_CROSS_NAME = rule("attends.cross_name", "name", "The module's name says cross-attention.")
_SELF_NAME = rule("attends.self_name", "name", "The module's name says self-attention.")
_OTHER_WIDTH = rule(
    "attends.context_elsewhere",
    "neighbour",
    "Modules of this name read a context of one width in other blocks; this one reads the queries' width.",
)
_MANY_WIDTHS = rule(
    "attends.no_context",
    "neighbour",
    "A context has one width for all its readers; modules of this name read three or more, each its block's own.",
)
_MAPPED = rule(
    "attends.mapped_context",
    "name",
    "A map beside the attention that is named for keys and values brings a context into it.",
    "Stable Cascade",
)
_SECOND = rule("attends.second", "name", "Numbered second beside a first attention of the block: it reads the context.")
_BESIDE_SELF = rule("attends.beside_self", "neighbour", "The other attention of the block is called self-attention.")
_ALONE = rule("attends.alone", "convention", "No context, no second stream, and no name that says otherwise.")

_CROSS = vocabulary("cross crossattention crossattn crossattentions xattn encdec coattention")
_CONTEXT = vocabulary("encoder enc src memory fusion context ctx cond reference ref")
_MODALITY = vocabulary("text txt image img vision visual")
_ATTENTION = vocabulary("attn attention att mha")
_SELF = vocabulary("self sa selfattention selfattn masked causal intra")
_AXES = vocabulary("temporal spatial time space mhsa window motion row column")
_POOL = vocabulary("pool pooling pooler head probe map")
_LEARNED = vocabulary("latent latents probe query queries seed seeds")
_RESAMPLERS = vocabulary("resampler perceiver")
_FIRST_STREAM = vocabulary("img image x video vid vis latent")
_SECOND_STREAM = vocabulary("txt text context ctx c cap caption prompt")

_LEVELS = 3
_MOST_BESIDE = 16

Cores = Mapping[str, tuple[Node, Projections]]


@dataclass(frozen=True, slots=True)
class Seen:
    """One attention with what is around it.

    `unit` is the outermost module below a number that holds this attention and no other; `beside` are names and
    projections of the other units next to it. `contexts` are the widths that keys of units of its name read elsewhere
    in the model where these are not the queries' width, `own` those where they are.
    """

    node: Node
    unit: Node
    found: Projections
    beside: tuple[tuple[str, Projections], ...]
    contexts: frozenset[int] = field(default_factory=frozenset)
    own: frozenset[int] = field(default_factory=frozenset)


def attends(scene: Scene, cores: Cores) -> dict[str, Fact]:
    """self, cross or joint for each attention."""
    contexts: dict[str, set[int]] = {}
    own: dict[str, set[int]] = {}
    siblings: dict[str, list[tuple[str, Projections]]] = {}
    held = Counter(above.path for node, _ in cores.values() for above in node.ancestors())
    units = {path: _unit(node, held) for path, (node, _) in cores.items()}
    for path, (_, found) in cores.items():
        unit = units[path]
        siblings.setdefault(_parent(unit), []).append((unit.name, found))
        q, k = found.q_dim, found.kv_dim
        if found.form == "separate" and q is not None and k is not None:
            (contexts if q != k else own).setdefault(unit.name, set()).add(k)
    out = {}
    for path, (node, found) in cores.items():
        unit = units[path]
        around, name = siblings[_parent(unit)], unit.name
        beside = tuple(i for i in around if i[0] != name) if len(around) <= _MOST_BESIDE else ()
        seen = Seen(node, unit, found, beside, frozenset(contexts.get(name, ())), frozenset(own.get(name, ())))
        out[path] = next(answer for r in _RULES if (answer := r(seen)) is not None)
    return out


def _unit(node: Node, held: Mapping[str, int]) -> Node:
    while (above := node.parent) is not None and above.path and not node.name.isdigit() and held[above.path] == 1:
        if above.name.isdigit():
            break
        node = above
    return node


def _parent(node: Node) -> str:
    return node.parent.path if node.parent is not None else ""


def _joint(seen: Seen) -> Fact | None:
    added = [seen.found.parts[r].path for r in seen.found.parts if r.startswith("add_") and r != "add_o"]
    return fact("joint", _JOINT, f"{', '.join(added)} beside its own projections") if added else None


def _joint_pair(seen: Seen) -> Fact | None:
    """Two halves that differ in one word: img_attn and txt_attn, x_block.attn and context_block.attn."""
    if seen.found.form != "fused_qkv":
        return None
    mine = set(words(seen.unit.name))
    for name, other in seen.beside:
        only, theirs = mine - set(words(name)), set(words(name)) - mine
        pair = (only & _FIRST_STREAM and theirs & _SECOND_STREAM) or (only & _SECOND_STREAM and theirs & _FIRST_STREAM)
        if pair and other.form == "fused_qkv" and len(only) == len(theirs) == 1:
            return fact("joint", _JOINT_PAIR, f"{seen.unit.name} and {name} make queries, keys and values each")
    return _twin_blocks(seen)


def _twin_blocks(seen: Seen) -> Fact | None:
    """The same attention in two sub-blocks of one block that are named for two streams."""
    inner = seen.node.parent
    block = inner.parent if inner is not None else None
    if inner is None or block is None or inner.name.isdigit():
        return None
    mine = set(words(inner.name))
    for name, child in block.children.items():
        only, theirs = mine - set(words(name)), set(words(name)) - mine
        pair = (only & _FIRST_STREAM and theirs & _SECOND_STREAM) or (only & _SECOND_STREAM and theirs & _FIRST_STREAM)
        if pair and len(only) == len(theirs) == 1 and seen.node.name in child.children:
            detail = f"{inner.name} and {name} have a {seen.node.name} each"
            return fact("joint", _JOINT_PAIR, detail)
    return None


def _probe(seen: Seen) -> Fact | None:
    """A parameter [1, n, d] or [n, d] called probe or latent in the attention or in the pooling module around it."""
    parent = seen.node.parent
    around = [seen.node] + ([parent] if parent is not None and set(words(parent.name)) & _POOL else [])
    for node in around:
        for local, spec in node.tensors.items():
            said, shape = set(words(local)), spec.shape
            if said & _LEARNED and "weight" not in said and len(shape) >= 2 and shape[-1] == seen.found.q_dim:
                return fact("cross", _PROBE, f"{local} {list(shape)} asks")
    return None


def _width(seen: Seen) -> Fact | None:
    q, k = seen.found.q_dim, seen.found.kv_dim
    if seen.found.form in ("separate", "fused_kv") and q is not None and k is not None and q != k:
        if _makes(seen, q, k):
            return None
        return fact("cross", _WIDTH, f"queries read {q} channels, keys read {k}")
    return None


def _makes(seen: Seen, q: int, k: int) -> bool:
    """Whether a further layer of the attention turns the width of the queries' input into that of the keys'."""
    parts = {f"{seen.node.path}.{m.path}" for m in seen.found.parts.values()}
    layers = (n for n in seen.node.distinct() if n.path not in parts and not any(n.path.startswith(p) for p in parts))
    return any((n.shape("weight") or ())[:2] == (k, q) for n in layers)


def _resampler(seen: Seen) -> Fact | None:
    if seen.beside or seen.found.form == "fused_qkv":
        return None
    for node in seen.node.ancestors():
        if set(words(node.name)) & _RESAMPLERS:
            learned = [n for n in node.tensors if set(words(n)) & _LEARNED]
            return fact("cross", _RESAMPLER, f"{node.name} owns {learned[0]}") if learned else None
    return None


def _named(seen: Seen) -> Fact | None:
    """What the names of the module and of those around it up to its block say, the nearest first."""
    node: Node | None = seen.node
    fused = seen.found.form == "fused_qkv"
    parent = seen.node.parent
    if seen.node.name == "self" and parent is not None and not fused and _says_cross(set(words(parent.name)), seen):
        return fact("cross", _CROSS_NAME, f"self is the core of {parent.name}")
    while node is not None and not node.name.isdigit():
        said = set(words(node.name))
        if said & _SELF:
            return fact("self", _SELF_NAME, f"it is called {node.name}")
        if _says_cross(said, seen) and (node in (seen.node, seen.unit) or not fused):
            return fact("cross", _CROSS_NAME, f"it is called {node.name}")
        if said & _AXES and node is seen.node:
            return fact("self", _SELF_NAME, f"it is called {node.name}")
        node = node.parent
    return None


def _says_cross(said: set[str], seen: Seen) -> bool:
    """Words that say cross-attention of any module, of one that could read two inputs, and of one beside another."""
    if said & _CROSS or {"enc", "dec"} <= said:
        return True
    one_input = seen.found.form == "fused_qkv" and not _packed(seen)
    if one_input or not said & _ATTENTION:
        return "ca" in said and not one_input
    return bool(said & _CONTEXT) or bool(said & _MODALITY and seen.beside)


def _packed(seen: Seen) -> bool:
    """Whether the three projections are parts of one parameter, each of which may read an input of its own."""
    return "in_proj_weight" in seen.node.tensors


def _fused(seen: Seen) -> Fact | None:
    if seen.found.form not in ("fused_qkv", "fused_qk") or _packed(seen):
        return None
    part = seen.found.parts["qkv" if seen.found.form == "fused_qkv" else "qk"]
    return fact("self", _FUSED, f"{part.path} makes queries and keys from one input of {part.inp} channels")


def _second(seen: Seen) -> Fact | None:
    mine = words(seen.unit.name)
    if mine[-1:] != ("2",) or not any(words(name) == (*mine[:-1], "1") for name, _ in seen.beside):
        return None
    name = seen.unit.name
    if seen.contexts:
        detail = f"{name} elsewhere reads {sorted(seen.contexts)}, here {seen.found.kv_dim}"
        return fact("self", _OTHER_WIDTH, detail)
    if len(seen.own) >= _LEVELS:
        return fact("self", _MANY_WIDTHS, f"{name} reads {sorted(seen.own)}, in each block the queries' own width")
    if any(_AXES & set(words(a.name)) for a in seen.node.ancestors()):
        return None
    return fact("cross", _SECOND, f"{name} beside {', '.join(n for n, _ in seen.beside)}")


def _mapped(seen: Seen) -> Fact | None:
    parent = seen.node.parent
    for name in parent.children if parent is not None and seen.found.form != "fused_qkv" else ():
        if read_name(name).letters == "kv" and name != seen.node.name:
            return fact("cross", _MAPPED, f"{name} beside {seen.node.name}")
    return None


def _beside_self(seen: Seen) -> Fact | None:
    for name, _ in seen.beside:
        if set(words(name)) & _SELF:
            return fact("cross", _BESIDE_SELF, f"{seen.unit.name} beside {name}")
    return None


def _alone(seen: Seen) -> Fact:
    return fact("self", _ALONE, "keys read the width queries read, and nothing says there is another stream")


_RULES: tuple[Callable[[Seen], Fact | None], ...] = (
    _joint, _width, _joint_pair, _probe, _resampler, _named, _fused, _mapped, _second,
    _beside_self, _alone,
)  # fmt: skip
