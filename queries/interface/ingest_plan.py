"""What a call of `ingest` is about: each source its arguments stand for, with the name its model gets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archkb.ingest.extraction import Request
from archkb.ingest.sources.many_sources import sources_of, stands_for_many
from archkb.kb.errors import SourceError
from archkb.queries.interface.model_names import default_name
from archkb.queries.interface.source_names import distinct_names


@dataclass(frozen=True, slots=True)
class Plan:
    """The requests in order; sources that cannot be read at all, and why; whether a folder or a list was given,
    and whether the one model is named."""

    requests: tuple[Request, ...]
    unreadable: tuple[tuple[Request, SourceError], ...]
    many: bool
    named: bool = False

    @property
    def total(self) -> int:
        """Sources the arguments stand for."""
        return len(self.requests) + len(self.unreadable)

    @property
    def renamed(self) -> list[str]:
        """Names that are not the file's, because several files have that one."""
        return [r.name for r in self.requests if not self.named and r.name != default_name(r.source)]


def plan(
    arguments: Sequence[str],
    *,
    name: str | None = None,
    family: str | None = None,
    release: str | None = None,
    config: str | None = None,
) -> Plan:
    """What the arguments stand for. `name` and `config` are of the one source there is then."""
    listed = sources_of(arguments)
    good = [source for source in listed if source.error is None]
    names = distinct_names([s.source for s in good], [name or s.name for s in good])
    return Plan(
        tuple(Request(s.source, n, family, release, config) for s, n in zip(good, names, strict=True)),
        tuple((Request(s.source, default_name(s.source)), s.error) for s in listed if s.error is not None),
        any(map(stands_for_many, arguments)),
        name is not None,
    )
