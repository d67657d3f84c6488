"""Write a model's graph for other programs (GraphML, JSON) or for the eye (Mermaid, Graphviz)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any

from archkb.kb.errors import NotFoundError
from archkb.kb.graph import to_networkx
from archkb.kb.outline import Box, outline
from archkb.kb.tables import GraphTables
from archkb.kb.text import json_text, printable, xml_text

if TYPE_CHECKING:
    import networkx as nx


def export(tables: GraphTables, format: str, *, depth: int = 3) -> str:
    """The model as text. `depth` limits the pictures (mermaid, dot) to that many levels of modules.

    graphml: every node and edge, lists as JSON text; json: the node-link form of networkx;
    mermaid, dot: the module tree with equal siblings drawn once, as 'name ×48', and streams between attentions.
    """
    try:
        write = _FORMATS[format]
    except KeyError:
        raise NotFoundError(f"no export format {format!r}", near=sorted(_FORMATS)) from None
    return write(tables, depth)


def _graphml(tables: GraphTables, depth: int) -> str:
    import networkx as nx

    graph = _fit_for_xml(to_networkx(tables))
    for _, attributes in graph.nodes(data=True):
        _flatten(attributes)
    for _, _, attributes in graph.edges(data=True):
        _flatten(attributes)
    out = BytesIO()
    nx.write_graphml(graph, out, named_key_ids=True)
    return out.getvalue().decode()


def _flatten(attributes: dict[str, Any]) -> None:
    for name, value in attributes.items():
        if isinstance(value, list):
            attributes[name] = json.dumps(value)
        elif isinstance(value, str):
            attributes[name] = xml_text(value)


def _fit_for_xml(graph: nx.MultiDiGraph[str]) -> nx.MultiDiGraph[str]:
    """The graph with names such as XML can hold, and no two nodes' alike."""
    import networkx as nx

    graph.graph["name"] = xml_text(graph.graph["name"])
    renamed: dict[str, str] = {}
    taken = set(graph)
    for node in graph:
        name = xml_text(node)
        if name == node:
            continue
        while name in taken:
            name += "'"
        taken.add(name)
        renamed[node] = name
    return nx.relabel_nodes(graph, renamed) if renamed else graph


def _json(tables: GraphTables, depth: int) -> str:
    import networkx as nx

    data: Mapping[str, Any] = nx.node_link_data(to_networkx(tables), edges="edges")
    return json_text(json.dumps(data, ensure_ascii=False, indent=1)) + "\n"


def _mermaid(tables: GraphTables, depth: int) -> str:
    lines = ["flowchart LR"]
    for number, parent, box in _numbered(outline(tables), depth):
        lines.append(f'    n{number}["{_escape(box.title)}"]')
        if parent is not None:
            lines.append(f"    n{parent} --> n{number}")
    return "\n".join(lines) + "\n"


def _escape(text: str) -> str:
    return (
        printable(text, keep="\n")
        .replace("&", "&amp;")
        .replace('"', "&quot;")
        .replace("<", "&lt;")
        .replace("\n", "<br/>")
    )


def _dot(tables: GraphTables, depth: int) -> str:
    lines = [f"digraph {_quoted(tables.name)} {{", "    rankdir=LR; node [shape=box, fontname=Helvetica];"]
    for number, parent, box in _numbered(outline(tables), depth):
        lines.append(f"    n{number} [label={_quoted(box.title)}];")
        if parent is not None:
            lines.append(f"    n{parent} -> n{number};")
    return "\n".join([*lines, "}"]) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(printable(text, keep="\n"), ensure_ascii=False)


def _numbered(root: Box, depth: int) -> Iterator[tuple[int, int | None, Box]]:
    count = 0
    waiting: list[tuple[int | None, int, Box]] = [(None, 0, root)]
    while waiting:
        parent, level, box = waiting.pop(0)
        yield count, parent, box
        if level < depth:
            waiting.extend((count, level + 1, child) for child in box.children)
        count += 1


_FORMATS: dict[str, Callable[[GraphTables, int], str]] = {
    "graphml": _graphml,
    "json": _json,
    "mermaid": _mermaid,
    "dot": _dot,
}
FORMATS = tuple(sorted(_FORMATS))
