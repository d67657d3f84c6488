"""docker-compose.yml says what the tests run: no engine is needed to see that the two agree."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from tests.neo4j_server import CONF, POM
from tests.stores import IMAGE


@pytest.fixture(scope="module")
def service() -> dict[str, Any]:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    (service,) = compose["services"].values()
    return dict(service)


def setting(name: str) -> str:
    """A server setting as the image's environment spells it: dots are one underscore, underscores are two."""
    return "NEO4J_" + name.replace("_", "__").replace(".", "_")


def test_the_image_is_the_one_testcontainers_starts(service: dict[str, Any]) -> None:
    assert service["image"] == IMAGE


def test_the_server_from_jars_is_of_the_same_release_line(service: dict[str, Any]) -> None:
    jars = re.search(r"<neo4j.version>(\d+\.\d+)", POM.read_text(encoding="utf-8"))
    image = re.search(r":(\d+\.\d+)-community$", service["image"])
    assert jars is not None
    assert image is not None
    assert jars[1] == image[1]


def test_settings_that_guard_the_host_are_those_of_the_tests(service: dict[str, Any]) -> None:
    ours = dict(line.split("=", 1) for line in CONF.splitlines())
    for name in ("dbms.security.allow_csv_import_from_file_urls", "dbms.usage_report.enabled"):
        assert service["environment"][setting(name)] == ours[name] == "false"


def test_ports_are_open_to_this_machine_alone(service: dict[str, Any]) -> None:
    assert service["ports"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])


def test_the_password_is_the_variable_that_the_program_reads(service: dict[str, Any]) -> None:
    assert "${ARCHKB_NEO4J_PASSWORD:?" in service["environment"]["NEO4J_AUTH"]
