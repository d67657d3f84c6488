"""Addresses and ids of models that lie elsewhere. archkb opens no connection; it says how to fetch a header.

A safetensors header can be fetched without the data: the first 8 bytes of the file are its length.
"""

from __future__ import annotations

import re
from pathlib import Path
from shlex import quote

from archkb.kb.errors import SourceError

_ADDRESS = re.compile(r"(?P<scheme>[a-z][a-z0-9+]+)://(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_SHORT = re.compile(r"hf:(?!//)(?P<rest>.+)", re.IGNORECASE)
_HUB = re.compile(
    r"(?:https?://)?(?:www\.)?(?P<host>huggingface\.co|hf\.co)/(?P<id>[^/?#]+/[^/?#]+)"
    r"(?:/(?:tree|blob|resolve)/(?P<revision>[^/?#]+)(?:/(?P<file>[^?#]+))?)?/?(?:[?#].*)?",
    re.IGNORECASE,
)
"""A page of a model hub: of a repository, or of one of its files."""
_STORES = ("bolt", "neo4j")
_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)


def is_address(text: str) -> bool:
    """Whether a text is a URL of a kind that no path has, or such as people paste of a model hub.

    >>> is_address("https://host/m.safetensors"), is_address("hf://a/b"), is_address("a/b"), is_address("C:/m")
    (True, True, False, False)
    >>> is_address("hf:owner/name"), is_address("huggingface.co/owner/name")
    (True, True)
    """
    address = _ADDRESS.match(text)
    if address is None:
        return (_SHORT.match(text) or _HUB.fullmatch(text)) is not None and not Path(text).exists()
    return address["scheme"].lower() not in _STORES


def is_repository(text: str) -> bool:
    """Whether a text may be the id of a repository on a model hub: OWNER/NAME, and neither is there as a path.

    >>> is_repository("no-such-owner/model-2.1"), is_repository("a/b/c"), is_repository("model.safetensors")
    (True, False, False)
    """
    return _ID.fullmatch(text) is not None and not Path(text).exists() and not Path(text).parent.exists()


def refuse_remote(text: str) -> None:
    """SourceError for what is not on this machine, with the command that fetches it or its header."""
    if is_address(text):
        raise _address(text)
    if is_repository(text):
        what = "there is no such file; it may be the id of a repository on a model hub, which archkb does not read yet"
        raise SourceError(what, path=text, cure=_fetched(text))


def _address(text: str) -> SourceError:
    hub, short, address = _HUB.fullmatch(text), _SHORT.match(text), _ADDRESS.match(text)
    if hub is not None:
        return SourceError("is a page of a model hub, which archkb does not read yet", path=text, cure=_of_page(hub))
    scheme, location = (address["scheme"].lower(), address["rest"]) if address is not None else ("hf", text)
    if short is not None:
        location = short["rest"]
    what = f"is an address ({scheme}:), which archkb does not read yet"
    if scheme == "file":
        return SourceError(what, path=text, cure=f"give the path, {quote('/' + location.lstrip('/'))}")
    if scheme == "hf":
        return SourceError(what, path=text, cure=_fetched(location))
    if scheme in ("http", "https"):
        return SourceError(what, path=text, cure=_header(text))
    return SourceError(what, path=text, cure="copy the file to this machine, and give its path")


def _of_page(page: re.Match[str]) -> str:
    """How to fetch what a page of a hub shows: the header of a safetensors file, or the repository's weights."""
    repository, revision, file = page["id"], page["revision"], page["file"]
    if file and _has_header(file):
        return _header(f"https://{page['host'].lower()}/{repository}/resolve/{revision}/{file}")
    return _fetched(f"{repository}{f'@{revision}' if revision else ''}{f'/{file}' if file else ''}")


def _fetched(repository: str) -> str:
    """How to fetch a repository's weights, or one file where the address names one (OWNER/NAME[@REVISION]/FILE)."""
    owner, _, below_owner = repository.strip("/").partition("/")
    named, _, file = below_owner.partition("/")
    name, _, revision = named.partition("@")
    at = f" --revision {quote(revision)}" if revision else ""
    from archkb.ingest.sources.formats import published_suffixes

    weights = " ".join(quote(f"*{suffix}") for suffix in published_suffixes())
    which = quote(file) if file else f"--include {weights}"
    folder = quote(name or "model")
    return (
        f"fetch it, `hf download {quote(f'{owner}/{name}')} {which}{at} --local-dir {folder}`, "
        f"and give a file in {folder}; from the file's https:// address the header alone can be fetched"
    )


def _has_header(name: str) -> bool:
    """Whether a file of that name begins with its header, by which alone it can be read."""
    from archkb.ingest.sources.formats import SAFETENSORS

    return name.endswith(SAFETENSORS.suffixes)


def _header(url: str) -> str:
    """How to fetch the header alone, by two requests for a range; of a file of another format the whole."""
    path = url.partition("?")[0].partition("#")[0]
    if not _has_header(path):
        return f"fetch it, `curl -fLO {quote(url)}`, and give the file"
    return (
        f"fetch the header alone, `u={quote(url)}; "
        "n=$(curl -sfL -r 0-7 \"$u\" | head -c 8 | od -An -t u8 | tr -d ' '); "
        'curl -sfL -r 8-$((n+7)) "$u" -o model.json`, and give model.json'
    )
