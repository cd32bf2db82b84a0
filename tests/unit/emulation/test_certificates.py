from __future__ import annotations

import shutil
import socket
import ssl
import stat
import threading
from pathlib import Path

import pytest

from twin.emulation import certificates
from twin.errors import MachineLacks, RunBroke

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on this machine")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    certificates.make(tmp_path / "made", "127.0.0.1")
    return tmp_path / "made"


@needs_openssl
def test_the_folder_is_ours_alone(folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert sorted(path.name for path in folder.iterdir()) == ["certificate.pem", "key.pem"]


@needs_openssl
@pytest.mark.parametrize("trusted", [True, False])
def test_both_sides_show_the_certificate(folder: Path, tmp_path: Path, trusted: bool) -> None:
    """As os-ken listens, and as the proxy connects; with a certificate of somebody else's there is no connection."""
    if not trusted:
        certificates.make(tmp_path / "strange", "127.0.0.1")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / certificates.CERTIFICATE, folder / certificates.KEY)
    server.verify_mode = ssl.CERT_REQUIRED
    server.load_verify_locations(folder / certificates.CERTIFICATE)
    client = certificates.to_controller(folder if trusted else tmp_path / "strange")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        answered = threading.Thread(target=_answer, args=(listening, server))
        answered.start()
        with socket.create_connection(listening.getsockname()) as plain:
            if trusted:
                with client.wrap_socket(plain, server_hostname="127.0.0.1") as connection:
                    assert connection.recv(2) == b"hi"
            else:
                with pytest.raises(ssl.SSLCertVerificationError):
                    client.wrap_socket(plain, server_hostname="127.0.0.1")
        answered.join()


def _answer(listening: socket.socket, context: ssl.SSLContext) -> None:
    connection, _ = listening.accept()
    with connection:
        try:
            with context.wrap_socket(connection, server_side=True) as secure:
                secure.sendall(b"hi")
        except OSError:
            pass  # the other side did not like what it saw


def test_what_openssl_complains_of_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "openssl"
    program.write_text("#!/bin/sh\necho no luck >&2; exit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(RunBroke) as broke:
        certificates.make(tmp_path / "made", "127.0.0.1")
    assert str(broke.value) == "the run broke: openssl made no certificate: no luck"


def test_a_machine_without_openssl_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MachineLacks) as lacks:
        certificates.make(tmp_path / "made", "127.0.0.1")
    assert str(lacks.value) == "this machine lacks openssl; sudo apt install openssl"
