"""The controller's process: what is started, and what is said when it does not stay."""

from __future__ import annotations

import asyncio
import socket
import sys
from pathlib import Path

import pytest

from twin.emulation.controller import ControllerProcess
from twin.errors import RunBroke
from twin.workloads.northbound import Northbound, Tenant
from twin.workloads.scenario import Controller


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    return tmp_path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def process(bundle: Path, *command: str) -> ControllerProcess:
    controller = Controller("command x", command=command, folder=str(bundle))
    return ControllerProcess(controller, bundle, bundle, free_port(), free_port())


def test_an_app_is_launched(bundle: Path) -> None:
    made = ControllerProcess(Controller("static_path", "/apps/static_path.py"), bundle, bundle, 6653, 6654)
    assert made.command == [sys.executable, "-m", "controllers.launch", "/apps/static_path.py", "--port", "6653"]


def test_a_command_has_its_placeholders_filled_in(bundle: Path) -> None:
    controller = Controller("command x", command=("{python}", "tcp:{host}:{port}", "{plan}", "{logs}/x", "{other}"))
    made = ControllerProcess(controller, bundle, bundle, 6653, 6654)
    assert made.command == [
        sys.executable, "tcp:127.0.0.1:6653", str(bundle / "plan.json"), f"{bundle}/logs/x", "{other}",
    ]  # fmt: skip


def test_it_starts_in_its_folder_and_knows_where_to_listen(bundle: Path) -> None:
    script = (
        "import os, socket\n"
        "print(os.getcwd(), os.environ['TWIN_LOGS'], flush=True)\n"
        "s = socket.create_server((os.environ['TWIN_OPENFLOW_HOST'], int(os.environ['TWIN_OPENFLOW_PORT'])))\n"
        "s.accept()"
    )
    made = process(bundle, sys.executable, "-c", script)
    made.start()
    made.stop()
    assert (bundle / "logs" / "controller.log").read_text() == f"{bundle} {bundle}/logs\n"


def test_a_program_that_is_not_there(bundle: Path) -> None:
    with pytest.raises(RunBroke) as caught:
        process(bundle, "no-such-program").start()
    what = "the controller's command 'no-such-program' cannot be started in the lab: No such file or directory"
    assert str(caught.value) == f"the run broke: {what}; see logs/controller.log"


@pytest.mark.parametrize(
    ("code", "said"),
    [("exit('no licence')", "; the last it said: no licence"), ("raise SystemExit(1)", " and said nothing")],
)
def test_a_program_that_ends_early(bundle: Path, code: str, said: str) -> None:
    with pytest.raises(RunBroke) as caught:
        process(bundle, sys.executable, "-c", code).start()
    assert str(caught.value) == f"the run broke: the controller ended with status 1{said}; see logs/controller.log"


def test_one_that_ends_later_is_reported_and_one_that_is_killed_is_not(bundle: Path) -> None:
    async def statuses() -> list[int]:
        found: list[int] = []
        made = process(bundle, sys.executable, "-c", "input()")
        made.report_end(found.append)
        made.launch()
        made.kill()
        ended = asyncio.Event()
        made.report_end(lambda status: (found.append(status), ended.set())[0])
        made.launch()  # its input is empty, so it ends by itself
        await asyncio.wait_for(ended.wait(), 30)
        return found

    assert asyncio.run(statuses()) == [1]


def test_switches_come_by_tls_and_clients_find_the_northbound(bundle: Path) -> None:
    tenants = (Tenant("alice", "token-of-alice"),)
    controller = Controller("static_path", "/a.py", northbound=Northbound(tenants, 8000, tls=True), openflow_tls=True)
    made = ControllerProcess(controller, bundle, bundle, 6653, 6654)
    assert made.command[-2:] == ["--certificates", str(bundle / "certificates")]
    certificate = str(bundle / "certificates" / "certificate.pem")
    where = {"TWIN_URL": "https://127.0.0.1:8000", "TWIN_CA": certificate, "TWIN_TOKEN": "token-of-alice"}
    assert made.northbound == where
    plain = Controller("static_path", "/a.py", northbound=Northbound((*tenants, Tenant("bob", "token-of-bob")), 8000))
    assert ControllerProcess(plain, bundle, bundle, 6653, 6654).northbound == {"TWIN_URL": "http://127.0.0.1:8000"}
    assert ControllerProcess(Controller("x", "/a.py"), bundle, bundle, 6653, 6654).northbound == {}
