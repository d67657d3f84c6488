"""What a user installs: one name, whatever files lie in the folder it is run from; the same bytes from the same
source.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("kb", "ingest", "queries")
SOURCES = (*PACKAGES, "archkb", "pyproject.toml", "README.md", "LICENSE")
SCRIPTS = "Scripts" if os.name == "nt" else "bin"
MODEL = "aiprod-hwvae"

pytestmark = pytest.mark.slow


def uv(*words: str, cwd: Path) -> None:
    """Run uv; the tests are skipped where there is none, and fail where CI is set."""
    program = shutil.which("uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
    if program is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no uv, which builds and installs the wheel")
    done = subprocess.run([program, *words], cwd=cwd, env=clean_environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def clean_environment(**more: str) -> dict[str, str]:
    """The environment without what would lead Python to the checkout."""
    taken = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "ARCHKB_STORE", "ARCHKB_QUESTIONS"}
    return {**{k: v for k, v in os.environ.items() if k not in taken}, **more}


def build(checkout: Path, target: Path, *forms: str) -> Path:
    """The wheel of a checkout; without fetching the build tool where this environment has it."""
    isolation = ("--no-build-isolation", "--offline") if find_spec("hatchling") else ()
    uv("build", "--quiet", "--python", sys.executable, *isolation, *forms, "--out-dir", str(target), cwd=checkout)
    (wheel,) = target.glob("*.whl")
    return wheel


def copied(target: Path, *, links: bool) -> Path:
    """The checkout's sources elsewhere. Without links they are small text files, as git writes them on Windows."""
    target.mkdir()
    for name in SOURCES:
        source = ROOT / name
        if name == "archkb":
            (target / name).mkdir()
            for item in source.iterdir():
                if not item.is_symlink():
                    if item.is_file():
                        shutil.copy(item, target / name)
                elif links:
                    (target / name / item.name).symlink_to(f"../{item.name}", target_is_directory=True)
                else:
                    (target / name / item.name).write_text(f"../{item.name}", encoding="utf-8")
        elif source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    return target


def environment(target: Path, *wanted: str) -> Path:
    """A fresh environment with archkb installed; its dependencies are those of this one, which is only appended."""
    uv("venv", "--quiet", "--python", sys.executable, str(target), cwd=target.parent)
    python = target / SCRIPTS / Path("python.exe" if os.name == "nt" else "python")
    isolation = ("--no-build-isolation",) if find_spec("hatchling") else ()
    dependencies = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    packages = subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    (Path(packages) / "zz_dependencies.pth").write_text("\n".join(dependencies) + "\n", encoding="utf-8")
    offline = () if "--editable" in wanted and not isolation else ("--offline",)
    uv(
        "pip",
        "install",
        "--quiet",
        "--python",
        str(python),
        "--no-deps",
        *offline,
        *isolation,
        *wanted,
        cwd=target.parent,
    )
    return python


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, tmp_path_factory.mktemp("wheel"), "--wheel")


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return environment(tmp_path_factory.mktemp("fresh") / "env", str(wheel))


@pytest.fixture
def crowded(tmp_path: Path) -> Path:
    """A user's folder with files of our folders' names, each of which ends whatever imports it."""
    for name in (*PACKAGES, "tests", "benchmarks"):
        (tmp_path / f"{name}.py").write_text(
            f"raise SystemExit('the user\\'s {name}.py was imported')\n", encoding="utf-8"
        )
    return tmp_path


def run(command: list[str | Path], cwd: Path) -> str:
    store = str(cwd / "store.archkb")
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=clean_environment(ARCHKB_STORE=store),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def test_the_wheel_holds_one_name(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}

    assert tops == {"archkb"}
    assert {f"archkb/{package}/__init__.py" for package in PACKAGES} <= set(names)
    assert {"archkb/__init__.py", "archkb/py.typed"} <= set(names)
    assert not [name for name in names if name.endswith(".pyc") or "/tests/" in name]
    assert len(names) == len(set(names))


def test_every_file_of_the_packages_is_in_the_wheel(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    ours = {
        f"archkb/{path.relative_to(ROOT).as_posix()}"
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }

    assert ours <= names


def test_it_runs_beside_files_of_our_names(installed: Path, crowded: Path) -> None:
    archkb = installed.with_name("archkb.exe" if os.name == "nt" else "archkb")

    run([archkb, "ingest", f"design:{MODEL}"], crowded)
    rows = run([archkb, "models", "--csv"], crowded)
    page = run([installed, "-m", "archkb.queries.cli", "explain", MODEL], crowded)
    diff = run([archkb, "diff", MODEL, "design:aiprod-shdt", "--json"], crowded)

    assert MODEL in rows
    assert page
    assert diff.startswith("{")


def test_a_notebooks_imports_find_the_installed_one(installed: Path, crowded: Path) -> None:
    script = (
        "from importlib.resources import files\n"
        "import archkb, archkb.kb.schema, archkb.ingest.rules, archkb.queries.docs\n"
        "assert len(archkb.__path__) == 1, archkb.__path__\n"
        "assert (files('archkb.ingest') / 'precision.json').is_file()\n"
        "print(archkb.__file__)\n"
    )

    assert str(installed.parent.parent) in run([installed, "-c", script], crowded)


def test_a_checkout_can_be_installed_as_it_is(tmp_path: Path, crowded: Path) -> None:
    checkout = copied(tmp_path / "checkout", links=os.name != "nt")
    python = environment(tmp_path / "env", "--editable", str(checkout))

    shown = run([python, "-c", "import archkb.queries.cli as c; print(c.__file__)"], crowded)

    assert Path(shown.strip()).resolve() == (checkout / "queries" / "cli" / "__init__.py").resolve()
    assert run([python.with_name("archkb"), "designs", "--csv"], crowded)


def test_a_checkout_without_links_works_too(tmp_path: Path) -> None:
    checkout = copied(tmp_path / "checkout", links=False)
    script = "import archkb.kb.tables as t, archkb.ingest, archkb.queries; print(t.__file__)"

    shown = run([sys.executable, "-c", script], checkout)

    assert Path(shown.strip()) == checkout / "kb" / "tables.py"


def test_the_same_source_gives_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    """Built twice, from another folder, from files with other times, without links, and by way of the source
    archive.
    """
    checkout = copied(tmp_path / "checkout", links=False)
    for path in checkout.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))

    again = build(checkout, tmp_path / "again", "--wheel")
    through_sdist = build(ROOT, tmp_path / "through-sdist")

    hashes = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (wheel, again, through_sdist)}
    assert len(hashes) == 1
