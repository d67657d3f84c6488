"""The rules of inference as a page: what each says, on what basis, how right it was, and one place where it applies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archkb.ingest.graph.rows import to_tables
from archkb.ingest.pipeline import analyse
from archkb.ingest.rules import Rule, is_doubtful, measured, registry
from archkb.ingest.sources import read_header, shipped
from archkb.kb.tables import GraphTables
from archkb.kb.text import printable

_HEAD = """# The rules of inference

Every inferred fact names its rule; `archkb explain MODEL --evidence` shows it, with what was seen. Bases by trust are
metadata that agrees with shapes, shapes, neighbours, names, convention. Precision is the share of models for
which the rule was right, measured with its own family left out and drawn towards its class where few families used it
([how](accuracy.md), [why](decisions/0009-evidence-and-confidence.md)); a rule that only restates the header is a
definition and cannot be wrong. The example is the first place in the designs that ship.
"""

Example = tuple[str, str, str]
"""Design, path of a module in it, and what was seen there."""


def rules_page() -> str:
    """The page as Markdown."""
    first = examples()
    rules = registry()
    groups = dict.fromkeys(rule.id.partition(".")[0] for rule in rules)
    parts = [_HEAD]
    for group in groups:
        parts.append(f"## {group}\n")
        parts += [_entry(rule, first.get(rule.id)) for rule in rules if rule.id.partition(".")[0] == group]
    return "\n".join(parts)


def _entry(rule: Rule, example: Example | None) -> str:
    lines = [f"### {rule.id}\n", f"{printable(rule.statement)}\n"]
    lines.append(f"- basis: {rule.basis}; source: {printable(rule.source)}")
    lines.append(f"- {_precision(rule)}")
    if example is None:
        lines.append("- example: none in the designs that ship")
    else:
        design, path, seen = (printable(text) for text in example)
        lines.append(f"- example: `{design}`, `{path or '(root)'}`: {seen}")
    return "\n".join(lines) + "\n"


def _precision(rule: Rule) -> str:
    if rule.definition:
        return "a definition"
    table = measured().get(rule.id)
    if table is None:
        return "precision: never measured"
    uses = f"{int(table['n']):,} uses in {int(table['models'])} models of {int(table['families'])} families"
    withheld = "; its answers are withheld as unknown" if is_doubtful(rule.id) else ""
    return f"precision: {table['precision']:.3f}, {uses}{withheld}"


def examples() -> Mapping[str, Example]:
    """The first place of each rule in the shipped designs."""
    out: dict[str, Example] = {}
    for name in shipped():
        tables = to_tables(analyse(read_header(f"design:{name}")), name=name)
        for rule, path, seen in _uses(tables):
            out.setdefault(rule, (name, path, seen))
    return out


def _uses(tables: GraphTables) -> Iterator[tuple[str, str, str]]:
    """Rule, path and detail of every inferred value, of nodes and of additions."""
    for table in (*tables.nodes, *tables.edges):
        at = {column: i for i, column in enumerate(table.columns)}
        place = at.get("path", at.get("scope", 0))
        for prop in (column.removesuffix("_rule") for column in at if column.endswith("_rule")):
            for row in table.rows:
                rule = row[at[f"{prop}_rule"]]
                if rule is not None:
                    yield rule, str(row[place]).removeprefix(f"{tables.uid}/"), str(row[at[f"{prop}_detail"]])
