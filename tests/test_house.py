"""The order of the house: no file too long, no folder too full, no name for two things, no circle of files."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("kb", "ingest", "queries")
FOLDERS = (*PACKAGES, "archkb", "benchmarks", "tests")
MOST_LINES = 400
MOST_MODULES = 25
SPECIAL = {"__init__.py", "__main__.py", "conftest.py"}
"""File names whose meaning is Python's or pytest's."""


def source_files(*folders: str) -> list[Path]:
    """Python files of the checkout below these folders; what links lead to is counted once, where it stands."""
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")) if path == path.resolve()]


def told(paths: Iterable[Path]) -> str:
    return ", ".join(path.relative_to(ROOT).as_posix() for path in paths)


def imported_files(path: Path, root: Path = ROOT) -> Iterator[Path]:
    """Files of the checkout that a file imports, at the top or late, and the packages around them that it is not in."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            target = file_of(name, root) or (file_of(name.rpartition(".")[0], root) if "." in name else None)
            if target is not None and target != path:
                yield target
                yield from (p for p in packages_of(target, root) if p.parent not in path.parents)


def packages_of(target: Path, root: Path) -> Iterator[Path]:
    """The `__init__.py` of each folder around a file: importing the file runs them first."""
    for folder in target.parents:
        if folder == root:
            return
        if (init := folder / "__init__.py").is_file() and init != target:
            yield init


def file_of(module: str, root: Path = ROOT) -> Path | None:
    """The file of a dotted module of the installed name, None where it is none of ours."""
    first, _, below = module.partition(".")
    if first != "archkb":
        return None
    place = root / below.replace(".", "/") if below else root / "archkb"
    return next((p for p in (place.with_suffix(".py"), place / "__init__.py") if p.is_file()), None)


def circle(graph: Mapping[Path, set[Path]]) -> list[Path]:
    """Files that import each other in a circle, the first one again at the end; empty where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_file_is_over_400_lines() -> None:
    long = [p for p in source_files(*FOLDERS) if len(p.read_text(encoding="utf-8").splitlines()) > MOST_LINES]

    assert not long, told(long)


def test_no_folder_has_more_than_25_modules() -> None:
    modules = Counter(p.parent for p in source_files(*FOLDERS) if p.name not in SPECIAL)

    assert not [folder for folder, count in modules.items() if count > MOST_MODULES], modules.most_common(3)


@pytest.mark.parametrize("folders", [(*PACKAGES, "archkb", "benchmarks"), ("tests",)], ids=["product", "tests"])
def test_no_file_name_stands_for_two_things(folders: tuple[str, ...]) -> None:
    by_name = defaultdict(list)
    for path in source_files(*folders):
        if path.name not in SPECIAL:
            by_name[path.name].append(path)

    assert not [told(paths) for paths in by_name.values() if len(paths) > 1]


def test_every_folder_says_what_it_holds() -> None:
    silent = [
        p
        for p in source_files(*PACKAGES)
        if p.name == "__init__.py" and not ast.get_docstring(ast.parse(p.read_text("utf-8")))
    ]

    assert not silent, told(silent)


def test_no_files_import_each_other_in_a_circle() -> None:
    graph = {path: set(imported_files(path)) for path in source_files(*PACKAGES, "archkb")}

    assert sum(map(len, graph.values())) > len(graph), "imports are not resolved"
    assert not circle(graph), told(circle(graph))


def test_a_circle_is_found(tmp_path: Path) -> None:
    (tmp_path / "kb").mkdir()
    first, second = tmp_path / "kb" / "first.py", tmp_path / "kb" / "second.py"
    first.write_text("from archkb.kb.second import thing\n", encoding="utf-8")
    second.write_text("def late():\n    from archkb.kb import first\n", encoding="utf-8")

    found = circle({path: set(imported_files(path, tmp_path)) for path in (first, second)})

    assert set(found) == {first, second}


def test_a_circle_by_way_of_a_package_is_found(tmp_path: Path) -> None:
    package = tmp_path / "queries" / "diff"
    package.mkdir(parents=True)
    view, init, compare, items = (
        tmp_path / "queries" / "view.py", package / "__init__.py", package / "compare.py", package / "items.py"
    )  # fmt: skip
    view.write_text("from archkb.queries.diff.items import Item\n", encoding="utf-8")
    init.write_text("from archkb.queries.diff.compare import compare\n", encoding="utf-8")
    compare.write_text("from archkb.queries.view import View\n", encoding="utf-8")
    items.write_text("Item = int\n", encoding="utf-8")

    found = circle({path: set(imported_files(path, tmp_path)) for path in (view, init, compare, items)})

    assert {view, init, compare} == set(found)


def test_the_product_is_imported_by_its_installed_name() -> None:
    """`import kb` in a checkout would load a second copy of every class."""
    short = [
        f"{told([path])}:{node.lineno}"
        for path in source_files(*FOLDERS)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").partition(".")[0] in PACKAGES))
        or (isinstance(node, ast.Import) and any(a.name.partition(".")[0] in PACKAGES for a in node.names))
    ]

    assert not short


def test_a_model_view_is_made_where_a_model_is_read_and_handed_on() -> None:
    entries = ("queries/cli/", "queries/interface/", "queries/diff/scorer_facts.py")
    makers = [
        path.relative_to(ROOT).as_posix()
        for path in source_files(*PACKAGES)
        if any(
            isinstance(node, ast.Call) and "ModelView" in {getattr(part, "id", "") for part in (node.func, *node.args)}
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        )
    ]

    assert makers
    assert not [path for path in makers if not path.startswith(entries)]
