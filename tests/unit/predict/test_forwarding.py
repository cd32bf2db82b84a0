"""Paths from flow tables: the same as the controller's own network in memory finds."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import pytest

from twin.control.brain import optical_circuit
from twin.control.commands import AddFlow, AddGroup
from twin.control.events import CircuitRequested, PortStatus, SwitchConnected
from twin.control.fake_network import FakeNetwork
from twin.control.flows import IPV4, Bucket, Choice, Flow, Group, Match, Output, ToGroup, TurnBack
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


def group_of(plan: Plan, choice: Choice, ports: tuple[int, ...]) -> tuple[AddGroup, AddFlow]:
    """At a's border: everything for b goes where a group of these ports leads."""
    dpid = next(switch.dpid for switch in plan.packet_switches if switch.name == "a-border")
    buckets = tuple(Bucket(Output(port), port) for port in ports)
    match = Match(eth_type=IPV4, ipv4_dst=plan.site_by_name["b"].prefix)
    return AddGroup(Group(dpid, 1, choice, buckets)), AddFlow(Flow(dpid, 900, match, (ToGroup(1),)))


def first_links(plan: Plan, scenario: Scenario, choice: Choice, dark: str = "") -> list[str]:
    """The transceivers' links that eight connections from a to b leave by."""
    _, forwarding, directions = control_of(plan, scenario)
    ports = tuple(plan.link_by_name[name].at("a-border").port for name in ("a-t1", "a-t2"))
    for command in group_of(plan, choice, ports):
        forwarding.apply(command)
    if dark:
        forwarding.set_link(dark, up=False)
    paths = [forwarding.path("a-1", "b-1", number) for number in range(8)]
    return [directions.all[path.directions[1]].link for path in paths if path is not None]


@pytest.fixture
def doubled(scenario_of: ScenarioOf) -> Scenario:
    """Two circuits between a and b, which are a's transceivers 1 and 2."""
    return scenario_of(circuits=(Circuit("one", ("a", "b")), Circuit("two", ("a", "b"))))


def test_a_group_that_selects_spreads_connections_and_keeps_each_to_one_way(triangle: Plan, doubled: Scenario) -> None:
    found = first_links(triangle, doubled, Choice.SELECT)
    assert len(found) == 8
    assert set(found) == {"a-t1", "a-t2"}
    assert found == first_links(triangle, doubled, Choice.SELECT)


@pytest.mark.parametrize("choice", Choice)
def test_no_group_leads_to_a_port_that_is_down(triangle: Plan, doubled: Scenario, choice: Choice) -> None:
    assert first_links(triangle, doubled, choice, dark="a-t1") == ["a-t2"] * 8


def test_a_group_that_fails_over_takes_its_first_port(triangle: Plan, doubled: Scenario) -> None:
    assert first_links(triangle, doubled, Choice.FAST_FAILOVER) == ["a-t1"] * 8


def test_a_flow_by_its_source_takes_only_that_ones_packets(triangle: Plan, doubled: Scenario) -> None:
    _, forwarding, directions = control_of(triangle, doubled)
    ports = {triangle.link_by_name[name].at("a-border").port: name for name in ("a-t1", "a-t2")}
    dpid = next(switch.dpid for switch in triangle.packet_switches if switch.name == "a-border")
    servers = triangle.server_by_name
    others = {server: forwarding.path(server, "b-1") for server in ("a-1", "a-2")}
    used = directions.all[others["a-1"].directions[1]].link if others["a-1"] else ""
    (other,) = [port for port, name in ports.items() if name != used]
    match = Match(None, None, IPV4, f"{servers['b-1'].ip}/32", f"{servers['a-1'].ip}/32")
    forwarding.apply(AddFlow(Flow(dpid, 900, match, (Output(other),))))
    pinned = forwarding.path("a-1", "b-1")
    assert pinned is not None
    assert directions.all[pinned.directions[1]].link == ports[other]
    assert forwarding.path("a-2", "b-1") == others["a-2"]


def test_a_switch_sends_nothing_back_unless_it_is_told_to(triangle: Plan, doubled: Scenario) -> None:
    _, forwarding, directions = control_of(triangle, doubled)
    dpid = next(switch.dpid for switch in triangle.packet_switches if switch.name == "a-border")
    (link,) = triangle.links_of["a-1"]
    port, frame = link.at("a-border").port, forwarding.frame("a-1", "b-1")
    flow = Flow(dpid, 900, Match(in_port=port), (Output(port),))
    forwarding.apply(AddFlow(flow))
    assert forwarding.switch("a-border", port, frame) == (flow, [])
    back = Flow(dpid, 900, Match(in_port=port), (TurnBack(),))
    forwarding.apply(AddFlow(back))
    assert forwarding.switch("a-border", port, frame) == (back, [(directions.leaving("a-border", port), frame)])
