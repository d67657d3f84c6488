"""A model's tables as a networkx graph and back to something a reader can look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archkb.kb.tables import GraphTables

if TYPE_CHECKING:
    import networkx as nx


def to_networkx(tables: GraphTables) -> nx.MultiDiGraph[str]:
    """A directed multigraph: nodes by uid with `labels` and their properties, edges keyed by type.

    Properties that are null are left out; lists stay lists. A tensor has the place it takes in the model's files too.
    """
    import networkx as nx

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(name=tables.name)
    spans = tables.spans()
    for node in tables.nodes:
        labels = [node.primary, *([node.role] if node.role else [])]
        for row in node.rows:
            cells = _present(node.columns, row)
            if node.primary == "Tensor" and cells["key"] in spans:
                cells |= zip(("file", "begin", "end"), spans[cells["key"]], strict=True)
            graph.add_node(row[0], labels=labels, **cells)
    for edge in tables.edges:
        for row in edge.rows:
            graph.add_edge(row[0], row[1], key=edge.type, type=edge.type, **_present(edge.columns[2:], row[2:]))
    return graph


def _present(columns: tuple[str, ...], row: tuple[Any, ...]) -> dict[str, Any]:
    return {c: v for c, v in zip(columns, row, strict=True) if v is not None}
