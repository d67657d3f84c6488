"""An analysis as graph rows: modules with one role label, tensors, streams, templates, rules and what joins them.

Rows of equal siblings differ only in identity, so everything else of a row is made once for the representative.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from dataclasses import dataclass, field
from math import prod
from typing import Any

from ingest import rules
from ingest.analysis import Analysis
from ingest.known import Said, published
from ingest.roles import Role, kind_and_role
from ingest.signature import Signatures, signatures
from ingest.tensor_roles import tensor_role
from ingest.tree import Node
from kb import ids
from kb.sketch import sketch
from kb.tables import EdgeTable, GraphTables, NodeTable, edge_columns, node_columns
from kb.values import DTYPE_BITS, Fact, Header, TensorSpec


def spell(fact: Fact | None) -> tuple[Any, ...]:
    """A fact as its property and the four companions, in the schema's order."""
    if fact is None:
        return (None, None, None, None, None)
    e = fact.evidence
    return (fact.value, e.rule, e.basis, e.confidence, e.detail)


@dataclass(slots=True)
class _Rows:
    """Rows while they are collected."""

    nodes: dict[tuple[str, str | None], list[tuple[Any, ...]]] = field(default_factory=dict)
    edges: dict[tuple[str, str, str], list[tuple[Any, ...]]] = field(default_factory=dict)

    def node(self, primary: str, role: str | None, row: tuple[Any, ...]) -> None:
        self.nodes.setdefault((primary, role), []).append(row)

    def into(self, type_: str, source: str, target: str) -> list[tuple[Any, ...]]:
        return self.edges.setdefault((type_, source, target), [])


def to_tables(analysis: Analysis, *, name: str) -> GraphTables:
    """The tables of one model under `name`. The same analysis and name give the same tables, byte for byte."""
    header = analysis.header
    hashed = ids.header_hash(header.tensors)
    known = published(hashed)
    uid = ids.model_uid(name, hashed, {**known, **header.metadata, **header.declared}, rules.RULES_VERSION)
    signs = signatures(analysis.tree)
    rows = _Rows()
    _modules(analysis, uid, signs, rows)
    _tensors(analysis, uid, rows)
    _streams(analysis, uid, rows)
    _residuals(analysis, uid, rows)
    _stacks(analysis, uid, signs, rows)
    _rules(rows)
    nodes = [
        NodeTable(p, r, node_columns(p, r), tuple(found))
        for (p, r), found in sorted(rows.nodes.items(), key=_label_order)
    ]
    model = _model_row(analysis, uid, name, hashed, known, signs, sketch(nodes).text)
    return GraphTables(
        model,
        (NodeTable("Model", None, node_columns("Model"), (tuple(model.values()),)), *nodes),
        tuple(
            EdgeTable(t, a, b, edge_columns(t), tuple(found))
            for (t, a, b), found in sorted(rows.edges.items())
            if found
        ),
    )


def _label_order(item: tuple[tuple[str, str | None], Any]) -> tuple[str, str]:
    return item[0][0], item[0][1] or ""


def _model_row(
    analysis: Analysis, uid: str, name: str, hashed: str, known: Said, signs: Signatures, sketched: str
) -> dict[str, Any]:
    header, root = analysis.header, analysis.tree.root
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
    return {
        "uid": uid,
        "name": name,
        "family": header.declared.get("family") or known.get("family"),
        "version": _stated(header, "version", "modelspec.version", "model_version") or known.get("version"),
        **role,
        "source": header.source,
        "format": header.format,
        "file_size": header.size,
        "header_hash": hashed,
        "architecture": signs.architecture,
        "shape_hash": None if analysis.role and analysis.role.value == "adapter" else signs.shapes,
        "sketch": sketched,
        "n_tensors": len(header.tensors),
        "n_params": root.n_params,
        "n_bytes": root.n_bytes,
        "n_modules": len(analysis.tree.nodes) - 1,
        "dtypes": dtypes,
        "dtype_tensors": [by_dtype[d][0] for d in dtypes],
        "dtype_params": [by_dtype[d][1] for d in dtypes],
        "dtype_bytes": [by_dtype[d][2] for d in dtypes],
        "licence": _stated(header, "licence", "license", "modelspec.license"),
        "attribution": header.declared.get("attribution"),
        "metadata": json.dumps(dict(sorted(header.metadata.items())), ensure_ascii=False) if header.metadata else None,
        "rules": rules.RULES_VERSION,
    }


def _stated(header: Header, declared: str, *metadata: str) -> str | None:
    """What the design declares, else what the header's metadata say under the first of these names."""
    return header.declared.get(declared) or next((header.metadata[n] for n in metadata if n in header.metadata), None)


def _modules(analysis: Analysis, uid: str, signs: Signatures, rows: _Rows) -> None:
    made: dict[str, tuple[tuple[Any, ...], Role, list[tuple[Any, ...]]]] = {}
    contains, by = rows.into("CONTAINS", "Module", "Module"), rows.into("BY", "Module", "Rule")
    nodes = analysis.tree.nodes
    patterns: dict[str, str] = {"": ""}
    inside: dict[str, str | None] = {"": "" if "" in analysis.components else None}
    for path, node in nodes.items():
        parent = node.parent
        if parent is None:
            continue
        me, name = f"{uid}/{path}", node.name
        above, last = patterns[parent.path], "{i}" if name.isdigit() else name
        patterns[path] = pattern = f"{above}.{last}" if above else last
        inside[path] = component = path if path in analysis.components else inside[parent.path]
        key = analysis.origin.get(path, path)
        found = made.get(key)
        if found is None:
            kind, role = kind_and_role(analysis, node)
            table = rows.nodes.setdefault(("Module", role.label), [])
            found = made[key] = (spell(kind), role, table)
        kind_cells, role, table = found
        table.append(
            (me, uid, path, name, pattern, *kind_cells, node.index, path.count(".") + 1, component,
             signs.template[node.sig], node.n_tensors, node.n_params, node.n_bytes, *role.cells(node))
        )  # fmt: skip
        by.append((me, kind_cells[1], "kind"))
        for prop, rule in role.reasons:
            by.append((me, rule, prop))
        for ord_, child in enumerate(node.children.values()):
            contains.append((me, f"{uid}/{child.path}", ord_))
    top = rows.into("CONTAINS", "Model", "Module")
    top.extend((uid, f"{uid}/{child.path}", ord_) for ord_, child in enumerate(analysis.tree.root.children.values()))


def _tensors(analysis: Analysis, uid: str, rows: _Rows) -> None:
    cells = rows.nodes.setdefault(("Tensor", None), [])
    model_has, module_has = rows.into("HAS_TENSOR", "Model", "Tensor"), rows.into("HAS_TENSOR", "Module", "Tensor")
    scales = rows.into("SCALES", "Tensor", "Tensor")
    roles: dict[str, dict[str, str]] = {}
    for path, node in analysis.tree.nodes.items():
        tensors = node.tensors
        if not tensors:
            continue
        owner, has = (f"{uid}/{path}", module_has) if path else (uid, model_has)
        seen_as = analysis.origin.get(path, path)
        role = roles.get(seen_as)
        if role is None:
            role = roles[seen_as] = _tensor_roles(analysis, seen_as, node)
        for local, t in tensors.items():
            row = _tensor(uid, t, role[local])
            cells.append(row)
            has.append((owner, row[0], role[local]))
        for t, target, car in node.sidecars.values():
            row = _tensor(uid, t, "side_car")
            cells.append(row)
            has.append((owner, row[0], "side_car"))
            if target in tensors:
                scales.append((row[0], f"{uid}#{tensors[target].key}", car))


def _tensor_roles(analysis: Analysis, path: str, node: Node) -> dict[str, str]:
    """Role of each own tensor of a representative."""
    leaf, modulation = analysis.leaves.get(path), analysis.modulations.get(path)
    kind = str(leaf.kind.value) if leaf is not None else "Other"
    tables = modulation.tables if modulation is not None else {}
    return {name: "modulation_table" if name in tables else tensor_role(kind, name) for name in node.tensors}


def _tensor(uid: str, t: TensorSpec, role: str) -> tuple[Any, ...]:
    key, dtype, shape, file, span = t
    n = prod(shape)
    begin, end = span or (None, None)
    size = n * DTYPE_BITS[dtype] // 8
    return (
        f"{uid}#{key}",
        uid,
        key,
        key[key.rfind(".") + 1 :],
        dtype,
        [*shape],
        n,
        size,
        file or None,
        begin,
        end,
        role,
    )


def _streams(analysis: Analysis, uid: str, rows: _Rows) -> None:
    names = []
    for i, s in enumerate(analysis.streams):
        me = ids.stream_uid(uid, s.scope, f"{s.name.value or 'unnamed'}-{s.width}-{i}")
        names.append(me)
        rows.node("Stream", None, (me, uid, s.scope, *spell(s.name), s.width, s.source))
        if s.source is not None and s.source in analysis.tree.nodes:
            rows.into("FEEDS", "Module", "Stream").append((f"{uid}/{s.source}", me, s.name.evidence.detail))
    for relation, found in (("QUERIES", analysis.queries), ("ATTENDS_TO", analysis.attends_to)):
        rows.into(relation, "Module", "Stream").extend((f"{uid}/{p}", names[i]) for p, i in found.items() if p)


def _residuals(analysis: Analysis, uid: str, rows: _Rows) -> None:
    out = rows.into("RESIDUAL", "Module", "Module")
    for r in analysis.residuals:
        stream = analysis.adds_to.get((r.block, r.around))
        name = analysis.streams[stream].name.value if stream is not None else None
        prefix = f"{uid}/{r.block}." if r.block else f"{uid}/"
        for a in r.around:
            if r.block and (r.block + "." + a if a else r.block) in analysis.tree.nodes:
                out.append(
                    (f"{uid}/{r.block}", f"{prefix}{a}" if a else f"{uid}/{r.block}", name, r.order, *spell(r.form))
                )


def _stacks(analysis: Analysis, uid: str, signs: Signatures, rows: _Rows) -> None:
    instance, follows = rows.into("INSTANCE_OF", "Module", "Template"), rows.into("NEXT", "Module", "Module")
    seen: dict[str, Node] = {}
    for path, stack in analysis.stacks.items():
        if not stack.blocks:
            continue
        node = analysis.tree.nodes[path]
        blocks = [node.children[c] for c in stack.children if c in node.children]
        for block in blocks:
            sign = signs.template[block.sig]
            seen.setdefault(sign, block)
            instance.append((f"{uid}/{block.path}", sign))
        follows.extend((f"{uid}/{a.path}", f"{uid}/{b.path}") for a, b in itertools.pairwise(blocks))
    for sign, block in seen.items():
        own = sum(len(n.tensors) for n in block.walk())
        rows.node(
            "Template",
            None,
            (sign, own, sum(t.n_params for n in block.walk() for t in n.tensors.values()), _outline(block)),
        )


def _outline(block: Node) -> str:
    cut = len(block.path) + 1
    lines = (f"{t.key[cut:]} {list(t.shape)}" for n in block.walk() for t in n.tensors.values())
    return "\n".join(lines)[:4000]


def _rules(rows: _Rows) -> None:
    used = {row[1] for row in rows.into("BY", "Module", "Rule")}
    known = {r.id: r for r in rules.registry()}
    for rule_id in sorted(used):
        found, measured = known[rule_id], rules.measured().get(rule_id, {})
        on = f"{int(measured['n'])} uses on left-out models" if measured else None
        rows.node("Rule", None, (rule_id, found.statement, found.source, measured.get("precision"), on))
