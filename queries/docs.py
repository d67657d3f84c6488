"""The generated pages (cli, questions, schema, rules, diff.schema.json): `make docs` writes, a test finds stale ones.

python -m archkb.queries.docs          write them
python -m archkb.queries.docs --check  exit code 1 where one is stale
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from archkb.ingest.rules_page import rules_page
from archkb.kb.schema_page import schema_page
from archkb.queries.output.answer import Column
from archkb.queries.questions.ask_store import signature
from archkb.queries.questions.catalog import open_catalog
from archkb.queries.questions.question import Question

FOLDER = Path(__file__).resolve().parent.parent / "docs"


def cli_page() -> str:
    """Every command with its help and options."""
    import typer

    from archkb.queries.cli.app import COMMANDS, app, root

    group: Any = typer.main.get_command(app)
    parts = ["# The command line\n", _help(root.__doc__), _options(group)]
    parts.append(
        "| command | |\n|---|---|\n" + "".join(f"| [{n}](#{n}) | {_first(c.__doc__)} |\n" for n, c in COMMANDS.items())
    )
    for name, command in COMMANDS.items():
        parts += [f"## {name}\n", _help(command.__doc__), _options(group.commands[name])]
    return "\n".join(parts)


def _first(text: str | None) -> str:
    return inspect.cleandoc(text or "").partition("\n")[0]


def _help(text: str | None) -> str:
    """A docstring as Markdown: its examples, which follow a form feed mark, become a block."""
    prose, _, examples = inspect.cleandoc(text or "").partition("\b\n")
    lines = [line.strip() for line in examples.splitlines()[1:]]
    return f"{prose.strip()}\n\n```sh\n" + "\n".join(lines) + "\n```\n"


def _options(command: Any) -> str:
    """A table of arguments and options, from their declarations."""
    rows = []
    for p in command.params:
        if getattr(p, "hidden", False) or p.name in ("install_completion", "show_completion"):
            continue
        is_option = p.param_type_name == "option"
        metavar = p.metavar or ("" if getattr(p, "is_flag", False) else p.name.upper())
        name = f"{', '.join(p.opts)} {metavar}".strip() if is_option else str(p.metavar)
        rows.append(f"| `{name}` | {p.help or ''} |")
    return "\n".join(["| | |", "|---|---|", *rows, ""]) if rows else ""


def questions_page() -> str:
    """Every shipped question: what it takes, what it returns, its Cypher."""
    questions = open_catalog(None).all()
    parts = [
        "# The questions\n",
        "Each is one Cypher text that gives the same rows, in the same order, on both stores. Ask by the id or in your "
        "own words; either spelling of a word will do (`quantized`, `quantised`).\n",
    ]
    for topic in dict.fromkeys(q.topic for q in questions):
        members = (q for q in questions if q.topic == topic)
        rows = "".join(f"| [{q.id}](#{q.id}) | {q.title} | {q.phrasing} |\n" for q in members)
        parts.append(
            f"**{topic[:1].upper()}{topic[1:]}**\n\n| id | question | or, for instance |\n|---|---|---|\n{rows}"
        )
    return "\n".join([*parts, *(_question(q) for q in questions)])


def _question(question: Question) -> str:
    about = f"{question.about}\n\n" if question.about else ""
    takes = "".join(f"- takes `{signature(p)}`: {p.doc}\n" for p in question.params)
    columns = "".join(f"| {_column(c, question)} | {c.doc} |\n" for c in question.columns)
    empty = f"\nNo row means: {question.empty}.\n" if question.empty else ""
    return (
        f"## {question.id}\n\n**{question.title}**\n\n{about}{takes}\n"
        f"| column | meaning |\n|---|---|\n{columns}{empty}\n"
        f"```cypher\n{question.cypher}\n```\n"
    )


def _column(column: Column, question: Question) -> str:
    heading = f", in tables *{column.heading}*" if column.heading else ""
    return f"`{column.name}`{' (key)' if column.name in question.identity else ''}{heading}"


def diff_schema() -> str:
    """JSON Schema of what `archkb diff --json` writes."""
    from archkb.queries.diff.document import json_schema

    return json.dumps(json_schema(), indent=1) + "\n"


PAGES: Mapping[str, Callable[[], str]] = {
    "cli.md": cli_page,
    "questions.md": questions_page,
    "schema.md": schema_page,
    "rules.md": rules_page,
    "diff.schema.json": diff_schema,
}
"""Generated pages by file name."""


def stale(folder: Path = FOLDER) -> list[str]:
    """Names of the pages that are missing or not what would be written."""
    return [
        name
        for name, make in PAGES.items()
        if not (folder / name).is_file() or (folder / name).read_text(encoding="utf-8") != make()
    ]


def main(arguments: list[str]) -> int:
    """Write the pages, or check them."""
    if "--check" in arguments:
        found = stale()
        for name in found:
            sys.stderr.write(f"docs/{name} is stale. Cure: make docs.\n")
        return 1 if found else 0
    FOLDER.mkdir(exist_ok=True)
    for name, make in PAGES.items():
        (FOLDER / name).write_text(make(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
