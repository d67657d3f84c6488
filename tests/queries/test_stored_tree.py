"""The tree read in part is the tree of the whole."""

from __future__ import annotations

from archkb.kb.outline import outline
from archkb.kb.store import Store
from archkb.queries.stored_tree import module_tables
from tests.queries.graphs import duo, solo


def test_the_outline_is_that_of_the_whole_model(store: Store) -> None:
    for tables in (duo(), solo()):
        store.replace(tables)
        part = module_tables(store, tables.name)
        assert sum(len(n.rows) for n in part.nodes) == tables.counts()["Module"]
        assert outline(part) == outline(tables)


def test_children_are_in_natural_order(store: Store) -> None:
    store.replace(duo())
    [net] = [b for b in outline(module_tables(store, "duo")).children if b.name == "net"]
    assert [c.name for c in net.children] == ["adaln", "blocks", "caption", "patchify", "refiner"]
