"""`designs`: those that ship with the program."""

from __future__ import annotations

from archkb.queries.cli.context import Run
from archkb.queries.cli.options import with_output
from archkb.queries.output.answer import Answer


@with_output
def designs(run: Run) -> None:
    """List the designs that ship with archkb.

    \b
    Examples:
      archkb designs
      archkb ingest design:ltx-2-19b-dev-fp8
    """
    from archkb.ingest.sources import read_header, shipped

    rows = []
    for name in shipped():
        header = read_header(f"design:{name}")
        rows.append(
            (f"design:{name}", len(header.tensors), header.declared.get("family"), header.declared.get("licence"))
        )
    run.show(Answer("designs", ("design", "tensors", "family", "licence"), tuple(rows)))
