"""uvicorn on its thread, with TLS, and a stream that tells of changes while it is listened to."""

from __future__ import annotations

import http.client
import shutil
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest

from twin.emulation import certificates
from twin.errors import RunBroke
from twin.restconf.server import listen, serve


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on this machine")
def test_tls_and_the_stream(app: Any, client: Any, port: int, tmp_path: Path) -> None:
    certificates.make(tmp_path / "made", "127.0.0.1")
    serve(app, "127.0.0.1", port, tmp_path / "made")
    context = ssl.create_default_context(cafile=str(tmp_path / "made" / certificates.CERTIFICATE))
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=20)
    headers = {"Authorization": "Bearer token-of-alice", "Accept": "text/event-stream"}
    connection.request("GET", "/restconf/streams/tapi-notification", headers=headers)
    stream = connection.getresponse()
    assert (stream.status, stream.getheader("content-type")) == (200, "text/event-stream; charset=utf-8")
    assert [stream.readline(), stream.readline()] == [b": from now on\n", b"\n"]
    services = "/restconf/data/tapi-common:context/tapi-connectivity:connectivity-context"
    assert client.call("POST", services, client.wish("a", "b", "streamed")).status_code == 201
    assert stream.readline().startswith(b'data: {"ietf-restconf:notification": {"eventTime": "')
    connection.close()


def test_a_port_that_is_taken_is_told(port: int) -> None:
    with socket.create_server(("127.0.0.1", port)), pytest.raises(RunBroke) as broke:
        listen("127.0.0.1", port)
    reason = f"cannot listen on 127.0.0.1:{port} for the northbound: Address already in use"
    assert str(broke.value) == f"the run broke: {reason}"
