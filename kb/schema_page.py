"""The schema as a page, a diagram or DDL; all three derived from :mod:`archkb.kb.schema`."""

from __future__ import annotations

from archkb.kb import schema
from archkb.kb.errors import NotFoundError

IDIOMS = (
    (
        "What is inferred belongs to a structure, and `structure` ties to it: modules, tensors and streams say by it "
        "whose they are, models which one they have. `WITH m` between the two keeps the engine at the right end:",
        "MATCH (m:Model {name: $name}) WITH m MATCH (a:Attention {structure: m.structure}) RETURN count(a) AS n",
    ),
    (
        "A label of what is inferred is counted once a structure, however many models share it:",
        "MATCH (a:Attention) RETURN count(a) AS n",
    ),
    (
        "Over all models, group by structure and multiply by its models; going down from every model instead takes as "
        "often as long as there are models:",
        "MATCH (a:Attention) WITH a.structure AS structure, count(a) AS n\n"
        "MATCH (m:Model {structure: structure})\n"
        "RETURN sum(n) AS n, count(m) AS models",
    ),
)
"""How the graph is asked where models share structures: a sentence and a query each."""


def schema_page(format: str = "md") -> str:
    """md: tables of labels and relationships; mermaid: their diagram; cypher: constraints and indexes."""
    pages = {"md": _markdown, "mermaid": diagram, "cypher": _cypher}
    if format not in pages:
        raise NotFoundError(f"no schema format {format!r}", near=sorted(pages))
    return pages[format]()


def diagram() -> str:
    """A Mermaid flowchart of labels and relationships."""
    lines = ["flowchart LR"]
    for lab in schema.PRIMARY:
        text = lab.name
        if lab.name == "Module":
            text += "<br/>" + " · ".join(r.name for r in schema.ROLES)
        lines.append(f'    {lab.name}["{text}"]')
    lines.extend(f"    {r.source} -->|{r.type}| {r.target}" for r in schema.RELATIONS)
    return "\n".join(lines) + "\n"


def _markdown() -> str:
    out = [
        "# The graph",
        "",
        f"Schema version {schema.SCHEMA_VERSION}. This page is made from `kb/schema.py` by `archkb schema`.",
        "",
        "Properties marked * are inferred: beside `p` stand `p_rule`, `p_basis`, `p_confidence` and `p_detail`.",
        "Where such a property is null, `p_detail` says why it is unknown.",
        "",
        "```mermaid",
        diagram().rstrip(),
        "```",
        "",
        "# Finding and counting",
        "",
        *(line for text, query in IDIOMS for line in (text, "", "```cypher", query, "```", "")),
    ]
    for lab in schema.PRIMARY:
        out += _label(lab, f":{lab.name}")
    out += ["# Role labels", "", "A module carries at most one of these beside `:Module`.", ""]
    for lab in schema.ROLES:
        out += _label(lab, f":Module:{lab.name}")
    out += ["# Relationships", "", "| relationship | meaning | properties |", "|---|---|---|"]
    for rel in schema.RELATIONS:
        props = "; ".join(f"`{p.name}`{'*' if p.inferred else ''} {p.doc}" for p in rel.properties)
        out.append(f"| `(:{rel.source})-[:{rel.type}]->(:{rel.target})` | {rel.doc} | {props} |")
    return "\n".join(out) + "\n"


def _label(lab: schema.Label, title: str) -> list[str]:
    rows = [
        f"| `{p.name}`{'*' if p.inferred else ''} | {p.type} | {p.doc}{' Indexed.' if p.indexed else ''} |"
        for p in lab.properties
    ]
    return [f"## `{title}`", "", lab.doc, "", "| property | type | meaning |", "|---|---|---|", *rows, ""]


def _cypher() -> str:
    from archkb.kb.store.ddl import statements

    return "".join(f"{text};\n" for text in statements(wide_keys=False))
