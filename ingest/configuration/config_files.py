"""Configurations in files: `config.json` beside a checkpoint, or the file a user names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from archkb.kb.errors import SourceError

NAME = "config.json"
LARGEST = 16 << 20
"""Bytes of a configuration; those of published models are below a megabyte."""
_USUAL = ("model", "diffusion_pytorch_model", "pytorch_model", "adapter_model")
"""How the weights are called beside which Hugging Face's libraries write a configuration."""


def beside(path: str | Path) -> Mapping[str, str]:
    """The configuration that was saved with a checkpoint: text by file name, empty where there is none.

    A file that is no configuration is none: nobody named it.
    """
    checkpoint = Path(path)
    config = checkpoint.with_name(NAME)
    if not checkpoint.name.startswith(_USUAL) or not config.is_file():
        return {}
    try:
        return {NAME: _read(config)}
    except SourceError:
        return {}


def read_config(path: str | Path) -> Mapping[str, str]:
    """The configuration a user names: text by file name. SourceError where it is none."""
    file = Path(path)
    if not file.is_file():
        raise SourceError("there is no such file", path=str(path), cure="check the name")
    return {file.name: _read(file)}


def _read(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST:
            raise SourceError(
                f"is larger than {LARGEST >> 20} MB, which no configuration is", path=str(file), cure="name another"
            )
        text = file.read_text(encoding="utf-8")
        value = json.loads(text)
    except (OSError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise SourceError(f"is no configuration ({error})", path=str(file), cure="name a JSON file") from None
    if not isinstance(value, dict):
        raise SourceError("is no configuration: its JSON is no object", path=str(file), cure="name another file")
    return text
