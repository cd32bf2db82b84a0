"""REST interfaces of Ryu apps on os-ken: routes, what is answered where none fits, and a server."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

if find_spec("os_ken") is None or find_spec("ryu") is not None:
    pytest.skip("stands for a part that os-ken dropped", allow_module_level=True)

from controllers import ryu_wsgi
from controllers.ryu_wsgi import ControllerBase, Request, Response, WSGIApplication, route

ROOT = Path(__file__).parents[3]


class Rest(ControllerBase):
    """Shows and replaces values by name."""

    @route("values", "/values/{name}", methods=["GET"], requirements={"name": "[a-z]+"})
    def show(self, _req: Request, name: str, **_more: Any) -> Response:
        return Response(content_type="application/json", body=json.dumps(self.data["values"][name]))

    @route("values", "/values/{name}", methods=["PUT"])
    def put(self, req: Request, name: str, **_more: Any) -> Response:
        self.data["values"][name] = req.json
        return Response(status=204)

    def old(self, _req: Request, **_more: Any) -> Response:
        """Asked for by a route of the old style."""
        return Response(body="old")


@pytest.fixture
def application() -> WSGIApplication:
    made = WSGIApplication()
    made.register(Rest, {"values": {"a": 1}})
    made.mapper.connect("old", "/old", controller=Rest, action="old", conditions={"method": ["GET"]})
    return made


@pytest.mark.parametrize(("path", "status", "body"), [("/values/a", 200, b"1"), ("/old", 200, b"old")])
def test_what_fits_is_answered(application: WSGIApplication, path: str, status: int, body: bytes) -> None:
    answer = Request.blank(path).get_response(application)
    assert (answer.status_int, answer.body) == (status, body)


@pytest.mark.parametrize(("method", "path"), [("GET", "/none"), ("GET", "/values/7"), ("DELETE", "/values/a")])
def test_what_fits_no_route_is_not_found(application: WSGIApplication, method: str, path: str) -> None:
    assert Request.blank(path, method=method).get_response(application).status_int == 404


def test_a_value_is_replaced(application: WSGIApplication) -> None:
    assert Request.blank("/values/b", method="PUT", json={"x": 2}).get_response(application).status_int == 204
    assert Request.blank("/values/b").get_response(application).json == {"x": 2}


def test_what_is_not_here_says_so() -> None:
    with pytest.raises(ImportError) as caught:
        ryu_wsgi.websocket  # noqa: B018 - asking for it is the point
    message = "ryu.app.wsgi.websocket is not here: web sockets need Ryu itself (controllers/test-on-ryu.sh)"
    assert str(caught.value) == message


APP = """
from ryu.app import simple_switch_13
from ryu.app.wsgi import ControllerBase, Response, WSGIApplication, route
from ryu.exception import RyuException

class Rest(ControllerBase):
    @route("tables", "/tables", methods=["GET"])
    def tables(self, req, **kwargs):
        return Response(content_type="application/json", body=self.data["app"].text())

class App(simple_switch_13.SimpleSwitch13):
    _CONTEXTS = {"wsgi": WSGIApplication}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        kwargs["wsgi"].register(Rest, {"app": self})

    def text(self):
        return str(self.mac_to_port)
"""


def free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        for probe in (one, other):
            probe.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1]), int(other.getsockname()[1])


def fetched(url: str, limit_s: float = 30.0) -> bytes:
    end_s = time.monotonic() + limit_s
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                body: bytes = answer.read()
                return body
        except OSError:
            if time.monotonic() > end_s:
                raise
            time.sleep(0.05)


def test_an_app_written_for_ryu_serves_its_interface(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP)
    switches, rest = free_ports()
    options = [f"--ofp-tcp-listen-port={switches}", f"--wsapi-port={rest}"]
    process = subprocess.Popen(
        [sys.executable, "-m", "controllers.launch", *options, str(tmp_path / "app.py")],
        cwd=ROOT, env=dict(os.environ), stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert fetched(f"http://127.0.0.1:{rest}/tables") == b"{}"
    finally:
        process.send_signal(signal.SIGTERM)
        message = process.communicate(timeout=30)[1]
    assert (process.returncode, message) == (0, "")
