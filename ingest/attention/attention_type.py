"""What an attention reads: its own stream, another one, or two at once. One small function a rule, asked in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

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
class AttentionContext:
    """One attention with what is around it.

    `unit` is the outermost module below a number that holds this attention and no other; `neighbours` are names and
    projections of the other units next to it. `context_widths` are the widths that keys of units of its name read
    elsewhere in the model where these are not the queries' width, `query_widths` those where they are.
    """

    node: Node
    unit: Node
    projections: Projections
    neighbours: tuple[tuple[str, Projections], ...]
    context_widths: frozenset[int] = field(default_factory=frozenset)
    query_widths: frozenset[int] = field(default_factory=frozenset)


def attends(cores: Cores) -> dict[str, Fact]:
    """self, cross or joint for each attention."""
    context_widths: dict[str, set[int]] = {}
    query_widths: dict[str, set[int]] = {}
    siblings: dict[str, list[tuple[str, Projections]]] = {}
    held = Counter(above.path for node, _ in cores.values() for above in node.ancestors())
    units = {path: _unit(node, held) for path, (node, _) in cores.items()}
    for path, (_, projections) in cores.items():
        unit = units[path]
        siblings.setdefault(_parent(unit), []).append((unit.name, projections))
        q, k = projections.q_dim, projections.kv_dim
        if projections.form == "separate" and q is not None and k is not None:
            (context_widths if q != k else query_widths).setdefault(unit.name, set()).add(k)
    out = {}
    for path, (node, projections) in cores.items():
        unit = units[path]
        listed, name = siblings[_parent(unit)], unit.name
        neighbours = tuple(i for i in listed if i[0] != name) if len(listed) <= _MOST_BESIDE else ()
        context = AttentionContext(
            node,
            unit,
            projections,
            neighbours,
            frozenset(context_widths.get(name, ())),
            frozenset(query_widths.get(name, ())),
        )
        out[path] = next(answer for r in _RULES if (answer := r(context)) is not None)
    return out


def _unit(node: Node, held: Mapping[str, int]) -> Node:
    while (above := node.parent) is not None and above.path and not node.name.isdigit() and held[above.path] == 1:
        if above.name.isdigit():
            break
        node = above
    return node


def _parent(node: Node) -> str:
    return node.parent.path if node.parent is not None else ""


def _joint(context: AttentionContext) -> Fact | None:
    added = [
        context.projections.parts[r].path for r in context.projections.parts if r.startswith("add_") and r != "add_o"
    ]
    return fact("joint", _JOINT, f"{', '.join(added)} beside its own projections") if added else None


def _joint_pair(context: AttentionContext) -> Fact | None:
    """Two halves that differ in one word: img_attn and txt_attn, x_block.attn and context_block.attn."""
    if context.projections.form != "fused_qkv":
        return None
    unit_words = set(words(context.unit.name))
    for name, other in context.neighbours:
        only, other_only = unit_words - set(words(name)), set(words(name)) - unit_words
        pair = (only & _FIRST_STREAM and other_only & _SECOND_STREAM) or (
            only & _SECOND_STREAM and other_only & _FIRST_STREAM
        )
        if pair and other.form == "fused_qkv" and len(only) == len(other_only) == 1:
            return fact("joint", _JOINT_PAIR, f"{context.unit.name} and {name} make queries, keys and values each")
    return _twin_blocks(context)


def _twin_blocks(context: AttentionContext) -> Fact | None:
    """The same attention in two sub-blocks of one block that are named for two streams."""
    inner = context.node.parent
    block = inner.parent if inner is not None else None
    if inner is None or block is None or inner.name.isdigit():
        return None
    inner_words = set(words(inner.name))
    for name, child in block.children.items():
        only, other_only = inner_words - set(words(name)), set(words(name)) - inner_words
        pair = (only & _FIRST_STREAM and other_only & _SECOND_STREAM) or (
            only & _SECOND_STREAM and other_only & _FIRST_STREAM
        )
        if pair and len(only) == len(other_only) == 1 and context.node.name in child.children:
            detail = f"{inner.name} and {name} have a {context.node.name} each"
            return fact("joint", _JOINT_PAIR, detail)
    return None


def _probe(context: AttentionContext) -> Fact | None:
    """A parameter [1, n, d] or [n, d] called probe or latent in the attention or in the pooling module around it."""
    parent = context.node.parent
    places = [context.node] + ([parent] if parent is not None and set(words(parent.name)) & _POOL else [])
    for node in places:
        for local, spec in node.tensors.items():
            name_words, shape = set(words(local)), spec.shape
            if (
                name_words & _LEARNED
                and "weight" not in name_words
                and len(shape) >= 2
                and shape[-1] == context.projections.q_dim
            ):
                return fact("cross", _PROBE, f"{local} {list(shape)} asks")
    return None


def _width(context: AttentionContext) -> Fact | None:
    q, k = context.projections.q_dim, context.projections.kv_dim
    if context.projections.form in ("separate", "fused_kv") and q is not None and k is not None and q != k:
        if _makes(context, q, k):
            return None
        return fact("cross", _WIDTH, f"queries read {q} channels, keys read {k}")
    return None


def _makes(context: AttentionContext, q: int, k: int) -> bool:
    """Whether a further layer of the attention turns the width of the queries' input into that of the keys'."""
    parts = {f"{context.node.path}.{m.path}" for m in context.projections.parts.values()}
    layers = (
        n for n in context.node.distinct() if n.path not in parts and not any(n.path.startswith(p) for p in parts)
    )
    return any((n.shape("weight") or ())[:2] == (k, q) for n in layers)


def _resampler(context: AttentionContext) -> Fact | None:
    if context.neighbours or context.projections.form == "fused_qkv":
        return None
    for node in context.node.ancestors():
        if set(words(node.name)) & _RESAMPLERS:
            learned = [n for n in node.tensors if set(words(n)) & _LEARNED]
            return fact("cross", _RESAMPLER, f"{node.name} owns {learned[0]}") if learned else None
    return None


def _named(context: AttentionContext) -> Fact | None:
    """What the names of the module and of those around it up to its block say, the nearest first."""
    node: Node | None = context.node
    fused = context.projections.form == "fused_qkv"
    parent = context.node.parent
    if (
        context.node.name == "self"
        and parent is not None
        and not fused
        and _says_cross(set(words(parent.name)), context)
    ):
        return fact("cross", _CROSS_NAME, f"self is the core of {parent.name}")
    while node is not None and not node.name.isdigit():
        name_words = set(words(node.name))
        if name_words & _SELF:
            return fact("self", _SELF_NAME, f"it is called {node.name}")
        if _says_cross(name_words, context) and (node in (context.node, context.unit) or not fused):
            return fact("cross", _CROSS_NAME, f"it is called {node.name}")
        if name_words & _AXES and node is context.node:
            return fact("self", _SELF_NAME, f"it is called {node.name}")
        node = node.parent
    return None


def _says_cross(name_words: set[str], context: AttentionContext) -> bool:
    """Words that say cross-attention of any module, of one that could read two inputs, and of one beside another."""
    if name_words & _CROSS or {"enc", "dec"} <= name_words:
        return True
    one_input = context.projections.form == "fused_qkv" and not _packed(context)
    if one_input or not name_words & _ATTENTION:
        return "ca" in name_words and not one_input
    return bool(name_words & _CONTEXT) or bool(name_words & _MODALITY and context.neighbours)


def _packed(context: AttentionContext) -> bool:
    """Whether the three projections are parts of one parameter, each of which may read an input of its own."""
    return "in_proj_weight" in context.node.tensors


def _fused(context: AttentionContext) -> Fact | None:
    if context.projections.form not in ("fused_qkv", "fused_qk") or _packed(context):
        return None
    part = context.projections.parts["qkv" if context.projections.form == "fused_qkv" else "qk"]
    return fact("self", _FUSED, f"{part.path} makes queries and keys from one input of {part.inp} channels")


def _second(context: AttentionContext) -> Fact | None:
    """`attn2` beside `attn1` reads another stream, unless the widths of its kind elsewhere say that it does not."""
    unit_words = words(context.unit.name)
    if unit_words[-1:] != ("2",) or not any(words(name) == (*unit_words[:-1], "1") for name, _ in context.neighbours):
        return None
    name = context.unit.name
    if context.context_widths:
        detail = f"{name} elsewhere reads {sorted(context.context_widths)}, here {context.projections.kv_dim}"
        return fact("self", _OTHER_WIDTH, detail)
    if len(context.query_widths) >= _LEVELS:
        return fact(
            "self", _MANY_WIDTHS, f"{name} reads {sorted(context.query_widths)}, in each block the queries' own width"
        )
    if any(_AXES & set(words(a.name)) for a in context.node.ancestors()):
        return None
    return fact("cross", _SECOND, f"{name} beside {', '.join(n for n, _ in context.neighbours)}")


def _mapped(context: AttentionContext) -> Fact | None:
    parent = context.node.parent
    for name in parent.children if parent is not None and context.projections.form != "fused_qkv" else ():
        if read_name(name).letters == "kv" and name != context.node.name:
            return fact("cross", _MAPPED, f"{name} beside {context.node.name}")
    return None


def _beside_self(context: AttentionContext) -> Fact | None:
    for name, _ in context.neighbours:
        if set(words(name)) & _SELF:
            return fact("cross", _BESIDE_SELF, f"{context.unit.name} beside {name}")
    return None


def _alone(context: AttentionContext) -> Fact:
    return fact("self", _ALONE, "keys read the width queries read, and nothing says there is another stream")


_RULES: tuple[Callable[[AttentionContext], Fact | None], ...] = (
    _joint, _width, _joint_pair, _probe, _resampler, _named, _fused, _mapped, _second,
    _beside_self, _alone,
)  # fmt: skip
