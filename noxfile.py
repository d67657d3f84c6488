"""The tests on every Python from 3.11 to 3.14 that this machine has: `nox` runs them, `nox -s tests-3.13` one."""

import nox

nox.options.default_venv_backend = "uv|virtualenv"
nox.options.error_on_missing_interpreters = False
nox.options.reuse_existing_virtualenvs = True


@nox.session(python=["3.11", "3.12", "3.13", "3.14"])
def tests(session: nox.Session) -> None:
    """The quick tests without a server; arguments after -- go to pytest instead of the selection."""
    session.install("--editable", ".[dev]")
    session.run("pytest", *(session.posargs or ["-n", "auto", "-m", "not slow and not server"]))
