"""The formats archkb reads, each declared once: its suffixes, its first bytes, its reader, its words in a help text.

Which reader a file gets, a model's default name, `archkb ingest --help`, completion and the files that are named in a
folder all follow from SOURCES. Nothing here imports a reader before a file is read.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from archkb.kb.values import Header


class Source(NamedTuple):
    """A kind of file that is read.

    `format`: what Model.format says. `suffixes`: ends of file names that tell it, in lower case. `begins`: whether the
    first bytes are those of the format, asked only where no suffix tells. `reader`: module and function, from a path to
    a Header. `about`: what a FILE of it is, for help texts. `in_folder`: whether a file of these suffixes in a model's
    folder is likely the model, as a JSON file there is not. `published`: whether models are published in files of it:
    these are fetched of a repository, and a configuration beside one is the model's. `told_by`: module and function,
    from a path to whether the file is one, for suffixes that other files have too; asked where folders are searched.
    """

    format: str
    suffixes: tuple[str, ...]
    begins: Callable[[bytes], bool]
    reader: str
    about: str
    in_folder: bool = True
    published: bool = False
    told_by: str = ""

    @property
    def suffix(self) -> str:
        """The end of a file name that texts name."""
        return self.suffixes[0]

    def read(self, path: str | Path) -> Header:
        """The header of a file of this format. Raises SourceError where the file breaks the format."""
        header: Header = _imported(self.reader)(path)
        return header

    def tells(self, path: str | Path) -> bool:
        """Whether a file that has one of the suffixes is of this format, as far as that can be told unread."""
        return not self.told_by or bool(_imported(self.told_by)(path))


def _imported(function: str) -> Callable[[str | Path], Any]:
    """The function that `module:function` names."""
    module, _, name = function.partition(":")
    imported: Callable[[str | Path], Any] = getattr(import_module(module), name)
    return imported


def _is_safetensors(start: bytes) -> bool:
    return start[8:].lstrip()[:1] == b"{" and not start.startswith(b"{")


_HERE = "archkb.ingest.sources"

INDEX = Source(
    "index",
    (".safetensors.index.json",),
    lambda start: b'"weight_map"' in start,
    f"{_HERE}.safetensors_index:read_index",
    ".safetensors.index.json",
    published=True,
)
SAFETENSORS = Source(
    "safetensors",
    (".safetensors",),
    _is_safetensors,
    f"{_HERE}.safetensors:read_safetensors",
    ".safetensors",
    published=True,
)

SOURCES: tuple[Source, ...] = (
    INDEX,
    SAFETENSORS,
    Source(
        "design",
        (".yaml", ".yml"),
        lambda start: b"\ntensors:" in b"\n" + start,
        f"{_HERE}.design_files:read_design",
        "a design as .yaml",
        told_by=f"{_HERE}.design_files:is_design",
    ),
    Source(
        "header-json",
        (".json", ".json.gz"),
        lambda start: start.lstrip()[:1] == b"{" or start[:2] == b"\x1f\x8b",  # gzip's first bytes
        f"{_HERE}.header_json:read_header_json",
        "a header as .json or .json.gz",
        in_folder=False,
        told_by=f"{_HERE}.header_json:may_be_header",
    ),
)
"""All sources. A file name's end decides, the first that fits; after that its content, again the first that fits."""


def suffixes() -> tuple[str, ...]:
    """The ends of file names that are read, in the order in which they are asked."""
    return tuple(suffix for source in SOURCES for suffix in source.suffixes)


def folder_suffixes() -> tuple[str, ...]:
    """The ends of names by which a file in a folder is taken for a model."""
    return tuple(suffix for source in SOURCES if source.in_folder for suffix in source.suffixes)


def published_suffixes() -> tuple[str, ...]:
    """The ends of names of the files models are published in, in the order of their names."""
    return tuple(sorted(suffix for source in SOURCES if source.published for suffix in source.suffixes))


def without_suffix(name: str) -> str:
    """A file's name without the end that tells its format, the longest that fits.

    >>> without_suffix("ltx.safetensors.index.json"), without_suffix("a.header.json.gz"), without_suffix("b.txt")
    ('ltx', 'a.header', 'b.txt')
    """
    ends = [suffix for suffix in suffixes() if name.lower().endswith(suffix)]
    return name[: -len(max(ends, key=len))] if ends else name


def what_a_file_is() -> str:
    """One sentence for help texts: what a FILE may be."""
    *most, last = [source.about for source in SOURCES]
    return f"A FILE is {', '.join(most)}, or {last}."
