"""The page of the rules: every rule once, with figures and an example that a shipped design really has."""

from __future__ import annotations

from archkb.ingest.read_tables import read_tables
from archkb.ingest.rules import is_doubtful, registry
from archkb.ingest.rules_page import rules_page, shipped_examples


def test_every_rule_is_on_the_page_with_its_statement() -> None:
    page, examples = rules_page(), shipped_examples()

    for rule in registry():
        assert page.count(f"\n### {rule.id}\n") == 1
        section = page.partition(f"\n### {rule.id}\n")[2].partition("\n#")[0]
        assert rule.statement in section
        assert f"- basis: {rule.basis}\n" in section
        assert ("; withheld" in section) is is_doubtful(rule.id)
        assert ("none in the designs that ship" in section) is (rule.id not in examples)


def test_an_example_is_a_fact_of_the_design() -> None:
    example = shipped_examples()["attends.second"]
    tables = read_tables(f"design:{example.design}", name="x")
    attention = next(t for t in tables.nodes if t.role == "Attention")
    rows = [dict(zip(attention.columns, row, strict=True)) for row in attention.rows]

    [row] = [row for row in rows if row["path"] == example.path]
    assert row["attends"] == example.value == "cross"
    assert row["attends_detail"] == example.detail
    assert row["attends_rule"] == "attends.second"
