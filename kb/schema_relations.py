"""The relationship types of the graph, each with its ends; :mod:`archkb.kb.schema` has the labels."""

from __future__ import annotations

from archkb.kb.schema_parts import Relation
from archkb.kb.schema_parts import described as _p

_ORDERED = _p("ordered", "bool", "Whether something shows which came first; else the names' order decides.")
_DETAIL = _p("detail", "string", "What shows it.")

RELATIONS: tuple[Relation, ...] = (
    Relation(type="CONTAINS", source="Model", target="Module", doc="The model's top modules.",
             properties=(_p("ord", "int", "Place among the siblings."),)),
    Relation(type="CONTAINS", source="Structure", target="Module", doc="The structure's top modules.",
             properties=(_p("ord", "int", "Place among the siblings."),)),
    Relation(type="CONTAINS", source="Module", target="Module", doc="Parent to child in the module tree.",
             properties=(_p("ord", "int", "Place among the siblings."),)),
    Relation(type="HAS_TENSOR", source="Module", target="Tensor", doc="Module to a tensor it owns.",
             properties=(_p("role", "string", "The tensor's role there."),)),
    Relation(type="HAS_TENSOR", source="Model", target="Tensor", doc="Model to a tensor without a module.",
             properties=(_p("role", "string", "The tensor's role there."),)),
    Relation(type="HAS_TENSOR", source="Structure", target="Tensor", doc="Structure to a tensor without a module.",
             properties=(_p("role", "string", "The tensor's role there."),)),
    Relation(type="STATES", source="Model", target="Metadata", doc="Model to an entry of its metadata."),
    Relation(type="SCALES", source="Tensor", target="Tensor", doc="Quantization scale to the tensor it belongs to.",
             properties=(_p("kind", "string", "weight_scale, input_scale, zero_point ..."),)),
    Relation(type="NEXT", source="Module", target="Module", doc="Block to the next block of its stack."),
    Relation(type="INSTANCE_OF", source="Module", target="Template", doc="Block to its template."),
    Relation(type="RESIDUAL", source="Module", target="Module", doc="Block to a sublayer it adds around.",
             properties=(_p("stream", "string", "Stream that is added to."), _p("order", "int", "Place among the block's adds."),
                         _p("form", "string", "identity or projection.", inferred=True))),
    Relation(type="QUERIES", source="Module", target="Stream", doc="Attention to the stream its queries are of."),
    Relation(type="ATTENDS_TO", source="Module", target="Stream", doc="Attention to the stream its keys and values are of."),
    Relation(type="FEEDS", source="Module", target="Stream", doc="Module to the stream it writes into.",
             properties=(_p("detail", "string", "What shows it."),)),
    Relation(type="HAS_SETTING", source="Model", target="Setting", doc="Model to what is stated of the whole of it."),
    Relation(type="HAS_SETTING", source="Module", target="Setting", doc="Module to what is stated of it, by each of the models that share it: `settings` tells whose."),
    Relation(type="BY", source="Module", target="Rule", doc="Module to the rule behind one of its properties.",
             properties=(_p("property", "string", "The property."),)),
    Relation(type="SPEAKER", source="Structure", target="Model",
             doc="To the model that has the relations to others; those of its structure, family and version share them."),
    Relation(type="SAME_AS", source="Model", target="Model",
             doc="Two models with one architecture. Those with one structure are it by sharing that.",
             properties=(_p("basis", "string", "header, names or shapes: what is equal."),)),
    Relation(type="SIMILAR_TO", source="Model", target="Model", doc="Two models whose sketches have much in common.",
             properties=(_p("score", "float", "Likeness in [0, 1]."),
                         _p("parts", "string[]", "Likeness by part, the most alike first: 'layers 0.89'."))),
    Relation(type="VERSION_OF", source="Model", target="Model", doc="A version of a family to an earlier one.",
             properties=(_ORDERED, _p("score", "float", "Likeness in [0, 1]."), _DETAIL)),
    Relation(type="DERIVES_FROM", source="Model", target="Model", doc="Suspected: one model was made from the other.",
             properties=(_ORDERED, _p("confidence", "float", "Measured precision of the suspicion."), _DETAIL)),
    Relation(type="ADAPTS", source="Model", target="Model", doc="Low-rank adapter to a model whose modules it changes.",
             properties=(_p("touched", "int", "Modules of the base it changes."),
                         _p("no_ops", "int", "Targets that change nothing there."), _DETAIL)),
)  # fmt: skip
