"""Sockets as the kernel's table tells of them."""

from __future__ import annotations

import socket

from twin.emulation.processes import connections, listens


def test_a_port_listens_and_counts_its_connections() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert (listens(port), connections(port)) == (True, 0)
        with socket.create_connection(("127.0.0.1", port)), server.accept()[0]:
            assert (listens(port), connections(port)) == (True, 1)
    assert listens(port) is False
