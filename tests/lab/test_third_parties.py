"""Controllers of others, unchanged: Ryu's simple_switch_13 on os-ken, and Faucet on a fabric with loops.

What they need is in environments of its own, which ``make test`` makes beside ours."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import yaml

from twin import experiment
from twin.plan.build import build_plan
from twin.plan.model import Plan
from twin.results.document import Results
from twin.spec import load

RYU_APPS = Path(sys.prefix) / "ryu" / "lib" / "python3.11" / "site-packages" / "ryu" / "app"
FAUCET = Path(sys.prefix) / "faucet" / "bin" / "osken-manager"

HALL = """
name: hall
mtu: 1500
sites:
  hall: {servers: {count: 4, nic: 10 Gb/s}, fabric: {kind: leaf-spine, leaves: 2, spines: SPINES, uplink: 40 Gb/s}}
"""


def play(folder: Path, controller: dict[str, object], start: str) -> Results:
    """Probes between the two leaves of the hall."""
    probe = {"kind": "packets", "from": "hall-1", "to": "hall-4", "count": 200, "every": "1 ms", "start": start}
    content = {"name": "e", "topology": "hall.yaml", "controller": controller, "workloads": {"probe": probe}}
    (folder / "e.yaml").write_text(yaml.safe_dump({**content, "sample": "1 s"}))
    return experiment.run(folder / "e.yaml", folder / "run").results


def hall(folder: Path, spines: int) -> Plan:
    (folder / "hall.yaml").write_text(HALL.replace("SPINES", str(spines)))
    return build_plan(load(folder / "hall.yaml").topology)


def assert_all_arrived(results: Results) -> None:
    assert (results.metrics["probe.sent"].value, results.metrics["probe.lost"].value) == (200, 0)


def test_an_app_written_for_ryu_switches_packets_unchanged(tmp_path: Path) -> None:
    app = RYU_APPS / "simple_switch_13.py"
    if not app.exists():
        pytest.skip(f"there is no {app}: Ryu 4.34 is not installed (make test tries to)")
    hall(tmp_path, spines=1)
    assert_all_arrived(play(tmp_path, {"app": str(app)}, "0 s"))


def faucet_configuration(plan: Plan) -> str:
    """One VLAN for all servers; links between switches are stacked, which makes a tree of them, from the spines."""
    switches = {switch.name: switch for switch in plan.packet_switches}
    datapaths: dict[str, dict[str, object]] = {}
    for name, switch in switches.items():
        ports: dict[int, object] = {}
        for link in plan.links_of[name]:
            far = link.other(name)
            joins = {"stack": {"dp": far.node, "port": far.port}}
            ports[link.at(name).port] = joins if far.node in switches else {"native_vlan": "hall"}
        datapaths[name] = {"dp_id": switch.dpid, "hardware": "Open vSwitch", "interfaces": ports}
        if switch.role == "spine":
            datapaths[name]["stack"] = {"priority": 1 + len(datapaths)}
    return yaml.safe_dump({"vlans": {"hall": {"vid": 100}}, "dps": datapaths})


def test_faucet_drives_a_fabric_with_loops(tmp_path: Path) -> None:
    if not FAUCET.exists():
        pytest.skip(f"there is no {FAUCET}: Faucet is not installed (make test tries to)")
    (tmp_path / "faucet.yaml").write_text(faucet_configuration(hall(tmp_path, spines=2)))
    settings = ["FAUCET_CONFIG=faucet.yaml", "FAUCET_LOG={logs}/faucet.log", "FAUCET_EXCEPTION_LOG={logs}/errors.log"]
    command = ["env", *settings, str(FAUCET), "--ofp-tcp-listen-port={port}", "faucet.faucet"]
    # By then its ports have heard of each other, whatever the seed; 4 s are enough for some.
    assert_all_arrived(play(tmp_path, {"command": command}, "30 s"))
    assert "L2 learned on Port 1 02:00:0a:01:01:01" in (tmp_path / "run" / "logs" / "faucet.log").read_text()
    assert (tmp_path / "run" / "logs" / "errors.log").read_text() == ""
