"""A headless browser for tests: open a page, let a script look at it, get back what it saw.

Chromium from the system's packages, or what `ARCHKB_TEST_BROWSER` names. Where there is none the tests are skipped with
one line, and fail where `CI` is set.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_CSP = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')


def program() -> str:
    """Path of the browser; skips (or in CI fails) the test where there is none."""
    named = os.environ.get("ARCHKB_TEST_BROWSER")
    found = named or next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        text = "no Chromium: install the package chromium, or name one in ARCHKB_TEST_BROWSER"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(text)
    return found


def look(page: str, script: str, *, width: int, folder: Path, dark: bool = False) -> Any:
    """Open the page in a window of that width, and the value of the JavaScript expression `script` there.

    The page's policy forbids scripts, so the copy that is looked at has none.
    """
    probe = f"<script>document.documentElement.dataset.seen = JSON.stringify({script});</script></body>"
    file = folder / f"page-{width}.html"
    file.write_text(_CSP.sub("", page).replace("</body>", probe), encoding="utf-8")
    profile = folder / "profile"
    flags = ["--blink-settings=preferredColorScheme=0"] if dark else []
    done = subprocess.run(
        [
            program(),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={profile}",
            f"--window-size={width},1600",
            *flags,
            "--dump-dom",
            file.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    seen = re.search(r'data-seen="([^"]*)"', done.stdout)
    assert seen, done.stderr[-2000:]
    return json.loads(unescape(seen[1]))


def shot(page: str, target: Path, *, width: int, folder: Path) -> None:
    """A picture of the page in a window of that width, as PNG."""
    file = folder / "shot.html"
    file.write_text(page, encoding="utf-8")
    command = [program(), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    command += [f"--user-data-dir={folder / 'profile'}", f"--window-size={width},1600", f"--screenshot={target}"]
    subprocess.run([*command, file.as_uri()], capture_output=True, timeout=120, check=True)
