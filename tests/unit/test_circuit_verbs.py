"""``twin circuit`` against a northbound in memory, over real HTTP on this machine."""

from __future__ import annotations

import socket

import pytest

from twin import cli
from twin.northbound.names import uuid_of
from twin.plan.build import build_plan
from twin.plan.topology import FibrePair, Optical, Port, Site, SiteFabric, Topology
from twin.restconf.memory import application
from twin.restconf.server import serve

TOKENS = {"alice": "token-of-alice", "bob": "token-of-bob"}


@pytest.fixture
def url() -> str:
    sites = tuple(Site(name, 1, Port(1e9), SiteFabric(), Optical(), 2, Port(1e9)) for name in "abc")
    fibres = tuple(FibrePair(name, (name[0], name[1]), 100.0) for name in ("ab", "bc", "ca"))
    plan = build_plan(Topology("test", sites, fibres))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    serve(application(plan, TOKENS, {"alice": 2e9, "bob": None}, lambda: 1.0, lambda: 1.0), "127.0.0.1", port, None)
    return f"http://127.0.0.1:{port}"


@pytest.fixture(autouse=True)
def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy of this machine's between client and server."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")


class Twin:
    """``twin circuit`` of one tenant: status, output, complaint."""

    def __init__(self, url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._url = url
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def __call__(self, *arguments: str, token: str = "token-of-alice") -> tuple[int, str, str]:
        self._monkeypatch.setenv("TWIN_URL", self._url)
        self._monkeypatch.setenv("TWIN_TOKEN", token)
        status = cli.main(["circuit", *arguments])
        captured = self._capsys.readouterr()
        return status, captured.out, captured.err.replace(self._url, "URL")


@pytest.fixture
def twin(url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Twin:
    return Twin(url, capsys, monkeypatch)


def test_a_circuit_comes_and_goes(twin: Twin) -> None:
    assert twin("create", "a", "b", "--name", "c1", "--avoid", "ab", "--max-delay", "2 ms") == (0, "c1: active\n", "")
    assert twin("create", "a", "b", "--name", "c2", "--apart-from", "c1", "--capacity", "1 Gb/s")[0] == 0
    table = """\
circuit  ends   state   fibres   channel  reason
c1       a - b  active  ca + bc  1        requested
c2       a - b  active  ab       1        requested
"""
    assert twin("list") == (0, table, "")
    assert twin("list", token="token-of-bob") == (0, "circuit  ends  state  fibres  channel  reason\n", "")
    over = "URL: 409 resource-denied: alice may have 2 Gb/s in all, holds 2 and asks for 1 Gb/s\n"
    assert twin("create", "b", "c") == (2, "", over)
    assert twin("delete", "c1") == (0, "c1: released\n", "")
    assert twin("delete", uuid_of("circuit", "alice/c2")) == (0, f"{uuid_of('circuit', 'alice/c2')}: released\n", "")
    assert twin("delete", "c1") == (
        2,
        "",
        "twin circuit: found the unknown circuit 'c1'; allowed: none: there is no circuit\n",
    )


def test_one_without_a_name_is_called_by_its_id(twin: Twin) -> None:
    nameless = uuid_of("unnamed circuit", "bob/1")
    assert twin("create", "b", "c", token="token-of-bob") == (0, f"{nameless}: active\n", "")
    assert twin("delete", nameless, token="token-of-bob")[0] == 0


def test_what_the_server_refuses_is_told(twin: Twin) -> None:
    assert twin("list", token="x") == (2, "", "URL: 403 access-denied: this token is no tenant's\n")
    assert twin("list", "--token", "") == (2, "", "URL: 401 access-denied: this needs a bearer token\n")
    strange = uuid_of("circuit", "alice/c9")
    gone = f"URL: 404 invalid-value: there is no connectivity service {strange}\n"
    assert twin("delete", strange, token="token-of-bob") == (2, "", gone)


def test_what_the_client_refuses(twin: Twin) -> None:
    unknown = "twin circuit: found the unknown site 'z'; allowed: a, b, c\n"
    assert twin("create", "a", "z") == (2, "", unknown)
    unknown = "twin circuit: found the unknown fibre or site 'z'; allowed: ab, bc, ca, a, b, c\n"
    assert twin("create", "a", "b", "--avoid", "z") == (2, "", unknown)
    protection = "--protection: found '2+2'; allowed: none, restoration, 1:1, 1+1\n"
    assert twin("create", "a", "b", "--protection", "2+2") == (2, "", protection)
    assert twin("create", "a", "b", "--capacity", "1")[2].startswith("--capacity: found ")
    url = "--url: found 'x'; allowed: http://HOST:PORT, https://HOST:PORT\n"
    assert twin("list", "--url", "x") == (2, "", url)
    assert twin("list", "--ca", "/nowhere") == (2, "", "--ca: there is no file /nowhere\n")


def test_a_protected_circuit_with_a_schedule(twin: Twin) -> None:
    times = ["--start", "2126-01-01T00:00:00Z", "--end", "2126-01-02T00:00:00Z"]
    assert twin("create", "a", "b", "--name", "late", "--protection", "1+1", "--no-revert", *times)[:2] == (
        0,
        "late: booked\n",
    )
    assert twin("delete", "late")[0] == 0


def test_nobody_there(twin: Twin) -> None:
    status, out, complaint = twin("list", "--url", "http://127.0.0.1:1")
    assert (status, out) == (4, "")
    assert complaint == "the run broke: no northbound answers at http://127.0.0.1:1: [Errno 111] Connection refused\n"
