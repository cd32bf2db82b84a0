"""Paths from flow tables: the same as the controller's own network in memory finds."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import pytest

from twin.control.brain import optical_circuit
from twin.control.events import CircuitRequested, PortStatus, SwitchConnected
from twin.control.fake_network import FakeNetwork
from twin.plan.model import Plan
from twin.predict.control_plane import ControlPlane
from twin.predict.directions import Directions
from twin.predict.forwarding import Forwarding
from twin.predict.simulator import Simulator
from twin.workloads.scenario import Circuit, Scenario

ScenarioOf = Callable[..., Scenario]


def control_of(plan: Plan, scenario: Scenario) -> tuple[ControlPlane, Forwarding, Directions]:
    simulator = Simulator(plan)
    control = ControlPlane(simulator, scenario, lambda *_: None)
    control.begin()
    return control, simulator.forwarding, simulator.directions


def fibres(path_links: list[str], plan: Plan) -> list[str]:
    return [name for name in path_links if plan.link_by_name[name].kind == "fibre"]


@pytest.mark.parametrize("cut", [None, "a-b", "a-c"])
def test_paths_are_those_of_the_network_in_memory(
    triangle: Plan, scenario_of: ScenarioOf, all_circuits: tuple[Circuit, ...], cut: str | None
) -> None:
    control, forwarding, directions = control_of(triangle, scenario_of(circuits=all_circuits))
    network, brain = FakeNetwork(triangle), optical_circuit(triangle)
    for circuit in all_circuits:
        network.play(brain, CircuitRequested(circuit.name, circuit.sites), 0.0)
    for dpid in network.tables:
        network.play(brain, SwitchConnected(dpid), 0.0)
    if cut is not None:
        control.set_link(cut, up=False)
        network.cut.add(cut)
        for end in triangle.link_by_name[cut].ends:
            network.play(brain, PortStatus(network.dpid_of[end.node], end.port, False), 1.0)
    for source, target in permutations([server.name for server in triangle.servers], 2):
        path = forwarding.path(source, target)
        assert path is not None
        links = tuple(directions.all[number].link for number in path.directions)
        assert links == network.send(source, target).links


def test_the_delay_is_the_sum_of_the_directions(
    triangle: Plan, scenario_of: ScenarioOf, all_circuits: tuple[Circuit, ...]
) -> None:
    control, forwarding, _ = control_of(triangle, scenario_of(circuits=all_circuits))
    direct = forwarding.path("a-1", "b-1")
    assert direct is not None
    assert direct.delay_s == pytest.approx(5e-3)
    control.set_link("a-b", up=False)
    round_about = forwarding.path("a-1", "b-1")
    assert round_about is not None
    assert round_about.delay_s == pytest.approx(20e-3)


def test_a_cut_under_a_controller_that_never_reacts_leaves_no_path(
    triangle: Plan, scenario_of: ScenarioOf, all_circuits: tuple[Circuit, ...]
) -> None:
    control, forwarding, _ = control_of(triangle, scenario_of(circuits=all_circuits, controller="static_path"))
    control.set_link("a-b", up=False)
    assert forwarding.path("a-1", "b-1") is None
    control.set_link("a-b", up=True)
    assert forwarding.path("a-1", "b-1") is not None


def test_without_circuits_sites_are_apart_and_servers_are_not(triangle: Plan, scenario_of: ScenarioOf) -> None:
    _, forwarding, _ = control_of(triangle, scenario_of())
    assert forwarding.path("a-1", "b-1") is None
    within = forwarding.path("a-1", "a-2")
    assert within is not None
    assert len(within.directions) == 2
