"""The door for Python: `archkb.connect` to a store, `archkb.read` for one header.

A store is opened for each call and closed after it, so that an open notebook keeps nobody from writing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from archkb.kb.store_choice import store_uri
from archkb.queries.interface.notebook_values import Comparison, Page, Reading, Table

if TYPE_CHECKING:
    from archkb.kb.store.port import Store
    from archkb.queries.interface.model_source import Models
    from archkb.queries.output.answer import Answer

_T = TypeVar("_T")


def connect(store: str | Path | None = None) -> KnowledgeBase:
    """A knowledge base on a folder or a server: the one named, else $ARCHKB_STORE, else `.archkb`. Opens nothing yet.

    >>> connect("models.archkb").uri
    'models.archkb'
    """
    return KnowledgeBase(store_uri(str(store) if store is not None else None))


def read(source: str | Path, *, name: str | None = None, config: str | Path | None = None) -> Reading:
    """Read one header (a file, or design:NAME for a shipped one) and infer its architecture. SourceError for no model.

    `config` is a JSON file that states what the header does not, in place of one beside the source.

    >>> read("design:aiprod-shdt").tables.model["n_tensors"]
    926
    """
    from dataclasses import replace

    from archkb.ingest.configuration.config_files import read_config
    from archkb.ingest.graph.rows import to_tables
    from archkb.ingest.pipeline import analyse
    from archkb.ingest.sources import read_header
    from archkb.queries.interface.model_names import default_name

    header = read_header(source)
    if config is not None:
        header = replace(header, config=read_config(config))
    analysis = analyse(header)
    return Reading(header, analysis, to_tables(analysis, name=name or default_name(str(source))))


class KnowledgeBase:
    """The models of one store. Answers are immutable values; every error is an ArchkbError."""

    def __init__(self, uri: str) -> None:
        self.uri = uri

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is open between calls."""

    def __repr__(self) -> str:
        return f"archkb.connect({self.uri!r})"

    def models(self) -> Table:
        """The models in the store, a row each."""
        from archkb.queries.interface.model_list import model_list

        return Table.of(self._read(model_list))

    def ask(self, question: str, *, model: str | None = None, **params: object) -> Table:
        """Answer a question, by its id or in free words, about a model (it may be left out where there is only one).

        Words with several readings of which one is meant as good as surely get a row each. NotFoundError where the
        words mean no question, or could mean any of several: it lists them.
        """
        from archkb.queries.interface.across_models import asks_all
        from archkb.queries.interface.answer_words import answer_words
        from archkb.queries.interface.asked_store import asked_store
        from archkb.queries.interface.meaning import meant, refuse, to_ask
        from archkb.queries.interface.model_names import sole_model
        from archkb.queries.interface.parameters import with_model
        from archkb.queries.questions import ask_store
        from archkb.queries.questions.catalog import open_catalog

        catalog = open_catalog(None)
        given = {name: _text(value) for name, value in params.items()}

        def answer(whole: Store) -> Table:
            with asked_store(whole, model) as store:
                return Table.of(answered(store))

        def answered(store: Store) -> Answer:
            known = catalog.find(question)
            if known is not None:
                bound = ask_store.bind(known, with_model(store, known, model, given, sole_model))
                return ask_store.ask(store, known, bound, counted=True, named=True)
            meaning = to_ask(meant(question, catalog, store, refuse, model=model, composed=not given))
            everywhere = not given and asks_all(store, model)
            return answer_words(
                store, meaning, question, model, given, sole_model, everywhere=everywhere, counted=True, named=True
            )

        return self._read(answer)

    def cypher(self, query: str, *, limit: int = 1000, timeout: float = 30.0, **params: Any) -> Table:
        """Run a query that only reads, for at most `timeout` seconds, and return at most `limit` rows."""
        from archkb.queries.interface.reader_query import reader_query

        return Table.of(self._read(lambda store: reader_query(store, query, params, limit=limit, timeout=timeout)))

    def diff(self, a: str | Path, b: str | Path) -> Comparison:
        """Compare two models, each in the store, a file, or design:NAME."""
        from archkb.queries.diff.compare import compare
        from archkb.queries.model_view import ModelView

        with self._models() as models:
            first, second = map(ModelView, models.pair([str(a), str(b)]))
        return Comparison(compare(first, second), first, second)

    def explain(self, model: str | Path, path: str = "") -> Page:
        """The page on a model or a file, or on the part of it at and below `path`."""
        from archkb.queries.explain.model_page import explain
        from archkb.queries.model_view import ModelView

        with self._models() as models:
            return Page(explain(ModelView(models.load(str(model))), path))

    def similar(self, model: str | Path, limit: int = 5) -> Table:
        """The models of the store most like a model or a file, best first."""
        from archkb.queries.interface.likest_models import likest_models

        with self._models() as models:
            return Table.of(likest_models(models, str(model), limit))

    def ingest(
        self,
        source: str | Path,
        *,
        name: str | None = None,
        family: str | None = None,
        release: str | None = None,
        config: str | Path | None = None,
    ) -> Table:
        """Read a header and keep its architecture, whole or not at all, in place of the model of that name."""
        from dataclasses import replace

        from archkb.queries.interface.ingest_source import ingest_source, summary
        from archkb.queries.interface.model_names import default_name

        with self._opened(write=True) as store:
            model = ingest_source(
                str(source),
                store,
                name=name or default_name(str(source)),
                family=family,
                release=release,
                config=str(config) if config is not None else None,
            )
        return Table.of(replace(summary([model]), notes=model.notes))

    @contextmanager
    def _opened(self, *, write: bool = False) -> Iterator[Store]:
        from archkb.kb.store import open_store

        store = open_store(self.uri, read_only=not write)
        try:
            yield store
        finally:
            store.close()

    def _read(self, work: Callable[[Store], _T]) -> _T:
        with self._opened() as store:
            return work(store)

    @contextmanager
    def _models(self) -> Iterator[Models]:
        """Models and files by name; the store is opened when one of its models is asked for."""
        from archkb.queries.interface.model_source import Models

        with ExitStack() as stack:
            opened: list[Store] = []

            def store() -> Store:
                if not opened:
                    opened.append(stack.enter_context(self._opened()))
                return opened[0]

            yield Models(store)


def _text(value: object) -> str:
    """A parameter as the command line would be given it."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
