"""Names of parts and streams in a question, looked up among the words of the model."""

from __future__ import annotations

from collections.abc import Sequence

from archkb.queries.questions.grammar.asked import Filter
from archkb.queries.questions.grammar.model_words import ModelWords, Part
from archkb.queries.questions.grammar.word_table import stem, words


def place(raw: Sequence[str], names: Sequence[str], model: ModelWords) -> Filter | str | None:
    """What a name of a part narrows to; the words themselves where there is no such part; None for a riddle.

    `raw` are the words as written, `names` the same as the table calls them. A path goes before the words of
    components, these before a name on the way. Words that each name something and together nothing are a riddle.
    """
    phrase, path = " ".join(raw), "_".join(raw)
    if "." in path and model.has_path(path):
        return Filter("under", (path,), words=phrase)
    if len(raw) > 1 and model.on_the_way(path):
        return Filter("within", path, words=phrase)
    for wanted in (raw, names):
        fits = [part for part in model.parts if all(_called(part, stem(n.lower())) for n in wanted)]
        if fits:
            return Filter("under", _outermost(fits), words=phrase)
    if model.has_path(path):
        return Filter("under", (path,), words=phrase)
    if model.on_the_way(path):
        return Filter("within", path, words=phrase)
    if phrase.lower() in words().roles:
        return phrase
    known = all(any(_called(part, stem(n)) for part in model.parts) or model.on_the_way(n) for n in names)
    return None if known else phrase


def _called(part: Part, name: str) -> bool:
    return any(stem(word) == name for word in part.words)


def _outermost(parts: Sequence[Part]) -> tuple[str, ...]:
    """Paths of the parts that lie in no other of them."""
    paths = {part.path for part in parts}
    if "" in paths:
        return ("",)
    return tuple(sorted(p for p in paths if not any(p.startswith(f"{o}.") for o in paths)))


def stream(name: str, model: ModelWords) -> tuple[str, ...]:
    """The streams of the model that have that name, or have it among the words of theirs."""
    return tuple(sorted(s for s in model.streams if name in s.replace("-", "_").split("_")))


def blocks(index: int, inside: Sequence[str], model: ModelWords) -> tuple[str, ...]:
    """Paths of the blocks of that index: of every outer stack inside a place, else of the largest stack with one."""
    having = [(path, size) for path, size, indices in model.stacks if index in indices]
    if inside:
        near = [path for path, _ in having if any(f"{path}.".startswith(f"{p}." if p else "") for p in inside)]
        outer = [p for p in near if not any(p.startswith(f"{o}.") for o in near)]
        return tuple(sorted(f"{p}.{index}" for p in outer))
    largest = sorted(having, key=lambda stack: (-stack[1], stack[0]))[:1]
    return tuple(f"{path}.{index}" for path, _ in largest)
