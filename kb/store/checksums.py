"""What the database's files were when they were last closed, so that damage is told and not read as an empty graph.

The engine keeps no checksums. A truncated dictionary opens as a store without a model, a truncated index as a model
without a tensor. So who closes a database after writing records size and CRC-32 of each file beside it (`sums.json`),
and who opens it compares: the sizes of all files and the contents of the small ones, in under a millisecond; `doctor`
compares the contents of all.

The record is removed before anything is changed, so a writer that is killed leaves none. One that is older than the
database (an earlier release wrote since) is no evidence either: the engine's transaction number has moved on.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from archkb.kb.errors import StoreError
from archkb.kb.store.store_folder import RESTORE

RECORD = "sums.json"
_TURN = "last-tx-id.bin"
_OPEN = "database.lck"
"""There while a database is open, and after whoever had it open was killed: the engine recovers it then."""
_CHANGING = frozenset({"statistics.json", "schema.prev.json", _TURN, _OPEN})
"""Files that say nothing about the graph. Readers write the statistics and the transaction number, and several at once
may lose the latter."""
_SMALL = (".json", ".dict")
_CHUNK = 1 << 20

Sum = tuple[int, int, int]
"""Size in bytes, time of the last change in nanoseconds, CRC-32."""


def write(folder: Path) -> None:
    """Record the files of a database that was closed. Files that did not change since the last record keep their sum,
    so that what happened to their contents behind our back stays visible. A disk that is full gets no record, and no
    more does a database that is open or was left open."""
    if (folder / "db" / _OPEN).exists():
        return
    before = _read(folder / (RECORD + ".old"))[1]
    sums = {}
    with suppress(OSError):
        for path in _files(folder):
            stat = path.stat()
            known = before.get(path.name)
            same = known is not None and known[:2] == (stat.st_size, stat.st_mtime_ns)
            crc = known[2] if same and known is not None else _crc(path)
            sums[path.name] = (stat.st_size, stat.st_mtime_ns, crc)
        part = folder / (RECORD + ".part")
        part.write_text(json.dumps({"turn": _turn(folder), "files": sums}), "utf-8")
        part.replace(folder / RECORD)


def drop(folder: Path) -> None:
    """Take the record out of force, before the first change."""
    with suppress(FileNotFoundError):
        (folder / RECORD).replace(folder / (RECORD + ".old"))


def recorded(folder: Path) -> bool:
    """Whether there is a record that is in force."""
    turn, sums = _read(folder / RECORD)
    return bool(sums) and not (folder / "db" / _OPEN).exists() and _turn(folder) <= turn


def damage(folder: Path, *, contents: bool = False) -> list[str]:
    """'name: what is wrong with it' for each file that is not what was recorded; none where nothing is recorded.

    `contents`: compare those of all files, not of the small ones alone.
    """
    if not recorded(folder):
        return []
    return [
        f"{name}: {wrong}"
        for name, kept in sorted(_read(folder / RECORD)[1].items())
        if (wrong := _wrong(folder / "db" / name, kept, contents or name.endswith(_SMALL)))
    ]


def check(folder: Path) -> None:
    """StoreError where the files are not those that were written, as far as that is seen without reading them all."""
    wrong = damage(folder)
    if wrong:
        more = f" (and {len(wrong) - 1} more files)" if len(wrong) > 1 else ""
        raise StoreError(f"the store is damaged: {wrong[0]}{more}", where=str(folder), cure=RESTORE)


def _wrong(path: Path, kept: Sum, contents: bool) -> str:
    try:
        size = path.stat().st_size
        if size != kept[0]:
            return f"{size} bytes, {kept[0]} were written"
        if contents and _crc(path) != kept[2]:
            return "its contents changed since they were written"
    except FileNotFoundError:
        return "missing"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return ""


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted((folder / "db").iterdir()):
        if path.name not in _CHANGING and path.suffix != ".wal" and path.is_file():
            yield path


def _crc(path: Path) -> int:
    crc = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            crc = zlib.crc32(chunk, crc)
    return crc


def _turn(folder: Path) -> int:
    """The number of the database's last transaction, 0 where it cannot be read."""
    try:
        return int.from_bytes((folder / "db" / _TURN).read_bytes()[:8], "big")
    except OSError:
        return 0


def _read(path: Path) -> tuple[int, dict[str, Sum]]:
    """Transaction number and sums of a record; an unreadable one counts as none."""
    try:
        kept = json.loads(path.read_text("utf-8"))
        return int(kept["turn"]), {str(name): (int(s), int(t), int(c)) for name, (s, t, c) in kept["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return 0, {}
