"""The embedded engine is a dependency where its wheels exist, and nowhere else a marker can tell."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

PROJECT = tomllib.loads(Path(__file__).resolve().parent.parent.joinpath("pyproject.toml").read_text("utf-8"))["project"]


@pytest.mark.parametrize(
    ("platform", "machine", "wanted"),
    [
        ("linux", "x86_64", True),
        ("linux", "aarch64", True),
        ("linux", "armv7l", False),
        ("linux", "riscv64", False),
        ("linux", "x86", False),
        ("darwin", "arm64", True),
        ("darwin", "x86_64", False),
        ("win32", "AMD64", True),
        ("win32", "ARM64", False),
        ("freebsd14", "amd64", False),
    ],
)
def test_the_engine_is_wanted_where_it_has_wheels(platform: str, machine: str, wanted: bool) -> None:
    [engine] = [need for need in map(Requirement, PROJECT["dependencies"]) if need.name == "arcadedb"]

    assert engine.marker is not None
    assert engine.marker.evaluate({"sys_platform": platform, "platform_machine": machine}) is wanted
