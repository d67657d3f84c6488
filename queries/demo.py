"""The main job, on models that ship with the program: ingest, ask, compare. `make demo` runs it.

Every step is a command as one would type it, run in a process of its own.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

from archkb.kb.store_choice import store_uri

MODELS = ("ltx-2-19b-dev-fp8", "ltx-2-spatial-upscaler-x2-1.0", "aiprod-shdt", "aiprod-hwvae")
"""Shipped designs the demo ingests."""

STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Read four headers and keep their graphs", ("ingest", *(f"design:{name}" for name in MODELS))),
    ("Which blocks do cross-attention, and to what?", ("ask", "which blocks do cross-attention?", MODELS[0])),
    ("How does another model differ?", ("diff", MODELS[0], MODELS[2])),
)

NEXT = """\
Try next:
  export PATH="{bin}:$PATH" ARCHKB_STORE="{store}"
  archkb questions                                  what can be asked
  archkb ask coupling {model}        how video, audio and text are joined
  archkb tree {model} --depth 4      the module tree
  archkb ask cross-attention {model} --show-cypher
  archkb cypher "MATCH (a:Attention {{attends: 'cross'}}) RETURN count(a) AS n"
  archkb ingest YOUR.safetensors                    a model of yours; only its header is read
"""


def main() -> int:
    """Run the steps; 0 when all went well. The store is $ARCHKB_STORE."""
    for title, arguments in STEPS:
        print(f"\n── {title}\n$ archkb {shlex.join(arguments)}\n", flush=True)  # noqa: T201 - a demo prints
        done = subprocess.run([sys.executable, "-m", "archkb.queries.cli", *arguments], check=False)
        if done.returncode:
            return done.returncode
    print("\n" + NEXT.format(model=MODELS[0], bin=Path(sys.executable).parent, store=_store()), end="")  # noqa: T201
    return 0


def _store() -> str:
    """The store the demo wrote to, as a path that holds from any folder."""
    given = store_uri()
    return given if "://" in given else str(Path(given).resolve())


if __name__ == "__main__":
    sys.exit(main())
