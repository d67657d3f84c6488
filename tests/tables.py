"""A made-up model as tables, valid against the schema, of any size. No ingest is needed for it."""

from __future__ import annotations

from typing import Any

from archkb.kb import schema
from archkb.kb.tables import EdgeTable, GraphTables, NodeTable, check, edge_columns, node_columns

VALUES: dict[str, Any] = {
    "string": "text with 'quotes', a \\ and ünïcode",
    "int": 21_638_973_589,
    "float": 0.1,
    "bool": True,
    "string[]": ["BF16", "F8_E4M3"],
    "int[]": [4096, 27_077_673_866],
}


def row(primary: str, role: str | None, /, **known: Any) -> tuple[Any, ...]:
    """A row in the schema's order; what is not `known` is null."""
    columns = node_columns(primary, role)
    assert set(known) <= set(columns), set(known) - set(columns)
    return tuple(known.get(column) for column in columns)


def model_tables(
    name: str = "toy", *, blocks: int = 2, version: str = "a", shapes: str = "s", names: str = "n"
) -> GraphTables:
    """A model of `blocks` blocks, each with an attention, two linears and three tensors.

    7 nodes and 12 edges a block. `version` makes the header's hash, `names` and `shapes` the structural ones; all that
    is equal but the name is one structure.
    """
    own = f"{name}-{version}"
    uid = f"{blocks}-{version}-{names}-{shapes}"
    whole: dict[str, Any] = {
        "header_hash": f"h-{version}",
        "architecture": f"a-{names}",
        "shape_hash": f"s-{shapes}",
        "n_tensors": 3 * blocks,
        "n_modules": 1 + 4 * blocks,
        "n_params": VALUES["int"],
        "n_bytes": 2 * VALUES["int"],
        "dtypes": VALUES["string[]"],
        "dtype_tensors": [3, 1],
        "dtype_params": VALUES["int[]"],
        "dtype_bytes": [],
        "role": "toy",
        "role_confidence": 1.0,
    }
    model = row("Model", None, uid=own, name=name, structure=uid, source="toy.design", format="design", **whole)
    structure = row("Structure", None, uid=uid, **whole)
    nodes: dict[tuple[str, str | None], list[tuple[Any, ...]]] = {
        ("Model", None): [model],
        ("Structure", None): [structure],
        ("Metadata", None): [row("Metadata", None, uid="m-a", key="a", value="[1, 2.0]")],
    }
    edges: dict[tuple[str, str, str], list[tuple[Any, ...]]] = {}
    add = nodes.setdefault
    stack = f"{uid}/blocks"
    add(("Module", "Stack"), []).append(
        row(
            "Module",
            "Stack",
            uid=stack,
            structure=uid,
            path="blocks",
            name="blocks",
            kind="Stack",
            depth=1,
            runs=["0-9"],
            uniform=True,
            stack_depth=blocks,
        )
    )
    edges.setdefault(("CONTAINS", "Model", "Module"), []).append((own, stack, 0))
    edges.setdefault(("CONTAINS", "Structure", "Module"), []).append((uid, stack, 0))
    edges.setdefault(("STATES", "Model", "Metadata"), []).append((own, "m-a"))
    add(("Stream", None), []).append(
        row("Stream", None, uid=f"{uid}~blocks~video", structure=uid, scope="blocks", name="video", width=64)
    )
    add(("Template", None), []).append(
        row("Template", None, uid=f"t-{shapes}", n_tensors=3, n_params=9, signature="q (2, 2)\nk (2, 2)")
    )
    add(("Rule", None), []).append(
        row("Rule", None, uid="linear.two_dim", statement="A matrix is linear.", precision=0.99)
    )
    for index in range(blocks):
        _block(uid, index, nodes, edges, f"t-{shapes}")
    tables = GraphTables(
        dict(zip(node_columns("Model"), model, strict=True)),
        tuple(NodeTable(p, r, node_columns(p, r), tuple(found)) for (p, r), found in nodes.items()),
        tuple(EdgeTable(t, a, b, edge_columns(t), tuple(found)) for (t, a, b), found in edges.items()),
    )
    check(tables)
    return tables


def _block(uid: str, index: int, nodes: dict[Any, list[Any]], edges: dict[Any, list[Any]], template: str) -> None:
    def link(type_: str, source: str, target: str, *values: Any, ends: tuple[str, str] = ("Module", "Module")) -> None:
        width = len(schema.relation_properties(type_))
        padded = values + (None,) * (width - len(values))
        edges.setdefault((type_, *ends), []).append((source, target, *padded))

    def module(path: str, role: str | None, kind: str, **known: Any) -> str:
        nodes.setdefault(("Module", role), []).append(
            row(
                "Module",
                role,
                uid=f"{uid}/{path}",
                structure=uid,
                path=path,
                name=path.rpartition(".")[2],
                kind=kind,
                kind_rule="linear.two_dim",
                kind_basis="shape",
                kind_confidence=0.99,
                kind_detail="seen",
                depth=path.count(".") + 1,
                n_params=2**40,
                **known,
            )
        )
        return f"{uid}/{path}"

    path = f"blocks.{index}"
    block = module(path, "Block", "Block", ordinal=index, block_index=index)
    attention = module(
        f"{path}.attn",
        "Attention",
        "Attention",
        attends="self",
        q_dim=64,
        gated=False,
        heads=None,
        heads_detail="unknown",
    )
    link("CONTAINS", f"{uid}/blocks", block, index)
    link("CONTAINS", block, attention, 0)
    link("INSTANCE_OF", block, template, ends=("Module", "Template"))
    link("BY", block, "linear.two_dim", "kind", ends=("Module", "Rule"))
    link("RESIDUAL", block, attention, "video", 0, "identity")
    link("QUERIES", attention, f"{uid}~blocks~video", ends=("Module", "Stream"))
    if index:
        link("NEXT", f"{uid}/blocks.{index - 1}", block)
    for order, (name, shape) in enumerate({"q": [2, 2], "k": [64, 3, 2], "scale": []}.items()):
        owner = attention
        if name != "scale":
            owner = module(f"{path}.attn.{name}", "Linear" if name == "q" else None, "Linear", ordinal=None)
            link("CONTAINS", attention, owner, order)
        key = f"{path}.attn.{name}.weight"
        nodes.setdefault(("Tensor", None), []).append(
            row(
                "Tensor",
                None,
                uid=f"{uid}#{key}",
                structure=uid,
                key=key,
                name="weight",
                dtype="BF16",
                shape=shape,
                n_params=4,
                n_bytes=8,
            )
        )
        link("HAS_TENSOR", owner, f"{uid}#{key}", "weight", ends=("Module", "Tensor"))
