"""The rules of inference as a page: what each says, how often it was right, and a place where it was used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from archkb.ingest.read_tables import read_tables
from archkb.ingest.rules import DOUBTFUL, ENOUGH, RULES_VERSION, Rule, is_doubtful, measured, registry
from archkb.ingest.sources import shipped
from archkb.kb.tables import GraphTables

_RULE = "_rule"
_MODEL = "(the model)"


class Example(NamedTuple):
    """A fact a rule gave: the design, the module's path, the property, its value (None: unknown) and what was seen."""

    design: str
    path: str
    property: str
    value: Any
    detail: str


def rules_page() -> str:
    """Markdown with all rules by id, grouped by the first word of the id; examples are of the shipped designs."""
    examples = shipped_examples()
    by_stage: dict[str, list[Rule]] = defaultdict(list)
    for rule in registry():
        by_stage[rule.id.partition(".")[0]].append(rule)
    parts = [
        "# The rules of inference\n",
        f"Version {RULES_VERSION} of the rules. This page is made from their declarations, `ingest/precision.json` and "
        "the designs that ship.\n",
        "A precision is the share of a rule's uses that were right, by models whose modules are known; "
        f"[accuracy.md](accuracy.md) says how. A rule that was right in less than {DOUBTFUL:.0%} over at least "
        f"{ENOUGH} families is withheld: the fact is unknown, and the reason says so.\n",
        "| rules | |\n|---|---|\n"
        + "".join(f"| [{stage}](#{stage}) | {len(rules)} |\n" for stage, rules in by_stage.items()),
    ]
    for stage, rules in by_stage.items():
        parts.append(f"## {stage}\n")
        parts += [_section(rule, examples.get(rule.id)) for rule in rules]
    return "\n".join(parts)


def _section(rule: Rule, example: Example | None) -> str:
    return (
        f"### {rule.id}\n\n{rule.statement}\n\n- basis: {rule.basis}\n- source: {rule.source}\n"
        f"- precision: {_precision(rule)}\n- example: {_example(example)}\n"
    )


def _precision(rule: Rule) -> str:
    if rule.definition:
        return "a definition, which only restates what the header says"
    figures = measured().get(rule.id)
    if figures is None:
        return "not measured"
    withheld = "; withheld" if is_doubtful(rule.id) else ""
    uses, models, families = (int(figures[key]) for key in ("n", "models", "families"))
    return f"{figures['precision']:.3f} (uses: {uses:,}, models: {models:,}, families: {families:,}){withheld}"


def _example(example: Example | None) -> str:
    if example is None:
        return "none in the designs that ship"
    value = "unknown" if example.value is None else f"`{example.value}`"
    detail = example.detail.replace("`", "'").replace("\n", " ")
    return f"`{example.path}` of {example.design}: {example.property} is {value}, by `{detail}`"


def shipped_examples() -> Mapping[str, Example]:
    """By rule id, the first fact it gave in the shipped designs; a known value goes before an unknown one."""
    chosen: dict[str, Example] = {}
    for design in shipped():
        tables = read_tables(f"design:{design}", name=design)
        for rule_id, example in _facts(tables, design):
            if rule_id not in chosen or (chosen[rule_id].value is None and example.value is not None):
                chosen[rule_id] = example
    return chosen


def _facts(tables: GraphTables, design: str) -> Iterator[tuple[str, Example]]:
    """Every fact of a model's rows with its rule: of nodes by their path, of edges by their source's."""
    paths: dict[str, str] = {}
    for nodes in tables.nodes:
        for row in nodes.rows:
            cells = dict(zip(nodes.columns, row, strict=True))
            paths[cells["uid"]] = cells.get("path") or _MODEL
            yield from _inferred(cells, paths[cells["uid"]], design)
    for edges in tables.edges:
        if any(column.endswith(_RULE) for column in edges.columns):
            for row in edges.rows:
                cells = dict(zip(edges.columns, row, strict=True))
                yield from _inferred(cells, paths.get(cells["source"], _MODEL), design)


def _inferred(cells: Mapping[str, Any], path: str, design: str) -> Iterator[tuple[str, Example]]:
    for column, rule_id in cells.items():
        if column.endswith(_RULE) and rule_id:
            name = column.removesuffix(_RULE)
            yield rule_id, Example(design, path, name, cells[name], cells[f"{name}_detail"] or "")
