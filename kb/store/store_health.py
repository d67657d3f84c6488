"""What of a store's content is damaged, by counting: parts that are missing, and parts of nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archkb.kb.store import statements
from archkb.kb.store.read_back import Read, miscounted
from archkb.kb.wording import counted

_NAMED = 3
_TOPS = (statements.TOPS, statements.STRUCTURE_TOPS)
Size = tuple[int | None, int | None]


def faults(read: Read) -> Iterator[str]:
    """All that is wrong, as 'what: what is wrong with it'. Every node and every relationship of models is read."""
    # counts as stated, and as held
    sizes = {str(uid): (tensors, modules) for uid, tensors, modules in read(statements.STRUCTURE_SIZES, {}).rows}
    held = [{str(s): int(n) for s, n in read(statements.count_all(x), {}).rows if s} for x in statements.COUNTED]
    tops, wanted = ({str(u): int(n) for u, n in read(s, {}).rows} for s in _TOPS)
    models: dict[str, list[str]] = {}
    # each model beside its structure
    for uid, name, structure, *size in read(statements.SIZES, {}).rows:
        if uid is None or name is None:
            yield "a model without a name: its properties are gone"
            continue
        models.setdefault(str(structure), []).append(str(name))
        wrong = _unlike(structure, (size[0], size[1]), sizes)
        if not wrong and tops.get(str(uid), 0) != wanted.get(str(structure), 0):
            wrong = f"it leads to {tops.get(str(uid), 0)} of {wanted.get(str(structure), 0)} top modules"
        if wrong:
            yield f"{name}: {wrong}"
    # each structure beside its parts
    for uid, structure_size in sizes.items():
        wrong = _miscounted(read, uid, structure_size) or miscounted(
            structure_size, (held[0].get(uid, 0), held[1].get(uid, 0))
        )
        if uid not in models:
            yield f"{uid}: a structure that no model has; `archkb gc` frees it"
        elif wrong:
            yield f"{_names(models[uid])}: {wrong}"
    # settings
    stated = {str(uid): (str(name), int(n or 0)) for uid, name, n in read(statements.MODEL_SETTINGS, {}).rows}
    kept = {str(uid): int(n) for uid, n in read(statements.SETTINGS, {}).rows}
    for uid, (name, n) in stated.items():
        if kept.get(uid, 0) != n:
            yield f"{name}: it has {counted(n, 'setting')}, and {kept.get(uid, 0):,} of them are found"
    for uid in sorted(kept.keys() - stated.keys()):
        yield f"{uid}: settings of a model that is not there; `archkb gc` frees them"
    # parts that belong to nothing
    for uid in sorted({uid for counts in held for uid in counts} - sizes.keys()):
        yield f"{uid}: parts of a structure that is not there; `archkb gc` frees them"


def fault(read: Read, name: str) -> str:
    """What is wrong with the model of that name, by indexes alone; empty where nothing is."""
    for _, _, structure, *size in read(statements.SIZE, {"name": name}).rows:
        sizes = {str(u): (t, m) for u, t, m in read(statements.STRUCTURE_SIZE, {"uid": structure}).rows}
        wrong = _unlike(structure, (size[0], size[1]), sizes) or _miscounted(
            read, str(structure), sizes[str(structure)]
        )
        if wrong:
            return wrong
    return ""


def _unlike(structure: Any, size: Size, sizes: dict[str, Size]) -> str:
    """What a model says of its size against its structure, which may not be there."""
    if structure is None or str(structure) not in sizes:
        return "its structure is not there"
    theirs = sizes[str(structure)]
    if None in size or size == theirs:
        return ""
    return f"it says it has {counted(size[0] or 0, 'tensor')}, and its structure says {theirs[0] or 0:,}"


def _miscounted(read: Read, uid: str, stated: Size) -> str:
    held = [int(read(statements.count_of(x), {"uid": uid}).rows[0][0]) for x in statements.COUNTED]
    return miscounted(stated, (held[0], held[1]))


def _names(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
