"""The store a question is asked of: the one named, or one that holds a part alone (`ltx-2.3:vae`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archkb.kb.store.port import Store


def names_a_part(word: str, names: set[str]) -> bool:
    """Whether a word is a model's name, whole or shortened, with one of its parts behind a colon."""
    from archkb.queries.interface.model_names import goes_on

    whole, _, part = word.rpartition(":")
    return bool(part) and (whole in names or any(goes_on(name, whole) for name in names))


@contextmanager
def asked_store(store: Store, model: str | None) -> Iterator[Store]:
    """The store itself, or while it is asked one that holds nothing but the part that is named, by that name.

    NotFoundError, with what there is, for a part the model has not.
    """
    if model is None or ":" not in model or not names_a_part(model, {m.name for m in store.models()}):
        yield store
        return
    from dataclasses import replace
    from tempfile import TemporaryDirectory

    from archkb.kb.store import open_store
    from archkb.queries.interface.model_source import Models

    tables = Models(lambda: store).load(model)
    with TemporaryDirectory(prefix="archkb-part-") as folder:
        part = open_store(f"{folder}/store")
        try:
            part.replace(replace(tables, model={**tables.model, "name": model}))
            yield part
        finally:
            part.close()
