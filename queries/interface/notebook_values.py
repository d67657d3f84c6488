"""What a notebook gets: values that print as the command line shows them, and draw themselves in Jupyter."""

from __future__ import annotations

from dataclasses import dataclass, fields
from html import escape
from typing import TYPE_CHECKING, Any

from archkb.kb.errors import ArchkbError
from archkb.queries.output.answer import Answer
from archkb.queries.output.cut import cut
from archkb.queries.output.render import render, shown

if TYPE_CHECKING:
    import networkx as nx
    import pandas
    import pyarrow

    from archkb.ingest.analysis import Analysis
    from archkb.kb.tables import GraphTables
    from archkb.kb.values import Header
    from archkb.queries.diff.comparison import Diff
    from archkb.queries.explain.fact_lines import Line
    from archkb.queries.model_view import ModelView

WIDTH = 160
"""Columns that a printed table is fitted into."""
HEIGHT = 900
"""Pixels of a comparison's frame in a notebook."""


@dataclass(frozen=True, slots=True)
class Table(Answer):
    """Rows with their columns, the sentence that answers, the Cypher and notes. Prints as the command line's table."""

    @classmethod
    def of(cls, answer: Answer) -> Table:
        """The same answer, to be printed."""
        return cls(**{f.name: getattr(answer, f.name) for f in fields(answer)})

    def __len__(self) -> int:
        return len(self.rows)

    def __str__(self) -> str:
        text = render(cut(self), "table", columns=WIDTH)
        return text + "".join(f"\n{note}" for note in self.notes)

    def _repr_html_(self) -> str:
        answer = cut(self).named()
        head = "".join(f"<th>{escape(name)}</th>" for name in answer.headings)
        body = "".join(f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in row)}</tr>" for row in shown(answer))
        first = f"<p>{escape(self.sentence)}</p>" if self.sentence else ""
        below = "".join(f"<p>{escape(text)}</p>" for text in self.notes if text)
        return f"{first}<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{below}"

    def to_dicts(self) -> list[dict[str, Any]]:
        """The rows as objects, keys in the order of the columns.

        >>> Table("q", ("a", "b"), ((1, None),)).to_dicts()
        [{'a': 1, 'b': None}]
        """
        return self.records()

    def to_arrow(self) -> pyarrow.Table:
        """The rows as an Arrow table. ArchkbError with the install that helps where pyarrow is missing."""
        try:
            import pyarrow
        except ImportError:
            raise _missing("pyarrow", "arrow") from None
        return pyarrow.table({name: [row[i] for row in self.rows] for i, name in enumerate(self.columns)})

    def to_pandas(self) -> pandas.DataFrame:
        """The rows as a data frame. ArchkbError with the install that helps where pandas is missing."""
        try:
            import pandas
        except ImportError:
            raise _missing("pandas", "pandas") from None
        return pandas.DataFrame.from_records(list(self.rows), columns=list(self.columns))


def _missing(package: str, extra: str) -> ArchkbError:
    return ArchkbError(f"{package} is not installed", cure=f"pip install 'archkb[{extra}]'")


@dataclass(frozen=True, slots=True)
class Page:
    """A page on a model or a part of it: lines with their level, path and evidence."""

    lines: tuple[Line, ...]

    def __str__(self) -> str:
        from archkb.kb.text import printable

        return "\n".join(f"{'  ' * line.level}{printable(line.text)}" for line in self.lines)

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"

    def to_dicts(self) -> list[dict[str, Any]]:
        """Level, path, text and evidence (property, value, rule, basis, confidence, detail) of each line."""
        return [
            {
                "level": line.level,
                "path": line.path,
                "text": line.text,
                "evidence": [{f.name: getattr(why, f.name) for f in fields(why)} for why in line.evidence],
            }
            for line in self.lines
        ]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models compared: `relation`, the `lines` of what changed, and all that `archkb diff --json` says."""

    diff: Diff
    a: ModelView
    b: ModelView

    @property
    def relation(self) -> str:
        """identical, packaging, part, versions, resized, adapter or designs."""
        return self.diff.relation

    @property
    def lines(self) -> tuple[str, ...]:
        """What changed, a line an edit."""
        return tuple(edit.text for edit in self.diff.edits)

    def to_dict(self) -> dict[str, Any]:
        """The document of schema archkb.diff/1."""
        from archkb.queries.diff.document import document

        return document(self.diff, self.a, self.b).model_dump(mode="json", by_alias=True)

    def __str__(self) -> str:
        from archkb.queries.diff.comparison_rows import script, side_by_side

        lines, answer = script(side_by_side(self.diff, named=True, everything=False, tensors=False), self.diff)
        return "\n".join(part for part in (lines, str(Table.of(answer)) if answer.rows else "") if part)

    def _repr_html_(self) -> str:
        from archkb.queries.diff.page import page

        framed = escape(page(self.diff, self.a, self.b, tensors=False), quote=True)
        return f'<iframe sandbox style="width:100%;height:{HEIGHT}px;border:0" srcdoc="{framed}"></iframe>'


@dataclass(frozen=True, slots=True)
class Reading:
    """One header and all that is inferred of it, without a store."""

    header: Header
    analysis: Analysis
    tables: GraphTables

    def graph(self) -> nx.MultiDiGraph[str]:
        """Modules, tensors and streams as a networkx graph: nodes by uid with `labels`, edges keyed by type."""
        from archkb.kb.graph import to_networkx

        return to_networkx(self.tables)

    def explain(self, path: str = "") -> Page:
        """The page of the whole, or of what is at and below `path`. NotFoundError where there is no such module."""
        from archkb.queries.explain.model_page import explain
        from archkb.queries.model_view import ModelView

        return Page(explain(ModelView(self.tables), path))

    def __str__(self) -> str:
        return str(self.explain())

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"
