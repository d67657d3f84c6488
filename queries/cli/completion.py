"""What the shell offers after a Tab. A store that cannot be opened offers nothing."""

from __future__ import annotations

from archkb.kb.errors import ArchkbError
from archkb.queries.questions.catalog import open_catalog


def questions(incomplete: str) -> list[str]:
    """Ids of questions."""
    return [i for i in open_catalog().ids() if i.startswith(incomplete)]


def models(incomplete: str) -> list[str]:
    """Names of the models in the store of the environment."""
    from archkb.kb.store_choice import store_uri
    from archkb.queries.cli.context import Run

    try:
        with Run(store_uri()).store() as store:
            return [m.name for m in store.models() if m.name.startswith(incomplete)]
    except ArchkbError:
        return []


def words(incomplete: str) -> list[str]:
    """Questions, then models: what `ask` takes."""
    return questions(incomplete) + models(incomplete)


def sources(incomplete: str) -> list[str]:
    """Shipped designs as `design:NAME`; files are the shell's own business."""
    from archkb.ingest.sources import shipped

    return [f"design:{n}" for n in shipped() if f"design:{n}".startswith(incomplete)]


def either(incomplete: str) -> list[str]:
    """Models in the store, then shipped designs: what commands that compare take beside files."""
    return models(incomplete) + sources(incomplete)


def jobs(incomplete: str) -> list[str]:
    """Numbers of processes."""
    from archkb.queries.interface.ingest_many import cores

    return [n for n in ("auto", *map(str, range(1, cores() + 1))) if n.startswith(incomplete)]
