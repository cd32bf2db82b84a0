"""A controller that runs on its own, with a northbound: both its sides by TLS."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ofapi = pytest.importorskip("controllers.ofapi")
pytest.importorskip("fastapi")

from twin.circuit_client import Client, Row  # noqa: E402
from twin.control.commands import Answer  # noqa: E402
from twin.emulation import certificates  # noqa: E402
from twin.errors import RunBroke  # noqa: E402
from twin.northbound.names import uuid_of  # noqa: E402
from twin.plan.codec import from_json, to_json  # noqa: E402
from twin.plan.model import Plan  # noqa: E402
from twin.workloads.northbound import Northbound, Tenant  # noqa: E402
from twin.workloads.scenario import Circuit, Scenario  # noqa: E402

ROOT = Path(__file__).parents[3]
LIMIT_S = 30.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def ports(environment: dict[str, str], tmp_path: Path) -> tuple[int, int]:
    """Where switches and clients come to; the scenario has a tenant, and a circuit of hers."""
    openflow, rest = free_port(), free_port()
    path = Path(environment["TWIN_SCENARIO"])
    scenario = from_json(Scenario, json.loads(path.read_text()))
    northbound = Northbound((Tenant("alice", "token-of-alice"),), rest, tls=True)
    controller = dataclasses.replace(scenario.controller, northbound=northbound, openflow_tls=True)
    changed = dataclasses.replace(scenario, controller=controller, circuits=(Circuit("alice/c1", ("a", "b")),))
    path.write_text(json.dumps(to_json(changed)))
    return openflow, rest


@pytest.fixture
def folder(environment: dict[str, str], ports: tuple[int, int], tmp_path: Path) -> Iterator[Path]:
    """The certificates of a controller that runs."""
    if shutil.which("openssl") is None or ofapi.PACKAGE == "ryu":
        pytest.skip("needs openssl, and os-ken")
    made = tmp_path / "certificates"
    certificates.make(made, "127.0.0.1")
    command = [sys.executable, "-m", "controllers.launch", "controllers/optical_circuit.py"]
    command += ["--port", str(ports[0]), "--certificates", str(made)]
    everything = {**os.environ, **environment, "TWIN_CERTIFICATES": str(made)}
    process = subprocess.Popen(command, cwd=ROOT, env=everything)
    try:
        for port in ports:
            deadline = time.monotonic() + LIMIT_S
            while not _answers(port):
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)
        yield made
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_clients_and_switches_come_by_tls(
    folder: Path, ports: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    client = Client(f"https://127.0.0.1:{ports[1]}", "token-of-alice", folder / certificates.CERTIFICATE)
    assert client.rows() == [
        Row(uuid_of("circuit", "alice/c1"), "c1", "a - b", "requested", "", "", "waits for 6 switches to connect")
    ]
    stranger = Client(f"https://127.0.0.1:{ports[1]}", "token-of-alice")
    with pytest.raises(RunBroke, match="certificate verify failed"):
        stranger.rows()
    context = certificates.to_controller(folder)
    with (
        socket.create_connection(("127.0.0.1", ports[0])) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as switch,
    ):
        assert switch.recv(2) == bytes([4, 0])  # OpenFlow 1.3, hello


def test_eventlet_s_threads_have_no_northbound(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    from controllers import rest

    monkeypatch.setattr(rest.hub, "HUB_TYPE", "eventlet", raising=False)
    with pytest.raises(RunBroke) as broke:
        rest.serve(plan, Northbound(()), None, lambda event: Answer(True), {})
    reason = "the RESTCONF northbound needs os-ken's native threads; found eventlet's: install os-ken"
    assert str(broke.value) == f"the run broke: {reason}"
