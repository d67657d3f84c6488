"""A model out of the store and into networkx, GraphML, JSON and pictures: nothing is lost, nothing is drawn twice."""

from __future__ import annotations

import json
from io import BytesIO

import networkx as nx
import pytest

from archkb.ingest.graph.rows import to_tables
from archkb.ingest.pipeline import analyse
from archkb.kb.errors import NotFoundError
from archkb.kb.export import FORMATS, export
from archkb.kb.graph import to_networkx
from archkb.kb.outline import outline
from archkb.kb.tables import GraphTables
from tests.nets import header, repeated

_BLOCK = {
    "attn.to_q.weight": (64, 64),
    "attn.to_k.weight": (64, 64),
    "attn.to_v.weight": (64, 64),
    "attn.to_out.weight": (64, 64),
    "norm.weight": (64,),
    'odd"name.weight': (64, 64),
}


@pytest.fixture(scope="module")
def tables() -> GraphTables:
    net = {"embed.weight": (5000, 64), **repeated("blocks", 6, _BLOCK), "head.weight": (5000, 64)}
    return to_tables(analyse(header(net)), name="small")


def test_networkx_has_every_row(tables: GraphTables) -> None:
    graph = to_networkx(tables)
    assert graph.number_of_nodes() == sum(len(t.rows) for t in tables.nodes)
    kinds = {data["type"] for _, _, data in graph.edges(data=True)}
    assert {"CONTAINS", "HAS_TENSOR", "NEXT", "INSTANCE_OF", "BY"} <= kinds
    attention = graph.nodes[f"{tables.structure}/blocks.3.attn"]
    assert attention["labels"] == ["Module", "Attention"]
    assert (attention["q_dim"], attention["attends"]) == (64, "self")


def test_graphml_is_read_back_by_networkx(tables: GraphTables) -> None:
    back = nx.read_graphml(BytesIO(export(tables, "graphml").encode()), force_multigraph=True)
    graph = to_networkx(tables)
    assert back.number_of_nodes() == graph.number_of_nodes()
    assert back.number_of_edges() == graph.number_of_edges()
    assert back.nodes[f"{tables.structure}/blocks.0.attn"]["path"] == "blocks.0.attn"


def test_json_is_node_link_data(tables: GraphTables) -> None:
    back = nx.node_link_graph(json.loads(export(tables, "json")), edges="edges", multigraph=True, directed=True)
    assert set(back) == set(to_networkx(tables))


@pytest.mark.parametrize("format", ["mermaid", "dot"])
def test_pictures_draw_equal_blocks_once(tables: GraphTables, format: str) -> None:
    picture = export(tables, format, depth=3)
    assert picture.count("×6") == 1
    assert "attn" in picture
    assert 'odd"name' not in picture.replace('\\"', "").replace("&quot;", "")
    assert len(export(tables, format, depth=1)) < len(picture)


def test_an_unknown_format_names_the_known(tables: GraphTables) -> None:
    with pytest.raises(NotFoundError):
        export(tables, "png")
    assert FORMATS == ("dot", "graphml", "json", "mermaid")


def test_outline_counts_elements_of_equal_siblings_together(tables: GraphTables) -> None:
    blocks = next(box for box in outline(tables).children if box.name == "blocks")
    (block,) = blocks.children
    assert (block.name, block.count) == ("{0-5}", 6)
    assert block.n_params == blocks.n_params == 6 * (5 * 64 * 64 + 64)
    with pytest.raises(KeyError):
        outline(tables, "no.such.path")


_HOSTILE = "a\x1b[31m\x07\x00\x9b\u202e<b>\ufffe"


@pytest.mark.parametrize("format", FORMATS)
def test_names_with_control_characters_are_exported_as_escapes(format: str) -> None:
    nodes = {f"{_HOSTILE}.0.weight": (8, 8), r"a\x1b[31m.weight": (8, 8), "a\x1b[31m.weight": (8, 8)}
    tables = to_tables(analyse(header(nodes)), name=f"m{_HOSTILE}")
    text = export(tables, format, depth=9)
    assert all(c.isprintable() or c == "\n" for c in text)
    if format == "graphml":
        graph = nx.read_graphml(BytesIO(text.encode()), force_multigraph=True)
        whole = to_networkx(tables)
        assert (len(graph), graph.number_of_edges()) == (len(whole), whole.number_of_edges())
