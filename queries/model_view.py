"""What a model is by function, read from its tables: the ground on which two designs can be compared.

A :class:`ModelView` groups what is equal (48 like attentions are one line with a count) and finds the backbone: the
component, or else the stack, that holds most of the elements in blocks with attention.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from archkb.kb.outline import Box, outline
from archkb.kb.paths import outermost, within
from archkb.kb.relations.adapter import Target, targets, tensor_shapes
from archkb.kb.relations.fingerprint import Sketch, kept_sketch
from archkb.kb.tables import GraphTables
from archkb.queries.model_items import HOLDERS, Item, items_of
from archkb.queries.tensor_types import Spec

Cells = Mapping[str, Any]

ITSELF = "the block itself"
"""The place in a block that is the block."""
_STAGED = ("vae", "vocoder", "super_resolution", "codec")
"""Parts of roles of models that are made of stages."""


@dataclass(frozen=True)
class ModelView:
    """One model's tables, indexed to be told of and compared; made once a model, and handed on.

    What it holds is made when it is first asked for, and kept.
    """

    tables: GraphTables

    @property
    def name(self) -> str:
        """The model's name."""
        return self.tables.name

    @property
    def model(self) -> Cells:
        """The Model node."""
        return self.tables.model

    @cached_property
    def outline(self) -> Box:
        """The module tree as boxes, equal siblings once; the root is the model."""
        return outline(self.tables)

    @cached_property
    def sketch(self) -> Sketch:
        """The fingerprint by which models are held against each other."""
        return kept_sketch(self.tables)

    @cached_property
    def targets(self) -> dict[str, Target]:
        """What an adapter changes, by its name there; empty for any other model, whatever pairs it holds."""
        return targets(tensor_shapes(self.tables.nodes)) if self.model["role"] == "adapter" else {}

    @cached_property
    def modules(self) -> dict[str, Cells]:
        """Modules by path."""
        return {c["path"]: c for c in self.tables.records("Module")}

    @cached_property
    def by_uid(self) -> dict[str, Cells]:
        """Modules by uid."""
        return {c["uid"]: c for c in self.modules.values()}

    @cached_property
    def tensors(self) -> dict[str, Cells]:
        """Tensors by key."""
        return {c["key"]: c for c in self.tables.records("Tensor")}

    @cached_property
    def specs(self) -> dict[str, Spec]:
        """dtype and shape by key, as they are aligned."""
        return {key: Spec(t["dtype"], tuple(t["shape"])) for key, t in self.tensors.items()}

    def labelled(self, role: str) -> list[Cells]:
        """Modules with that role label, by path."""
        return sorted((c for c in self.modules.values() if c["label"] == role), key=lambda c: str(c["path"]))

    @cached_property
    def children(self) -> dict[str, list[Cells]]:
        """Modules by the path of their parent."""
        out: dict[str, list[Cells]] = {}
        for path, cells in self.modules.items():
            out.setdefault(path.rpartition(".")[0], []).append(cells)
        return out

    @cached_property
    def keys_below(self) -> dict[str, list[str]]:
        """Keys of tensors below each module that has a number, side-cars left out."""
        out: dict[str, list[str]] = {}
        for key, cells in self.tensors.items():
            if cells["role"] == "side_car":
                continue
            parts = key.split(".")
            for i, part in enumerate(parts):
                if part.isdigit():
                    out.setdefault(".".join(parts[: i + 1]), []).append(key)
        return out

    @cached_property
    def components(self) -> list[Cells]:
        """Components, largest first."""
        return sorted(self.labelled("Component"), key=lambda c: (-c["n_params"], c["path"]))

    @cached_property
    def backbone(self) -> Cells | None:
        """The stack with most elements among those whose blocks hold attention, else the largest stack.

        None for a coder, vocoder or upscaler without attention: its stacks are stages, and none is the whole's spine.
        """
        attended = {str(a["path"]) for a in self.labelled("Attention")}
        if not attended and any(part in str(self.model["role"]) for part in _STAGED):
            return None
        stacks = self.labelled("Stack")

        def weight(stack: Cells) -> tuple[bool, int, int, str]:
            prefix = f"{stack['path']}."
            inner = any(p.startswith(prefix) for p in attended)
            return (inner, stack["n_params"], -stack["depth"], stack["path"])

        return max(stacks, key=weight, default=None)

    @cached_property
    def outer_stacks(self) -> list[str]:
        """Paths of the stacks that lie in no other stack."""
        return outermost(str(s["path"]) for s in self.labelled("Stack"))

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Every tensor once, by what it belongs to."""
        return items_of(self.tensors, self.modules, self.outer_stacks)

    @cached_property
    def blocks(self) -> list[Cells]:
        """Blocks of the backbone, by index."""
        if self.backbone is None:
            return []
        return sorted(
            self.children.get(self.backbone["path"], []),
            key=lambda c: (c["ordinal"] is None, c["ordinal"] or 0, c["path"]),
        )

    def inside(self, cells: Iterable[Cells], path: str) -> list[Cells]:
        """Those of `cells` at or below `path`."""
        return [c for c in cells if within(str(c["path"]), path)]

    @cached_property
    def common_block(self) -> Cells | None:
        """The first of the backbone's blocks of the commonest template."""
        seen = Counter(c["template"] for c in self.blocks)
        most = max(seen, key=lambda t: (seen[t], t), default=None)
        return next((c for c in self.blocks if c["template"] == most), None)

    @cached_property
    def streams(self) -> list[Cells]:
        """Streams, widest first."""
        return sorted(self.tables.records("Stream"), key=lambda s: (-s["width"], s["scope"], str(s["name"])))

    @cached_property
    def residuals(self) -> dict[str, list[Cells]]:
        """RESIDUAL relationships by the uid of their block."""
        out: dict[str, list[Cells]] = {}
        for edge in self.tables.related("RESIDUAL"):
            out.setdefault(edge["source"], []).append(edge)
        return out

    def additions(self, block: Cells) -> list[tuple[int, Cells]]:
        """(place, RESIDUAL relationship) of all additions in a block, also of those around what lies deeper in it.

        What a module of the block adds inside itself comes after the block's own last addition of that kind (an
        attention after attentions), or after all others. What numbered modules of the block add is theirs.
        """
        own = sorted(self.residuals.get(block["uid"], ()), key=self._placed)
        steps = [list(group) for _, group in groupby(own, key=lambda e: e["order"])]
        for module in self._below(block):
            nested = sorted(self.residuals.get(module["uid"], ()), key=self._placed)
            for _, group in groupby(nested, key=lambda e: e["order"]):
                step = list(group)
                label = self.by_uid[step[0]["target"]]["label"]
                alike = [i for i, other in enumerate(steps) if self.by_uid[other[0]["target"]]["label"] == label]
                steps.insert(alike[-1] + 1 if alike and label in HOLDERS else len(steps), step)
        return [(order, edge) for order, step in enumerate(steps) for edge in step]

    def _placed(self, edge: Cells) -> tuple[int, str]:
        return edge["order"], str(self.by_uid[edge["target"]]["path"])

    def _below(self, module: Cells) -> Iterator[Cells]:
        """Modules in a module that have no number and lie in none that has."""
        for child in self.children.get(str(module["path"]), ()):
            if child["ordinal"] is None:
                yield child
                yield from self._below(child)

    @cached_property
    def links(self) -> dict[str, tuple[Cells | None, Cells | None]]:
        """Attention path -> (stream of its queries, stream of its keys and values)."""
        stream = {s["uid"]: s for s in self.streams}
        asks = {e["source"]: stream[e["target"]] for e in self.tables.related("QUERIES")}
        reads = {e["source"]: stream[e["target"]] for e in self.tables.related("ATTENDS_TO")}
        return {str(self.by_uid[u]["path"]): (asks.get(u), reads.get(u)) for u in asks.keys() | reads.keys()}
