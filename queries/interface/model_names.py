"""Models by their names: the uid of one, the only one there is, and the name a source gives."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archkb.kb.errors import NotFoundError
from archkb.kb.near_misses import nearest
from archkb.queries.interface.default_model import default_model

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
    from archkb.ingest.sources.formats import without_suffix

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


def full_name(store: Store, name: str) -> str:
    """The name of the model that is meant: that very name, or the one that goes on behind it with another part.

    NotFoundError where there is none, or where several do.
    """
    if store.read(_UID, {"name": name}).rows:
        return name
    longer = [m.name for m in store.models() if goes_on(m.name, name)]
    if len(longer) == 1:
        return longer[0]
    if longer:
        raise NotFoundError(f"{name!r} could be several models", near=longer[:_NAMED], cure="write more of the name")
    uid_of(store, name)  # says what there is
    return name


def goes_on(name: str, start: str) -> bool:
    """Whether a name begins with a shorter one, and goes on with another part.

    >>> goes_on("ltx-2.3-22b-dev", "ltx-2.3"), goes_on("ltx-2.3-22b-dev", "LTX-2"), goes_on("ltx-20b", "ltx-2")
    (True, False, False)
    """
    return bool(start) and re.match(rf"{re.escape(start)}[^0-9A-Za-z.]", name, re.IGNORECASE) is not None


def sole_model(store: Store, meant: str = "") -> str:
    """Name of the one model the store holds. NotFoundError where there are none or several.

    `meant` is a word that may be a misspelt name. Of several it is the one `archkb use` set.
    """
    names = [m.name for m in store.models()]
    if len(names) == 1:
        return names[0]
    default = default_model(store.uri)
    if default in names:
        return default
    if not names:
        raise NotFoundError("the store holds no model", cure="`archkb ingest FILE` first")
    more = f" and {len(names) - _NAMED} more (`archkb models` lists all)" if len(names) > _NAMED else ""
    raise NotFoundError(
        f"{len(names)} models are in the store, and none is named",
        near=nearest(meant, names),
        cure=f"name one of {', '.join(names[:_NAMED])}{more}",
    )
