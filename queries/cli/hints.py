"""Words people try for a command or an option, and what they are called here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from typer.core import TyperGroup

from archkb.kb.near_misses import nearest
from archkb.queries.questions.spelling import american

ELSEWHERE: Mapping[str, str] = {
    **dict.fromkeys(("ls", "list", "dir", "show-models"), "`archkb models` lists what is in the store"),
    **dict.fromkeys(("show", "info", "describe", "inspect", "summary", "cat"), "`archkb explain MODEL_OR_FILE`"),
    **dict.fromkeys(("compare", "cmp", "comparison", "vs"), "`archkb diff A B`"),
    **dict.fromkeys(("query", "sql", "match", "run"), '`archkb cypher "MATCH ..."`'),
    **dict.fromkeys(("search", "find", "grep"), "`archkb ask find MODEL -p text=WORD` finds modules by name, "
                    "`archkb similar MODEL_OR_FILE` models that are like one"),
    **dict.fromkeys(("add", "load", "import", "read", "put"), "`archkb ingest FILE`"),
    **dict.fromkeys(("rm", "remove", "delete", "drop"), "`archkb forget MODEL`"),
    **dict.fromkeys(("question", "help-questions"), "`archkb questions` lists them, `archkb ask` answers them"),
    "help": "`archkb --help`, or `archkb COMMAND --help`",
    "version": "`archkb --version`",
}  # fmt: skip
"""What to type instead of words that other programs have as commands."""


class Commands(TyperGroup):
    """The commands, with a hint for a word that is none; options may be spelt the British or the American way."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Like click's. UsageError (exit code 2) that names the command that is meant, where there is one."""
        word = args[0]
        if self.get_command(ctx, word) is None and not word.startswith("-"):
            ctx.fail(f"no command {word!r}. {_cure(word, self.list_commands(ctx))}")
        name, command, rest = super().resolve_command(ctx, args)
        return name, command, _respelt(rest, command)


def _cure(word: str, commands: Iterable[str]) -> str:
    if word.lower() in ELSEWHERE:
        return f"Cure: {ELSEWHERE[word.lower()]}."
    near = nearest(word, commands, 1)
    return f"Did you mean `archkb {near[0]}`?" if near else "Cure: `archkb --help` lists the commands."


def _respelt(arguments: list[str], command: Any) -> list[str]:
    """The arguments, options among them spelt as the command declares them."""
    options = [o for p in getattr(command, "params", ()) for o in p.opts if o.startswith("--")]
    spelt = {american(o): o for o in options}
    out: list[str] = []
    for i, argument in enumerate(arguments):
        if argument == "--":
            return out + arguments[i:]
        option, sign, value = argument.partition("=")
        known = option in options or not option.startswith("--")
        out.append(argument if known else spelt.get(american(option), option) + sign + value)
    return out
