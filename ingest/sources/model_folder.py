"""Folders of a model: what they are, and which file in them to name."""

from __future__ import annotations

from pathlib import Path

from archkb.ingest.sources.formats import INDEX, SAFETENSORS, folder_suffixes
from archkb.ingest.sources.safetensors_errors import shown
from archkb.ingest.sources.unread_formats import unread_suffixes
from archkb.kb.errors import SourceError

_SHOWN = 3


def folder_error(path: Path) -> SourceError:
    """The error for a folder that is given in place of a file: its kind by the files in it, and the files to name.

    >>> folder_error(Path("no/such/folder")).what
    'is a directory, not a file'
    """
    try:
        inside = sorted(path.iterdir())
    except OSError:
        inside = []
    names = {f.name for f in inside}
    files = _files(inside)
    if "model_index.json" in names:
        what = "is the folder of a diffusers pipeline, which archkb does not read as a whole yet"
        files = files or [f for part in inside if part.is_dir() for f in _files(sorted(part.iterdir()))]
    elif "config.json" in names and not files:
        what = "is the folder of a model with its configuration, and has no safetensors file"
    elif "config.json" in names:
        what = "is the folder of a model, which archkb does not read as a whole yet"
    else:
        what = "is a directory, not a file"
    return SourceError(what, path=str(path), cure=_cure(path, files, names))


def _files(inside: list[Path]) -> list[Path]:
    """Files archkb reads, an index in place of its shards."""
    files = [f for f in inside if f.name.endswith(folder_suffixes())]
    indices = [f for f in files if f.name.endswith(INDEX.suffixes)]
    return indices or files


def _cure(path: Path, files: list[Path], names: set[str]) -> str:
    if files:
        more = f" and {len(files) - _SHOWN} more" if len(files) > _SHOWN else ""
        return f"name a file in it: {', '.join(shown(str(f.relative_to(path))) for f in files[:_SHOWN])}{more}"
    unread = sorted(n for n in names if n.endswith(unread_suffixes()))
    if unread:
        return f"give {shown(unread[0])} in it to hear how it is converted, or fetch the {SAFETENSORS.suffix} file"
    if "config.json" in names or "model_index.json" in names:
        return f"fetch its {SAFETENSORS.suffix} file, or only that file's header, into the folder, and name the file"
    return f"name a {SAFETENSORS.suffix} file"
