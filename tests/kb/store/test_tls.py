"""A server that does not speak TLS is told from one that is down."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from archkb.kb.errors import StoreError
from archkb.kb.store import open_store


@pytest.fixture
def plain() -> Iterator[str]:
    """HOST:PORT of a server that answers whatever it gets, not in TLS."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(1024)
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("scheme", ["bolt+s", "bolt+ssc", "neo4j+s", "neo4j+ssc"])
def test_a_server_without_tls(plain: str, scheme: str) -> None:
    with pytest.raises(StoreError, match=r"TLS|no answer") as caught:
        open_store(f"{scheme}://{plain}", read_only=True, password=lambda: "x")

    assert f"use {scheme.partition('+')[0]}://{plain}" in caught.value.cure


def test_a_server_that_is_down_is_not_asked_about_tls() -> None:
    with pytest.raises(StoreError, match="no answer") as caught:
        open_store("bolt://127.0.0.1:1", read_only=True, password=lambda: "x")

    assert "TLS" not in caught.value.cure


@pytest.mark.server
def test_neo4j_without_tls(neo4j_uri: str) -> None:
    with pytest.raises(StoreError, match="TLS") as caught:
        open_store(neo4j_uri.replace("bolt://", "bolt+s://"))

    assert f"use {neo4j_uri} for a server without TLS" in caught.value.cure
