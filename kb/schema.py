"""The graph, declared once. Constraints, tables, the schema page and the diagram are derived from here.

What is inferred of a header is a `Structure` with its modules, tensors and streams. Models share it: all of one header
have one, so a label of these is counted once, however many models there are. A node says by `structure` to which it
belongs, a model by the same property which one it has.

Every module carries one primary label and at most one role label (`:Module:Attention`). An inferred property `p`
has four companions beside it: `p_rule`, `p_basis`, `p_confidence` and `p_detail`; where `p` is unknown it is null, its
confidence too, and `p_detail` says why.

>>> [p.name for p in label("Stream").properties][:3]
['uid', 'structure', 'scope']
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from archkb.kb.schema_parts import Label, Property, Relation, Type, described
from archkb.kb.schema_relations import RELATIONS

SCHEMA_VERSION = 4
"""Raised with every change a store written before it would not survive; `archkb.kb.store.migrations` has the steps."""

__all__ = ["RELATIONS", "Label", "Property", "Relation"]

_p = described
_UID = _p("uid", "string", "Unique name of the node.")
STRUCTURE = "structure"
"""The property that ties a node to its structure, and a model to the one it has."""
SETTINGS = "settings"
"""The property that ties a setting to the models that state it, and a model to its settings."""
_STRUCTURE = _p(STRUCTURE, "string", "uid of the structure the node belongs to.", indexed=True)

_COUNTS = (
    _p("n_tensors", "int", "Stored tensors at and below."),
    _p("n_params", "int", "Stored parameters at and below, buffers and scales included."),
    _p("n_bytes", "int", "Bytes of these parameters."),
)

_ROLE = _p("role", "string", "What the whole is for: diffusion_transformer, vae, adapter ...", inferred=True)

_HEADER_HASH = _p("header_hash", "string", "SHA-256 over sorted keys, dtypes and shapes.")
_ARCHITECTURE = _p(
    "architecture", "string", "Structural hash of the module tree: names below the root prefix, shapes; no dtypes."
)
_SHAPE_HASH = _p(
    "shape_hash",
    "string",
    "Structural hash without any name: equal for two spellings of one tree. Null for an adapter, and where "
    "there are too few distinct shapes to tell one model from another.",
)

_WHOLE = (
    *_COUNTS,
    _p("n_modules", "int", "Modules in the tree."),
    _p("dtypes", "string[]", "dtypes that occur, most tensors first."),
    _p("dtype_tensors", "int[]", "Tensors of each dtype, in the order of `dtypes`."),
    _p("dtype_params", "int[]", "Parameters of each dtype, in the order of `dtypes`."),
    _p("dtype_bytes", "int[]", "Bytes of each dtype, in the order of `dtypes`."),
)

PRIMARY: tuple[Label, ...] = (
    Label(
        name="Model",
        doc="One ingested checkpoint or design. What it says of the whole (role, hashes, counts, dtypes) it repeats from its structure.",
        properties=(
            _UID,
            _p("name", "string", "Name it was ingested under; unique in a store.", indexed=True),
            _p(
                STRUCTURE,
                "string",
                "uid of the structure it has; modules, tensors and streams say the same.",
                indexed=True,
            ),
            _p(SETTINGS, "string", "uid of what configurations state of it; settings say the same.", indexed=True),
            _p("n_settings", "int", "How many settings that are."),
            _p(
                "family",
                "string",
                "Family that the user or the design names, or the shipped design of one architecture; or null.",
                indexed=True,
            ),
            _p(
                "version",
                "string",
                "Version that the user, its metadata or its design names, or the shipped design of one architecture; or null.",
            ),
            _ROLE,
            _p("source", "string", "File or design it was read from."),
            _p("format", "string", "Format of the source, such as safetensors or design."),
            _p("file_size", "int", "Bytes of the source files, null for a design."),
            _HEADER_HASH,
            _ARCHITECTURE,
            _SHAPE_HASH,
            *_WHOLE,
            _p(
                "licence",
                "string",
                "Licence the header or design states, or the shipped design of the same family and version; or null.",
            ),
            _p("attribution", "string", "Who is to be named, from a design, or null."),
            _p("marks", "string[]", "What the metadata hold that may show a descent: unusual keys, identifiers."),
            _p("files", "string[]", "Files its tensors lie in, null for a design."),
            _p("spans", "string", "Where in them each tensor lies, packed; null for a design. Exports spell it out."),
            _p("rules", "string", "Version of the rule set that inferred the facts."),
        ),
    ),
    Label(
        name="Structure",
        doc="What is inferred of one header, once for all models that have it: the same keys, dtypes and shapes, and "
        "the same configuration as far as inference reads it.",
        properties=(
            _UID,
            _ROLE,
            replace(_HEADER_HASH, indexed=True),
            replace(_ARCHITECTURE, indexed=True),
            replace(_SHAPE_HASH, indexed=True),
            _p(
                "size_class",
                "string",
                "model or adapter, and the width most parameters have to do with; of an adapter, "
                "of what it changes. Others of that width are looked at first.",
                indexed=True,
            ),
            _p(
                "forms",
                "string",
                "Its most usual sorts of layers, by which others like it are looked for.",
                indexed=True,
            ),
            _p("sketch", "string", "Weighted features as JSON text, by which models are compared."),
            _p("matrices", "string", "Paths and widths of its matrices, packed; of an adapter, of what it changes."),
            _p("targets", "string[]", "What an adapter changes as 'rank count place', '?' a rank not shown; or null."),
            *_WHOLE,
            _p("configuration", "string", "What inference read of the metadata, as JSON text; null for nothing."),
            _p("rules", "string", "Version of the rule set that inferred the facts."),
        ),
    ),
    Label(
        name="Module",
        doc="A node of the module tree: every proper prefix of a tensor's key.",
        properties=(
            _UID,
            _STRUCTURE,
            _p("path", "string", "Dotted path in the state dict.", indexed=True),
            _p("name", "string", "Last segment of the path."),
            _p(
                "pattern",
                "string",
                "The path with every number replaced by {i}: equal for the like modules of a stack.",
            ),
            _p(
                "kind",
                "string",
                "Layer type (Linear, Conv3d, RMSNorm ...) or Attention, FeedForward, Stack, Block, Component, Container.",
                inferred=True,
                indexed=True,
            ),
            _p("ordinal", "int", "Index in its numbered container, or null."),
            _p("depth", "int", "Segments of the path."),
            _p("component", "string", "Path of the component it is in, or null at the root."),
            _p("template", "string", "Structural hash of the subtree, dtypes and quantization scales left out."),
            *_COUNTS,
        ),
    ),
    Label(
        name="Tensor",
        doc="One entry of the header.",
        properties=(
            _UID,
            _STRUCTURE,
            _p("key", "string", "Key in the state dict.", indexed=True),
            _p("name", "string", "Last segment of the key."),
            _p("dtype", "string", "dtype as the format spells it."),
            _p("shape", "int[]", "Length of each axis; [] is a scalar."),
            _p("n_params", "int", "Stored parameters."),
            _p("n_bytes", "int", "Stored bytes."),
            _p("role", "string", "weight, bias, side_car, modulation_table, codebook, table, buffer or parameter."),
        ),
    ),
    Label(
        name="Stream",
        doc="A width that runs through a stack and that sublayers read from and add to.",
        properties=(
            _UID,
            _STRUCTURE,
            _p("scope", "string", "Path of the stack or component it runs through."),
            _p("name", "string", "video, audio, text, image, hidden, context ...", inferred=True),
            _p("width", "int", "Channels of the stream."),
            _p("source", "string", "Path of the module that writes it, null where nothing shows it."),
        ),
    ),
    Label(
        name="Setting",
        doc="One thing a configuration states of the model, or its widths show that a configuration would: the position "
        "coding, an activation, a patch, a scheduler's steps.",
        properties=(
            _UID,
            _p(SETTINGS, "string", "uid of the settings it is one of; models say by it which they have.", indexed=True),
            _p(
                "name",
                "string",
                "What it is, in one word for all configurations: rope_theta, norm_eps, patch_size ...",
                indexed=True,
            ),
            _p(
                "topic",
                "string",
                "class, size, attention, position, activation, norm, patch, vae, audio, scheduler, text, "
                "experts, weights, training or other.",
            ),
            _p(
                "part",
                "string",
                "Words of its key that name a part or stream, such as audio or connector; empty for none.",
            ),
            _p("value", "string", "The value as text; a list's with commas, a nested one's as JSON."),
            _p("number", "float", "The value where it is one number, else null."),
            _p("path", "string", "Path of the module it speaks of, empty for the whole model."),
            _p(
                "stated_at",
                "string",
                "The way to it: metadata entry or file, then keys. Empty where only shapes show it.",
            ),
            _p("basis", "string", "metadata, or shape where no configuration states it."),
            _p(
                "verdict", "string", "agrees (the shapes show it), contradicts (they show something else) or unchecked."
            ),
            _p("shapes_show", "string", "What the shapes show, null where they show nothing."),
            _p("detail", "string", "By which module or tensor."),
        ),
    ),
    Label(
        name="Template",
        doc="A block's structure, shared by every model that has it.",
        shared=True,
        properties=(
            _UID,
            _p("n_tensors", "int", "Tensors of one instance."),
            _p("n_params", "int", "Parameters of one instance."),
            _p("signature", "string", "Relative names and shapes, one a line, cut at 4,000 characters."),
        ),
    ),
    Label(
        name="Rule",
        doc="A rule of inference.",
        shared=True,
        properties=(
            _UID,
            _p("statement", "string", "What the rule says."),
            _p("source", "string", "Where the rule comes from."),
            _p("precision", "float", "Measured precision, null where never measured."),
            _p("measured_on", "string", "What it was measured on."),
        ),
    ),
    Label(
        name="Metadata",
        doc="One entry of a header's `__metadata__`, once for all models that have it.",
        shared=True,
        properties=(_UID, _p("key", "string", "Its key."), _p("value", "string", "Its text.")),
    ),
)

ROLES: tuple[Label, ...] = (
    Label(
        name="Component",
        doc="A part with a job of its own: a backbone, a VAE's encoder, a vocoder, an embedding connector.",
        primary=False,
        properties=(_p("role", "string", "diffusion_transformer, vae_encoder, vae_decoder, vocoder, text_connector ...", inferred=True),
                    _p("latent_channels", "int", "Channels of the latent an encoder writes or a decoder reads.", inferred=True),),
    ),
    Label(
        name="Stack",
        doc="A numbered container of structured children.",
        primary=False,
        properties=(
            _p("stack_depth", "int", "Children that own tensors.", inferred=True),
            _p("uniform", "bool", "Whether all children share one template."),
            _p("runs", "string[]", "Runs of like children as 'first-last'."),
        ),
    ),
    Label(name="Block", doc="A structured child of a stack.", primary=False,
          properties=(_p("block_index", "int", "Index in its stack."),)),
    Label(
        name="Attention",
        doc="A module with query, key and value projections.",
        primary=False,
        properties=(
            _p("attends", "string", "self, cross or joint.", inferred=True),
            _p("form", "string", "separate, fused_qkv, fused_kv, fused_qk, mla, deformable ..."),
            _p("q_dim", "int", "Width the query projection reads."),
            _p("kv_dim", "int", "Width the key projection reads."),
            _p("inner_dim", "int", "Rows of the query projection."),
            _p("out_dim", "int", "Rows of the output projection, null where there is none."),
            _p("heads", "int", "Query heads.", inferred=True),
            _p("kv_heads", "int", "Key/value heads.", inferred=True),
            _p("head_dim", "int", "Width of one head.", inferred=True),
            _p("gqa", "int", "Query rows / key rows, null for fused projections.", inferred=True),
            _p("gated", "bool", "Whether a gate multiplies its output."),
            _p("qk_norm", "string", "none, per_head or full_width.", inferred=True),
        ),
    ),
    Label(
        name="FeedForward",
        doc="A position-wise MLP: up, activation, down.",
        primary=False,
        properties=(
            _p("form", "string", "plain, gated, moe or conv.", inferred=True),
            _p("width", "int", "Width it reads and writes."),
            _p("hidden", "int", "Width between up and down."),
            _p("experts", "int", "Experts of a mixture, null otherwise."),
        ),
    ),
    Label(
        name="Norm",
        doc="A normalisation layer that has parameters.",
        primary=False,
        properties=(_p("features", "int", "Size of its weight."), _p("affine_bias", "bool", "Whether it has a bias.")),
    ),
    Label(
        name="Linear",
        doc="A matrix that maps features.",
        primary=False,
        properties=(
            _p("in_features", "int", "Width it reads."),
            _p("out_features", "int", "Width it writes."),
            _p("has_bias", "bool", "Whether it has a bias."),
            _p("modulation_rows", "int", "Vectors of a stream's width it yields where it modulates (adaLN shift, scale, gate), else null.", inferred=True),
        ),
    ),
    Label(
        name="Conv",
        doc="A convolution, transposed ones included.",
        primary=False,
        properties=(
            _p("in_channels", "int", "Channels it reads (per group where grouped)."),
            _p("out_channels", "int", "Channels it writes."),
            _p("kernel", "int[]", "Kernel, one number a dimension."),
            _p("depthwise", "bool", "Whether each channel is convolved alone."),
            _p("has_bias", "bool", "Whether it has a bias."),
        ),
    ),
    Label(
        name="Embedding",
        doc="A lookup table.",
        primary=False,
        properties=(_p("rows", "int", "Entries."), _p("width", "int", "Width of an entry.")),
    ),
    Label(name="Recurrent", doc="An RNN, GRU or LSTM.", primary=False,
          properties=(_p("hidden", "int", "Hidden width."), _p("layers", "int", "Layers."), _p("bidirectional", "bool", "Whether it reads both ways."))),
)  # fmt: skip

LINEAGE = tuple(r for r in RELATIONS if r.source == r.target == "Model")
"""Relations between whole models."""
FOUND = (*LINEAGE, *(r for r in RELATIONS if r.type == "SPEAKER"))
"""Relations that the store finds; they are no part of one model's tables."""
INFERRED = tuple(label.name for label in PRIMARY if any(p is _STRUCTURE for p in label.properties))
"""Primary labels of what a structure is made of."""

COMPANIONS: tuple[tuple[str, Type, str], ...] = (
    ("rule", "string", "rule that gave"),
    ("basis", "string", "basis of"),
    ("confidence", "float", "measured confidence in"),
    ("detail", "string", "what was seen for, or why there is no,"),
)


@cache
def label(name: str) -> Label:
    """The label of that name; KeyError where there is none."""
    return {lab.name: lab for lab in (*PRIMARY, *ROLES)}[name]


@cache
def properties(primary: str, role: str | None = None) -> tuple[Property, ...]:
    """All properties of a node with these labels, companions of inferred ones included, in declared order."""
    return _with_companions(label(primary).properties + (label(role).properties if role else ()))


@cache
def relation_properties(type_: str) -> tuple[Property, ...]:
    """Properties of a relationship type, companions included; the same whatever its ends are."""
    return _with_companions(next(r for r in RELATIONS if r.type == type_).properties)


def _with_companions(declared: tuple[Property, ...]) -> tuple[Property, ...]:
    out: list[Property] = []
    for prop in declared:
        out.append(prop)
        if prop.inferred:
            out.extend(_p(f"{prop.name}_{c}", t, f"The {doc} `{prop.name}`.") for c, t, doc in COMPANIONS)
    return tuple(out)
