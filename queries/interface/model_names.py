"""Models by their names: the uid of one, the only one there is, and the name a source gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archkb.kb.errors import NotFoundError
from archkb.queries.near_misses import nearest

if TYPE_CHECKING:
    from archkb.kb.store.port import Store

_NAMED = 12
"""How many models a message names."""
_UID = "MATCH (m:Model {name: $name}) RETURN m.uid AS uid"


def default_name(source: str) -> str:
    """The name a model gets from its source: the file's name without its suffix.

    >>> default_name("models/ltx.safetensors.index.json"), default_name("design:aiprod-shdt")
    ('ltx', 'aiprod-shdt')
    """
    from archkb.ingest.sources.registry import without_suffix

    name = source.removeprefix("design:").replace("\\\\", "/").rstrip("/").rpartition("/")[2]
    return without_suffix(name)


def uid_of(store: Store, name: str) -> str:
    """uid of the model of that name. NotFoundError, with the near misses, where there is none."""
    uids = store.read(_UID, {"name": name}).rows
    if uids:
        return str(uids[0][0])
    names = [m.name for m in store.models()]
    cure = "`archkb models` lists them" if names else "the store is empty: `archkb ingest FILE` first"
    raise NotFoundError(f"no model {name!r} in {store.uri}", near=nearest(name, names), cure=cure)


def sole_model(store: Store, meant: str = "") -> str:
    """Name of the one model the store holds. NotFoundError where there are none or several.

    `meant` is a word that may be a misspelt name.
    """
    names = [m.name for m in store.models()]
    if len(names) == 1:
        return names[0]
    if not names:
        raise NotFoundError("the store holds no model", cure="`archkb ingest FILE` first")
    more = f" and {len(names) - _NAMED} more (`archkb models` lists all)" if len(names) > _NAMED else ""
    raise NotFoundError(
        f"{len(names)} models are in the store, and none is named",
        near=nearest(meant, names),
        cure=f"name one of {', '.join(names[:_NAMED])}{more}",
    )
