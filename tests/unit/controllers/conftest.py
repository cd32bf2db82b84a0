"""A plan and a scenario as the files that a controller is started with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from twin.plan.build import build_plan
from twin.plan.codec import to_json
from twin.plan.model import Plan
from twin.plan.topology import FibrePair, Optical, Port, Site, SiteFabric, Topology
from twin.workloads.scenario import Circuit, Controller, Scenario


@pytest.fixture
def plan() -> Plan:
    """Sites a, b, c with one server and two transceivers each; fibres ab and bc of 100 km, ca of 150 km.

    dpids: borders 1, 2, 3; ROADMs 4, 5, 6. Ports of a ROADM: transceivers 1, 2, fibres 3, 4."""
    sites = [Site(name, 1, Port(1e9), SiteFabric(), Optical(), 2, Port(1e9)) for name in "abc"]
    lengths_km = {"ab": 100.0, "bc": 100.0, "ca": 150.0}
    fibres = [FibrePair(name, (name[0], name[1]), km) for name, km in lengths_km.items()]
    return build_plan(Topology("test", tuple(sites), tuple(fibres)))


@pytest.fixture
def environment(plan: Plan, tmp_path: Path) -> dict[str, str]:
    """The four variables, naming files in ``tmp_path``; the scenario wants the circuits a-b and b-c."""
    circuits = (Circuit("a-b", ("a", "b")), Circuit("b-c", ("b", "c")))
    controller = Controller("optical_circuit", "controllers/optical_circuit.py")
    scenario = Scenario(1, "test", 1, controller, circuits, (), (), (), 0.1, None, 60.0)
    (tmp_path / "plan.json").write_text(json.dumps(to_json(plan)))
    (tmp_path / "workload.json").write_text(json.dumps(to_json(scenario)))
    return {
        "TWIN_PLAN": str(tmp_path / "plan.json"),
        "TWIN_SCENARIO": str(tmp_path / "workload.json"),
        "TWIN_NORTHBOUND": str(tmp_path / "northbound"),
        "TWIN_EVENTS": str(tmp_path / "events"),
    }
