"""A socket file that leads to an address: what goes in comes out, and nothing is left."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from twin.errors import MachineLacks
from twin.lab.relay import SOCKET, relayed


def echo(server: socket.socket) -> None:
    """Answers every connection's first line in capitals, until the server closes."""
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection:
            connection.sendall(connection.recv(100).upper())


def test_connections_are_carried_both_ways(tmp_path: Path) -> None:
    (tmp_path / "lab").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=echo, args=(server,), daemon=True).start()
        with relayed(tmp_path, f"127.0.0.1:{server.getsockname()[1]}"):
            for word in (b"one", b"two"):
                with socket.socket(socket.AF_UNIX) as client:
                    client.connect(str(tmp_path / SOCKET))
                    client.sendall(word)
                    assert client.recv(100) == word.upper()
                    assert client.recv(100) == b""
        server.shutdown(socket.SHUT_RDWR)
    assert not (tmp_path / SOCKET).exists()


def test_a_folder_that_can_have_no_socket(tmp_path: Path) -> None:
    (tmp_path / "lab").mkdir()
    (tmp_path / SOCKET).touch()
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(MachineLacks) as caught, relayed(tmp_path, address):
            pass
    what = f"this machine lacks sockets in {tmp_path}/lab (Address already in use)"
    assert str(caught.value) == f"{what}; write the bundle to another file system: --out"


def test_an_address_where_nothing_listens(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(MachineLacks) as caught, relayed(tmp_path, f"127.0.0.1:{port}"):
        pass
    what = f"this machine lacks a controller at tcp:127.0.0.1:{port} (Connection refused)"
    assert str(caught.value) == f"{what}; start it before the run"
