"""A controller against Open vSwitch: real messages, dummy datapaths. Needs neither root nor a kernel module."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from twin.plan.model import Plan

pytest.importorskip("controllers.ofapi")

ROOT = Path(__file__).parents[3]
SCHEMA = Path("/usr/share/openvswitch/vswitch.ovsschema")
TOOLS = ("ovsdb-tool", "ovsdb-server", "ovs-vswitchd", "ovs-vsctl", "ovs-ofctl", "ovs-appctl")
SBIN = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])

pytestmark = pytest.mark.skipif(
    not SCHEMA.exists() or any(shutil.which(tool, path=SBIN) is None for tool in TOOLS),
    reason="needs Debian's openvswitch-switch",
)


class Switches:
    """An Open vSwitch of its own in ``folder``, with the plan's bridges on dummy datapaths."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.folder = folder
        places = dict.fromkeys(("OVS_RUNDIR", "OVS_DBDIR", "OVS_LOGDIR", "OVS_SYSCONFDIR"), str(folder))
        self.environment = {**os.environ, **places, "PATH": SBIN}
        self.plan = plan

    def start(self) -> None:
        run, socket_name = self.run, f"unix:{self.folder}/db"
        run("ovsdb-tool", "create", f"{self.folder}/conf.db", str(SCHEMA))
        quiet = ("--detach", "--log-file", "-vconsole:off")
        run("ovsdb-server", "conf.db", f"--remote=p{socket_name}", "--pidfile=db.pid", "--unixctl=./dbctl", *quiet)
        run("ovs-vsctl", f"--db={socket_name}", "--no-wait", "init")
        dummy = ("--enable-dummy", "--disable-system", "--pidfile=switch.pid", "--unixctl=./ctl")
        run("ovs-vswitchd", socket_name, *dummy, *quiet)

    def run(self, *command: str) -> str:
        done = subprocess.run(
            command, env=self.environment, cwd=self.folder, capture_output=True, text=True, timeout=20, check=True
        )
        return done.stdout

    def connect(self, port: int) -> None:
        """Create all bridges and point them at the controller, in one transaction."""
        words: list[str] = []
        for switch in (*self.plan.packet_switches, *self.plan.optical_switches):
            bridge, dpid = switch.bridge, f"other-config:datapath-id={switch.dpid:016x}"
            words += [
                "--",
                "--may-exist",
                "add-br",
                bridge,
                "--",
                "set",
                "bridge",
                bridge,
                "datapath_type=dummy",
                "fail_mode=secure",
            ]
            words += ["protocols=OpenFlow13", dpid]
            for link in self.plan.links_of[switch.name]:
                end = link.at(switch.name)
                words += [
                    "--",
                    "--may-exist",
                    "add-port",
                    bridge,
                    end.interface,
                    "--",
                    "set",
                    "interface",
                    end.interface,
                ]
                words += ["type=dummy", f"ofport_request={end.port}"]
            words += ["--", "set-controller", bridge, f"tcp:127.0.0.1:{port}"]
        self.run("ovs-vsctl", f"--db=unix:{self.folder}/db", *words[1:])

    def flows(self, bridge: str) -> list[str]:
        """The bridge's flows without counters, sorted."""
        text = self.run("ovs-ofctl", "-OOpenFlow13", "--no-stats", "dump-flows", f"{self.folder}/{bridge}.mgmt")
        return sorted(line.strip() for line in text.splitlines() if "priority" in line)

    def groups(self, bridge: str) -> list[str]:
        """The bridge's groups, sorted."""
        text = self.run("ovs-ofctl", "-OOpenFlow13", "dump-groups", f"{self.folder}/{bridge}.mgmt")
        return sorted(line.strip() for line in text.splitlines() if "group_id" in line)

    def set_light(self, fibre: str, state: str) -> None:
        for end in self.plan.link_by_name[fibre].ends:
            self.run("ovs-appctl", "-t", f"{self.folder}/ctl", "netdev-dummy/set-admin-state", end.interface, state)

    def stop(self) -> None:
        for name in ("switch.pid", "db.pid"):
            if (self.folder / name).exists():
                os.kill(int((self.folder / name).read_text()), signal.SIGTERM)


@pytest.fixture
def switches(plan: Plan, tmp_path: Path) -> Iterator[Switches]:
    folder = tmp_path / "ovs"
    folder.mkdir()
    made = Switches(plan, folder)
    try:
        made.start()
        yield made
    finally:
        made.stop()


class Events:
    """Follows the controller's event log through a named pipe: reading waits for the next line, without polling."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self._pipe = os.fdopen(os.open(path, os.O_RDWR), encoding="utf-8")

    def close(self) -> None:
        self._pipe.close()

    def next(self, name: str) -> dict[str, Any]:
        """The next event of that name."""
        while True:
            event: dict[str, Any] = json.loads(self._pipe.readline())
            if event.pop("event") == name:
                del event["monotonic_s"]
                return event


def ask(path: str, line: str) -> Any:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(path)
        connection.sendall(line.encode() + b"\n")
        return json.loads(connection.makefile().readline())


Start = Callable[[str], Events]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture
def controller(environment: dict[str, str], switches: Switches) -> Iterator[Start]:
    """A function that starts an app, in place of the one it started before, which is killed; it connects the switches
    and returns the events."""
    processes: list[subprocess.Popen[bytes]] = []
    port = free_port()
    events = Events(Path(environment["TWIN_EVENTS"]))

    def start(app: str) -> Events:
        for process in processes:
            process.kill()
            process.wait()
        command = [sys.executable, "-m", "controllers.launch", f"controllers/{app}.py", "--port", str(port)]
        processes[:] = [subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment})]
        switches.connect(port)
        return events

    yield start
    events.close()
    for process in processes:
        process.terminate()
        assert process.wait(timeout=20) == 0


def test_circuits_come_up_are_rerouted_and_return(
    controller: Start, switches: Switches, environment: dict[str, str]
) -> None:
    events = controller("optical_circuit")
    assert {events.next("circuit-active")["circuit"] for _ in range(2)} == {"a-b", "b-c"}
    before = [
        "cookie=0x7477696e, priority=0 actions=drop",
        "cookie=0x7477696e, priority=100,in_port=1 actions=push_vlan:0x8100,set_field:4097->vlan_vid,output:3",
        "cookie=0x7477696e, priority=100,in_port=3,dl_vlan=1 actions=pop_vlan,output:1",
    ]
    assert switches.flows("s4") == before
    assert switches.flows("s1") == [
        "cookie=0x7477696e, priority=0 actions=drop",
        "cookie=0x7477696e, priority=200,arp actions=CONTROLLER:65535",
        "cookie=0x7477696e, priority=316,ip,nw_dst=10.2.0.0/16 actions=output:2",
        "cookie=0x7477696e, priority=316,ip,nw_dst=10.3.0.0/16 actions=output:2",
        "cookie=0x7477696e, priority=332,ip,nw_dst=10.1.0.1 actions=output:1",
    ]
    switches.set_light("ab", "down")
    assert events.next("circuit-down") == {"circuit": "a-b", "reason": "loss of light on ab"}
    assert events.next("circuit-active")["fibres"] == ["ca", "bc"]
    switches.set_light("ab", "up")
    assert events.next("circuit-active")["reason"] == "returned to a shorter path, make before break"
    reply = ask(environment["TWIN_NORTHBOUND"], '{"do": "release", "name": "a-b"}')
    assert reply == {"ok": True}
    assert events.next("circuit-released")["circuit"] == "a-b"


def test_static_path_stays_where_it_is(controller: Start, switches: Switches, environment: dict[str, str]) -> None:
    events = controller("static_path")
    for _ in range(2):
        events.next("circuit-active")
    before = switches.flows("s4")
    switches.set_light("ab", "down")
    assert events.next("port-down") == {"switch": "a-roadm", "port": 3, "link": "ab"}
    circuits = ask(environment["TWIN_NORTHBOUND"], '{"do": "list"}')["circuits"]
    assert [(circuit["name"], circuit["state"], circuit["fibres"]) for circuit in circuits] == [
        ("a-b", "active", ["ab"]),
        ("b-c", "active", ["bc"]),
    ]
    assert switches.flows("s4") == before


def test_a_killed_controller_finds_its_circuits_again_and_leaves_them(controller: Start, switches: Switches) -> None:
    events = controller("optical_circuit")
    for _ in range(2):
        events.next("circuit-active")
    before = {switch.bridge: switches.flows(switch.bridge) for switch in switches.plan.switches}
    stray = "cookie=0x7477696e,priority=100,in_port=2,actions=output:3"
    switches.run("ovs-ofctl", "-OOpenFlow13", "add-flow", f"{switches.folder}/s4.mgmt", stray)
    controller("optical_circuit")
    found = [events.next("circuit-active") for _ in range(2)]
    reason = "found up when the controller started"
    assert found == [
        {"circuit": "a-b", "fibres": ["ab"], "channel": 1, "reason": reason},
        {"circuit": "b-c", "fibres": ["bc"], "channel": 1, "reason": reason},
    ]
    switches.set_light("ab", "down")
    events.next("circuit-active")
    switches.set_light("ab", "up")
    events.next("circuit-active")
    assert {switch.bridge: switches.flows(switch.bridge) for switch in switches.plan.switches} == before


def frame(source: str, target: str) -> str:
    """An Ethernet frame between two of the test's addresses, in hexadecimal digits."""
    return f"{target}{source}0800" + "00" * 46


def test_an_app_written_for_ryu_switches_packets(controller: Start, switches: Switches) -> None:
    controller("ryu_apps/learning_switch")
    one, two = "02000a010001", "02000a020001"

    def receive(interface: str, hexadecimal: str) -> None:
        switches.run("ovs-appctl", "-t", f"{switches.folder}/ctl", "netdev-dummy/receive", interface, hexadecimal)

    def flows_of(bridge: str, count: int) -> list[str]:
        for _ in range(200):
            found = switches.flows(bridge)
            if len(found) >= count:
                return found
            time.sleep(0.05)
        raise AssertionError(found)

    assert flows_of("s1", 1) == ["priority=0 actions=CONTROLLER:65535"]
    receive("s1-eth1", frame(one, two))
    receive("s1-eth2", frame(two, one))
    assert flows_of("s1", 2) == [
        "priority=0 actions=CONTROLLER:65535",
        "priority=10,in_port=2,dl_src=02:00:0a:02:00:01,dl_dst=02:00:0a:01:00:01 actions=output:1",
    ]


def test_groups_are_told_and_found_again(controller: Start, switches: Switches, environment: dict[str, str]) -> None:
    scenario = Path(environment["TWIN_SCENARIO"])
    scenario.write_text(scenario.read_text().replace('"options": {}', '"options": {"routing": "ecmp"}'))
    events = controller("optical_circuit")
    assert {events.next("circuit-active")["circuit"] for _ in range(2)} == {"a-b", "b-c"}
    groups, flows = switches.groups("s1"), switches.flows("s1")
    assert groups == ["group_id=1953988610,type=select,bucket=watch_port:2,actions=output:2"]
    to_b = "cookie=0x7477696e, priority=316,ip,nw_dst=10.2.0.0/16 actions=group:1953988610"
    assert to_b in flows
    events = controller("optical_circuit")
    assert {events.next("circuit-active")["reason"] for _ in range(2)} == {"found up when the controller started"}
    assert (switches.groups("s1"), switches.flows("s1")) == (groups, flows)
