"""An analysis as graph rows: a structure with modules of one role label, tensors, streams, templates, rules.

Rows of equal siblings differ only in identity, so everything else of a row is made once for the representative.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from math import prod
from sys import intern
from typing import Any, NamedTuple

from archkb.ingest import rules
from archkb.ingest.analysis import Analysis
from archkb.ingest.graph.model_part import whole_model
from archkb.ingest.graph.role_labels import Role, kind_and_role
from archkb.ingest.graph.row_tables import LONG, RowTables
from archkb.ingest.graph.setting_rows import with_settings
from archkb.ingest.graph.tensor_roles import tensor_role
from archkb.ingest.tree.hashes import Signatures, signatures
from archkb.ingest.tree.module_tree import Node, Tree
from archkb.kb import ids
from archkb.kb.declared_heads import configuration, spelt
from archkb.kb.relations.adapter import adapted_width, target_lines, targets, widths
from archkb.kb.relations.fingerprint import forms, size_class, sketch
from archkb.kb.relations.packed_matrices import pack_targets, pack_widths
from archkb.kb.tables import EdgeTable, GraphTables, NodeTable, node_columns
from archkb.kb.values import DTYPE_BITS, Fact, TensorSpec

_PIECE = 4096
"""Modules after which long tables are kept by column."""

_OUTLINE = 4000
"""Characters of a template's outline."""


def spell(fact: Fact | None) -> tuple[Any, ...]:
    """A fact as its property and the four companions, in the schema's order."""
    if fact is None:
        return (None, None, None, None, None)
    e = fact.evidence
    return (fact.value, e.rule, e.basis, e.confidence, e.detail)


def to_tables(analysis: Analysis, *, name: str) -> GraphTables:
    """The tables of one model under `name`. The same analysis and name give the same tables, byte for byte."""
    structure, nodes, edges = structure_tables(analysis)
    tables = whole_model(analysis.header, name, structure, nodes, edges)
    return with_settings(tables, analysis.header.configurations)


def structure_tables(analysis: Analysis) -> tuple[dict[str, Any], list[NodeTable], list[EdgeTable]]:
    """A structure's row as a mapping, its tables (its own row's first) and its relationships."""
    header = analysis.header
    hashed = ids.header_hash(header.tensors)
    signs = signatures(analysis.tree)
    read = spelt(configuration(header.configurations))
    uid = ids.structure_uid(hashed, read, rules.RULES_VERSION)
    rows = RowTables()
    _tensors(analysis, uid, _modules(analysis, uid, signs, rows), rows)
    _streams(analysis, uid, rows)
    _residuals(analysis, uid, rows)
    _stacks(analysis, uid, signs, rows)
    _rules(rows)
    nodes = rows.node_tables()
    row = _structure_row(analysis, uid, hashed, signs, nodes)
    row["configuration"] = read
    ordered = {column: row[column] for column in node_columns("Structure")}
    whole = NodeTable("Structure", None, tuple(ordered), (tuple(ordered.values()),))
    return ordered, [whole, *nodes], list(rows.edge_tables())


def _structure_row(
    analysis: Analysis, uid: str, hashed: str, signs: Signatures, nodes: Sequence[NodeTable]
) -> dict[str, Any]:
    header, root, sketched = analysis.header, analysis.tree.root, sketch(nodes)
    by_dtype: dict[str, list[int]] = {}
    for (dtype, shape), count in Counter((t.dtype, t.shape) for t in header.tensors).items():
        entry = by_dtype.setdefault(dtype, [0, 0, 0])
        entry[0] += count
        entry[1] += count * prod(shape)
        entry[2] += count * (prod(shape) * DTYPE_BITS[dtype] // 8)
    dtypes = sorted(by_dtype, key=lambda d: (-by_dtype[d][0], d))
    role = dict(
        zip(("role", "role_rule", "role_basis", "role_confidence", "role_detail"), spell(analysis.role), strict=True)
    )
    adapts = bool(analysis.role and analysis.role.value == "adapter")
    changed = targets({t.key: t.shape for t in header.tensors}) if adapts else {}
    return {
        "uid": uid,
        **role,
        "header_hash": hashed,
        "architecture": signs.architecture,
        "shape_hash": None if adapts else signs.shapes,
        "size_class": size_class("adapter" if adapts else None, adapted_width(changed) or int(sketched.scale["width"])),
        "forms": forms(sketched),
        "sketch": sketched.text,
        "matrices": pack_targets(changed) if adapts else pack_widths(widths(nodes)),
        "targets": target_lines(changed) if adapts else None,
        "n_tensors": len(header.tensors),
        "n_params": root.n_params,
        "n_bytes": root.n_bytes,
        "n_modules": len(analysis.tree.nodes) - 1,
        "dtypes": dtypes,
        "dtype_tensors": [by_dtype[d][0] for d in dtypes],
        "dtype_params": [by_dtype[d][1] for d in dtypes],
        "dtype_bytes": [by_dtype[d][2] for d in dtypes],
        "rules": rules.RULES_VERSION,
    }


def _modules(analysis: Analysis, uid: str, signs: Signatures, rows: RowTables) -> list[str]:
    """Rows of the modules, of what they contain and of the rules behind them; uids of the tree's nodes in its order.

    The tree lists a module right before what is in it, so the modules it lies in are a stack, and so are the uids of
    the children that are still to come. Nothing is kept by path: a header may list a million modules.
    """
    repeated = set(analysis.origin.values())
    shared: dict[str, _Shared] = {}
    contains, by = rows.edge("CONTAINS", "Module", "Module"), rows.edge("BY", "Module", "Rule")
    top = rows.edge("CONTAINS", "Structure", "Module")
    uids, coming = [uid], list[str]()
    around: list[_Place] = []
    for path, node in analysis.tree.nodes.items():
        if node.parent is None:
            me, place = uid, _Place(node, "", None)
        else:
            me = coming.pop()
            uids.append(me)
            while around[-1].node is not node.parent:
                around.pop()
            key = analysis.origin.get(path, path)
            facts = shared.get(key) or _shared(analysis, node, around[-1].pattern, rows)
            if key in repeated:
                shared[key] = facts
            place = _Place(node, facts.pattern, path if path in analysis.components else around[-1].component)
            kind, role = facts.kind, facts.role
            facts.table.append(
                (me, uid, path, node.name, facts.pattern, *kind, node.index, path.count(".") + 1, place.component,
                 signs.template[node.sig], node.n_tensors, node.n_params, node.n_bytes, *role.cells(node))
            )  # fmt: skip
            by.append((me, kind[1], "kind"))
            for prop, rule in role.reasons:
                by.append((me, rule, prop))
        if len(uids) % _PIECE == 0:
            rows.settle()
        if node.children:
            around.append(place)
            below = [f"{uid}/{child.path}" for child in node.children.values()]
            (contains if node.parent else top).extend((me, child, ord_) for ord_, child in enumerate(below))
            coming.extend(reversed(below))
    return uids


class _Place(NamedTuple):
    """A module on the way to the one at hand, its pattern and its component."""

    node: Node
    pattern: str
    component: str | None


class _Shared(NamedTuple):
    """What the rows of a module and of all its equal siblings have in common."""

    kind: tuple[Any, ...]
    role: Role
    pattern: str
    table: list[tuple[Any, ...]]


def _shared(analysis: Analysis, node: Node, above: str, rows: RowTables) -> _Shared:
    kind, role = kind_and_role(analysis, node)
    last = "{i}" if node.name.isdigit() else node.name
    table = rows.node("Module", role.label)
    return _Shared(spell(kind), role, f"{above}.{last}" if above else last, table)


def _tensors(analysis: Analysis, uid: str, owners: list[str], rows: RowTables) -> None:
    """Rows of the tensors; `owners` are the uids of the tree's nodes, in its order."""
    cells = rows.node("Tensor")
    loose, module_has = rows.edge("HAS_TENSOR", "Structure", "Tensor"), rows.edge("HAS_TENSOR", "Module", "Tensor")
    scales = rows.edge("SCALES", "Tensor", "Tensor")
    repeated = set(analysis.origin.values())
    roles: dict[str, dict[str, str]] = {}
    sizes: dict[str, dict[tuple[int, ...], _Size]] = {dtype: {} for dtype in DTYPE_BITS}
    for owner, (path, node) in zip(owners, analysis.tree.nodes.items(), strict=True):
        tensors = node.tensors
        if not tensors:
            continue
        if len(cells) >= LONG:
            rows.settle()
        has = module_has if path else loose
        seen_as = analysis.origin.get(path, path)
        role = roles.get(seen_as)
        if role is None:
            role = _tensor_roles(analysis, seen_as, node)
            if seen_as in repeated:
                roles[seen_as] = role
        for local, t in tensors.items():
            row = _tensor(uid, t, role[local], sizes[t.dtype])
            cells.append(row)
            has.append((owner, row[0], role[local]))
        for t, target, car in node.sidecars.values():
            row = _tensor(uid, t, "side_car", sizes[t.dtype])
            cells.append(row)
            has.append((owner, row[0], "side_car"))
            if target in tensors:
                scales.append((row[0], f"{uid}#{tensors[target].key}", car))


def _tensor_roles(analysis: Analysis, path: str, node: Node) -> dict[str, str]:
    """Role of each own tensor of a representative."""
    leaf, modulation = analysis.leaves.get(path), analysis.modulations.get(path)
    kind = str(leaf.kind.value or "Other") if leaf is not None else "Other"
    tables = modulation.tables if modulation is not None else {}
    return {name: "modulation_table" if name in tables else tensor_role(kind, name) for name in node.tensors}


_Size = tuple[list[int], int, int]
"""A shape as a row has it, its elements and its bytes."""

_SIZES = 4096
"""So many shapes of a dtype are kept as one value for all tensors that have them."""


def _tensor(uid: str, t: TensorSpec, role: str, sizes: dict[tuple[int, ...], _Size]) -> tuple[Any, ...]:
    key, dtype, shape, _, _ = t
    size = sizes.get(shape)
    if size is None:
        n = prod(shape)
        size = [*shape], n, n * DTYPE_BITS[dtype] // 8
        if len(sizes) < _SIZES:
            sizes[shape] = size
    local = intern(key[key.rfind(".") + 1 :])
    return (f"{uid}#{key}", uid, key, local, dtype, *size, role)


def _streams(analysis: Analysis, uid: str, rows: RowTables) -> None:
    names = []
    for i, s in enumerate(analysis.streams):
        me = ids.stream_uid(uid, s.scope, f"{s.name.value or 'unnamed'}-{s.width}-{i}")
        names.append(me)
        rows.node("Stream").append((me, uid, s.scope, *spell(s.name), s.width, s.source))
        if s.source is not None and s.source in analysis.tree.nodes:
            rows.edge("FEEDS", "Module", "Stream").append((f"{uid}/{s.source}", me, s.name.evidence.detail))
    for relation, found in (("QUERIES", analysis.queries), ("ATTENDS_TO", analysis.attends_to)):
        rows.edge(relation, "Module", "Stream").extend((f"{uid}/{p}", names[i]) for p, i in found.items() if p)


def _residuals(analysis: Analysis, uid: str, rows: RowTables) -> None:
    out = rows.edge("RESIDUAL", "Module", "Module")
    for r in analysis.residuals:
        stream = analysis.adds_to.get((r.block, r.around))
        name = analysis.streams[stream].name.value if stream is not None else None
        prefix = f"{uid}/{r.block}." if r.block else f"{uid}/"
        for a in r.around:
            if r.block and (r.block + "." + a if a else r.block) in analysis.tree.nodes:
                out.append(
                    (f"{uid}/{r.block}", f"{prefix}{a}" if a else f"{uid}/{r.block}", name, r.order, *spell(r.form))
                )


def _stacks(analysis: Analysis, uid: str, signs: Signatures, rows: RowTables) -> None:
    instance, follows = rows.edge("INSTANCE_OF", "Module", "Template"), rows.edge("NEXT", "Module", "Module")
    first_blocks: dict[str, Node] = {}
    for path, stack in analysis.stacks.items():
        if not stack.blocks:
            continue
        node = analysis.tree.nodes[path]
        blocks = [node.children[c] for c in stack.children if c in node.children]
        uids = [f"{uid}/{block.path}" for block in blocks]
        for me, block in zip(uids, blocks, strict=True):
            sign = signs.template[block.sig]
            first_blocks.setdefault(sign, block)
            instance.append((me, sign))
        follows.extend(itertools.pairwise(uids))
    counts = _counts(analysis.tree) if first_blocks else {}
    for sign, block in first_blocks.items():
        rows.node("Template").append((sign, *counts[block.sig], _outline(block)))


def _counts(tree: Tree) -> dict[int, tuple[int, int]]:
    """Tensors at and below each distinct structure, and the parameters in them, quantization scales left out."""
    counts: dict[int, tuple[int, int]] = {}
    for node in reversed(tree.distinct):
        below = [counts[child.sig] for child in node.children.values()]
        tensors = len(node.tensors) + sum(n for n, _ in below)
        counts[node.sig] = tensors, sum(t.n_params for t in node.tensors.values()) + sum(n for _, n in below)
    return counts


def _outline(block: Node) -> str:
    """Keys and shapes below a block, cut at so many characters; what would be cut off is not looked at."""
    cut, length, lines = len(block.path) + 1, 0, list[str]()
    for t in (t for n in block.core.walk() for t in n.tensors.values()):
        lines.append(f"{t.key[cut:]} {list(t.shape)}")
        length += len(lines[-1]) + 1
        if length > _OUTLINE:
            break
    return "\n".join(lines)[:_OUTLINE]


def _rules(rows: RowTables) -> None:
    used = rows.used("BY", "Module", "Rule", column=1)
    known = {r.id: r for r in rules.registry()}
    for rule_id in sorted(used):
        found, measured = known[rule_id], rules.measured().get(rule_id, {})
        on = f"{int(measured['n'])} uses in {int(measured['models'])} models" if measured else None
        rows.node("Rule").append((rule_id, found.statement, found.source, measured.get("precision"), on))
