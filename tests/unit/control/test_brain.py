"""The protocol traces of both brains: what goes in, and exactly what comes out."""

from __future__ import annotations

from typing import Any

import pytest

from twin.control.arp import ArpProxy
from twin.control.brain import Brain, optical_circuit, static_path
from twin.control.commands import AddFlow, Answer, Barrier, Command, PacketOut, Record, RemoveFlow, Wake
from twin.control.events import (
    ArpAsked,
    BarrierAnswered,
    CircuitReleased,
    CircuitRequested,
    CircuitsListed,
    Event,
    PortStatus,
    SwitchConnected,
    SwitchLost,
    Woken,
)
from twin.control.fake_network import FakeNetwork
from twin.control.flows import Flow, Match, Output, PopChannel, PushChannel
from twin.control.route import CHANNELS
from twin.plan.model import Plan

AB, BC, AC = (
    CircuitRequested("a-b", ("a", "b")),
    CircuitRequested("b-c", ("b", "c")),
    CircuitRequested("a-c", ("a", "c")),
)


class Bench:
    """A brain and its switches, all connected."""

    def __init__(self, brain: Brain, plan: Plan) -> None:
        self.brain = brain
        self.network = FakeNetwork(plan)
        self.now_s = 0.0
        for dpid in self.network.tables:
            self.play(SwitchConnected(dpid))

    def play(self, event: Event) -> list[Command]:
        """Let the event and all that follows from it happen within one second."""
        self.now_s += 1
        return self.network.play(self.brain, event, self.now_s)

    def flip(self, fibre: str, up: bool) -> list[Command]:
        """Cut or repair a fibre; both ends report it."""
        self.network.cut = self.network.cut - {fibre} if up else self.network.cut | {fibre}
        ends = self.network.plan.link_by_name[fibre].ends
        return [c for end in ends for c in self.play(PortStatus(self.network.dpid_of[end.node], end.port, up))]

    def state(self, name: str) -> tuple[str, list[str], int | None, str]:
        """State, fibres, channel and reason as the northbound shows them."""
        answer = self.play(CircuitsListed())[-1]
        assert isinstance(answer, Answer)
        shown = {circuit["name"]: circuit for circuit in answer.circuits or ()}[name]
        return shown["state"], shown["fibres"], shown["channel"], shown["reason"]


def records(commands: list[Command]) -> list[tuple[str, dict[str, Any]]]:
    return [(c.event, c.details) for c in commands if isinstance(c, Record)]


def answers(commands: list[Command]) -> list[Answer]:
    return [c for c in commands if isinstance(c, Answer)]


def flow_mods(commands: list[Command]) -> list[Command]:
    return [c for c in commands if isinstance(c, AddFlow | RemoveFlow)]


@pytest.fixture
def bench(triangle: Plan) -> Bench:
    return Bench(optical_circuit(triangle), triangle)


def test_a_circuit_is_active_only_when_all_its_switches_answered(triangle: Plan) -> None:
    brain = optical_circuit(triangle)
    for dpid in range(1, 7):
        brain.handle(SwitchConnected(dpid), 0.0)
    assert brain.handle(AB, 1.0) == [
        Answer(True),
        AddFlow(Flow(4, 100, Match(in_port=3, vlan=1), (PopChannel(), Output(1)))),
        AddFlow(Flow(5, 100, Match(in_port=3, vlan=1), (PopChannel(), Output(1)))),
        AddFlow(Flow(4, 100, Match(in_port=1), (PushChannel(1), Output(3)))),
        AddFlow(Flow(5, 100, Match(in_port=1), (PushChannel(1), Output(3)))),
        Barrier(4, 7),
        Barrier(5, 7),
    ]
    assert brain.handle(BarrierAnswered(4, 7), 2.0) == []
    assert brain.handle(BarrierAnswered(5, 6), 2.0) == []
    packet_flows = brain.handle(BarrierAnswered(5, 7), 3.0)
    token = packet_flows[-1].token if isinstance(packet_flows[-1], Barrier) else 0
    assert packet_flows == [
        AddFlow(Flow(2, 316, Match(eth_type=0x0800, ipv4_dst="10.1.0.0/16"), (Output(3),))),
        AddFlow(Flow(1, 316, Match(eth_type=0x0800, ipv4_dst="10.2.0.0/16"), (Output(3),))),
        Barrier(1, token),
        Barrier(2, token),
    ]
    assert brain.handle(BarrierAnswered(1, token), 4.0) == []
    details = {"circuit": "a-b", "fibres": ["ab"], "channel": 1, "reason": "requested"}
    assert brain.handle(BarrierAnswered(2, token), 5.0) == [Record(5.0, "circuit-active", details)]


def test_requests_wait_for_all_switches(triangle: Plan) -> None:
    brain = optical_circuit(triangle)
    network = FakeNetwork(triangle)
    assert network.play(brain, AB, 0.0) == [Answer(True)]
    for dpid in (6, 5, 4, 3, 2):
        network.play(brain, SwitchConnected(dpid), 0.0)
    shown = brain.circuits[0].show()
    assert (shown["state"], shown["reason"]) == ("requested", "waits for 6 switches to connect")
    assert [event for event, _ in records(network.play(brain, SwitchConnected(1), 0.0))] == ["circuit-active"]


def test_traffic_passes(bench: Bench) -> None:
    bench.play(AB)
    bench.play(BC)
    assert bench.network.send("a-1", "b-2").links == ("a-1", "a-t1", "ab", "b-t1", "b-2")
    assert bench.network.send("a-1", "c-1").links == ("a-1", "a-t1", "ab", "b-t1", "b-t2", "bc", "c-t1", "c-1")


def test_loss_of_light_reroutes_at_once_and_return_is_make_before_break(bench: Bench) -> None:
    bench.play(AB)
    assert records(bench.flip("ab", up=False)) == [
        ("port-down", {"switch": "a-roadm", "port": 3, "link": "ab"}),
        ("circuit-down", {"circuit": "a-b", "reason": "loss of light on ab"}),
        (
            "circuit-active",
            {
                "circuit": "a-b",
                "fibres": ["ca", "bc"],
                "channel": 1,
                "reason": "rerouted after loss of light on ab",
            },
        ),
        ("port-down", {"switch": "b-roadm", "port": 3, "link": "ab"}),
    ]
    assert bench.network.send("b-1", "a-1").links == ("b-1", "b-t1", "bc", "ca", "a-t1", "a-1")
    returned = "returned to a shorter path, make before break"
    assert records(bench.flip("ab", up=True)) == [
        ("port-up", {"switch": "a-roadm", "port": 3, "link": "ab"}),
        ("port-up", {"switch": "b-roadm", "port": 3, "link": "ab"}),
        ("circuit-active", {"circuit": "a-b", "fibres": ["ab"], "channel": 1, "reason": returned}),
    ]
    assert bench.network.send("b-1", "a-1").links == ("b-1", "b-t1", "ab", "a-t1", "a-1")


def test_make_before_break_adds_switches_drains_and_only_then_removes(bench: Bench) -> None:
    bench.play(AB)
    bench.flip("ab", up=False)
    bench.brain.handle(PortStatus(4, 3, True), 10.0)
    made = bench.brain.handle(PortStatus(5, 3, True), 10.0)
    assert flow_mods(made) == [
        AddFlow(Flow(4, 100, Match(in_port=3, vlan=1), (PopChannel(), Output(1)))),
        AddFlow(Flow(5, 100, Match(in_port=3, vlan=1), (PopChannel(), Output(1)))),
    ]
    switched = [c for answer in bench.network.apply(made) for c in bench.brain.handle(answer, 10.1)]
    assert flow_mods(switched) == [
        AddFlow(Flow(4, 100, Match(in_port=1), (PushChannel(1), Output(3)))),
        AddFlow(Flow(5, 100, Match(in_port=1), (PushChannel(1), Output(3)))),
    ]
    draining = [c for answer in bench.network.apply(switched) for c in bench.brain.handle(answer, 10.2)]
    wakes = [c.at_s for c in draining if isinstance(c, Wake)]
    assert flow_mods(draining) == []
    links = bench.network.plan.link_by_name
    detour_s = links["ca"].a.delay_s + links["bc"].a.delay_s + links["b-t1"].b.delay_s
    assert wakes == [pytest.approx(10.2 + detour_s + 0.001, abs=1e-9)]
    assert bench.brain.handle(Woken(), 10.201) == [Wake(wakes[0])]
    removed = flow_mods(bench.brain.handle(Woken(), wakes[0]))
    assert len(removed) == 4
    assert all(isinstance(command, RemoveFlow) for command in removed)


def test_light_lost_while_the_second_route_is_made_keeps_the_first(bench: Bench) -> None:
    bench.play(AB)
    bench.flip("ab", up=False)
    making = [c for dpid in (4, 5) for c in bench.brain.handle(PortStatus(dpid, 3, True), 10.0)]
    commands = bench.brain.handle(PortStatus(4, 3, False), 10.1)
    assert records(commands) == [("port-down", {"switch": "a-roadm", "port": 3, "link": "ab"})]
    for answer in bench.network.apply([*making, *commands]):
        assert bench.brain.handle(answer, 10.2) == []
    assert bench.state("a-b")[:3] == ("active", ["ca", "bc"], 1)
    assert bench.network.send("a-1", "b-1").lost == ""


def test_whole_fibres_that_both_routes_share_break_before_make(plan_of: Any, make_site: Any) -> None:
    sites = [make_site(name, "ocs", transceivers=int(name in "ab")) for name in "abcd"]
    fibres = [("ac", "a", "c", 10), ("cb", "c", "b", 10), ("cd", "c", "d", 50), ("db", "d", "b", 50)]
    plan = plan_of(sites, fibres)
    bench = Bench(optical_circuit(plan), plan)
    bench.play(AB)
    bench.flip("cb", up=False)
    assert bench.state("a-b")[:2] == ("active", ["ac", "cd", "db"])
    reason = "returned to a shorter path, break before make"
    assert records(bench.flip("cb", up=True))[2:] == [
        ("circuit-down", {"circuit": "a-b", "reason": reason}),
        ("circuit-active", {"circuit": "a-b", "fibres": ["ac", "cb"], "channel": None, "reason": reason}),
    ]
    assert bench.network.send("a-1", "b-1").links == ("a-1", "a-t1", "ac", "cb", "b-t1", "b-1")


def test_no_path_is_down_until_a_fibre_is_back(bench: Bench) -> None:
    bench.play(AB)
    bench.flip("ab", up=False)
    bench.flip("ca", up=False)
    reason = "loss of light on ca; no free channel on any path with light"
    assert bench.state("a-b") == ("down", [], None, reason)
    assert bench.network.send("a-1", "b-1").lost == "no flow for port 1"
    bench.flip("ca", up=True)
    assert bench.state("a-b") == ("active", ["ca", "bc"], 1, "light is back on ca")


def test_packets_go_over_other_circuits_while_one_is_down(bench: Bench) -> None:
    for request in (AB, BC, AC):
        bench.play(request)
    bench.flip("ab", up=False)
    bench.flip("ca", up=False)
    assert bench.network.send("b-1", "c-1").links == ("b-1", "b-t2", "bc", "c-t1", "c-1")
    bench.flip("ca", up=True)
    assert bench.network.send("a-1", "b-1").lost == ""


def test_release_frees_transceivers_and_channel(bench: Bench) -> None:
    bench.play(AB)
    released = bench.play(CircuitReleased("a-b"))
    assert records(released) == [("circuit-released", {"circuit": "a-b", "reason": "asked for"})]
    assert answers(released) == [Answer(True)]
    assert bench.network.send("a-1", "b-1").lost == "no flow for port 1"
    bench.play(CircuitRequested("again", ("a", "b")))
    assert bench.state("again")[:3] == ("active", ["ab"], 1)
    assert bench.state("a-b") == ("released", [], None, "asked for")


def test_a_release_lets_a_circuit_up_that_found_no_channel(triangle: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CHANNELS, "roadm", range(1, 2))
    bench = Bench(optical_circuit(triangle), triangle)
    bench.play(AB)
    bench.play(BC)
    bench.flip("ab", up=False)
    assert bench.state("a-b")[0] == "down"
    bench.play(CircuitReleased("b-c"))
    assert bench.state("a-b") == ("active", ["ca", "bc"], 1, "channels became free")


@pytest.mark.parametrize(
    ("sites", "reason"),
    [
        (("a", "z"), "there is no site 'z'; sites: a, b, c"),
        (("a", "a"), "a circuit joins two sites, and 'a' is named twice"),
    ],
)
def test_impossible_requests_fail_with_a_reason(bench: Bench, sites: tuple[str, str], reason: str) -> None:
    commands = bench.play(CircuitRequested("x", sites))
    assert commands == [
        Record(bench.now_s, "circuit-failed", {"circuit": "x", "reason": reason}),
        Answer(False, reason),
    ]
    assert bench.state("x") == ("failed", [], None, reason)


def test_unlike_or_missing_optical_switches_fail_with_a_reason(plan_of: Any, make_site: Any) -> None:
    plan = plan_of([make_site("a", "roadm"), make_site("b", "ocs"), make_site("c", None)])
    bench = Bench(optical_circuit(plan), plan)
    assert answers(bench.play(AB)) == [
        Answer(False, "a switches light by roadm and b by ocs; both must be of one kind")
    ]
    assert answers(bench.play(AC)) == [Answer(False, "c has no optical switch")]


def test_no_transceiver_left_fails_with_a_reason(bench: Bench) -> None:
    for name in ("1", "2"):
        bench.play(CircuitRequested(name, ("a", "b")))
    assert answers(bench.play(AC)) == [Answer(False, "no free transceiver at a")]


def test_no_channel_left_fails_with_a_reason(plan_of: Any, make_site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CHANNELS, "roadm", range(1, 2))
    plan = plan_of([make_site(name, transceivers=2) for name in "ab"], [("ab", "a", "b", 100)])
    bench = Bench(optical_circuit(plan), plan)
    bench.play(AB)
    reason = "no channel is free on any path from a to b"
    assert answers(bench.play(CircuitRequested("second", ("a", "b")))) == [Answer(False, reason)]


def test_names_in_use_and_unknown_names_are_refused(bench: Bench) -> None:
    bench.play(AB)
    assert bench.play(AB) == [Answer(False, "circuit 'a-b' exists and is active")]
    assert bench.play(CircuitReleased("q")) == [Answer(False, "there is no circuit 'q'")]
    bench.play(CircuitReleased("a-b"))
    assert bench.play(CircuitReleased("a-b")) == [Answer(False, "circuit 'a-b' is released already")]


def test_static_path_records_ports_and_changes_nothing(triangle: Plan) -> None:
    bench = Bench(static_path(triangle), triangle)
    bench.play(AB)
    commands = bench.flip("ab", up=False)
    assert flow_mods(commands) == []
    assert [event for event, _ in records(commands)] == ["port-down", "port-down"]
    assert bench.network.send("a-1", "b-1").lost == "ab is cut"
    assert bench.state("a-b")[0] == "active"
    assert flow_mods(bench.flip("ab", up=True)) == []
    assert bench.network.send("a-1", "b-1").lost == ""


def test_static_path_requests_take_the_shortest_path_even_without_light(triangle: Plan) -> None:
    bench = Bench(static_path(triangle), triangle)
    bench.flip("ab", up=False)
    bench.play(AB)
    assert bench.state("a-b")[:3] == ("active", ["ab"], 1)


def test_a_switch_that_returns_empty_gets_its_whole_table(bench: Bench) -> None:
    bench.play(AB)
    before = dict(bench.network.tables[4])
    assert bench.play(SwitchLost(4)) == []
    bench.network.tables[4].clear()
    bench.play(SwitchConnected(4))
    assert bench.network.tables[4] == before


def test_a_circuit_waits_for_a_lost_switch(bench: Bench) -> None:
    bench.play(SwitchLost(5))
    bench.play(AB)
    assert bench.state("a-b")[0] == "installing"
    assert [event for event, _ in records(bench.play(SwitchConnected(5)))] == ["circuit-active"]


def test_a_port_found_dark_at_reconnection_counts_as_loss_of_light(bench: Bench) -> None:
    bench.play(AB)
    bench.play(SwitchLost(4))
    bench.network.cut.add("ab")
    assert [event for event, _ in records(bench.play(SwitchConnected(4, frozenset({3}))))] == [
        "port-down",
        "circuit-down",
        "circuit-active",
    ]
    assert bench.network.send("a-1", "b-1").lost == ""


def test_packet_link_that_fails_is_gone_round(plan_of: Any, make_site: Any) -> None:
    links = [("ab", "a", "b", 0.01), ("ac", "a", "c", 0.01), ("cb", "c", "b", 0.01)]
    plan = plan_of([make_site(name, None) for name in "abc"], links=links)
    bench = Bench(optical_circuit(plan), plan)
    assert bench.network.send("a-1", "b-1").links == ("a-1", "ab", "b-1")
    bench.flip("ab", up=False)
    assert bench.network.send("a-1", "b-1").links == ("a-1", "ac", "cb", "b-1")


def test_arp_is_answered_where_it_was_asked(bench: Bench, triangle: Plan) -> None:
    reply = ArpProxy(triangle).reply("02:00:0a:01:00:01", "10.1.0.1", "10.2.0.1")
    assert reply is not None
    assert bench.play(ArpAsked(1, 1, "02:00:0a:01:00:01", "10.1.0.1", "10.2.0.1")) == [PacketOut(1, 1, reply)]


def test_strangers_are_ignored(bench: Bench) -> None:
    assert bench.play(SwitchConnected(99)) == []
    assert bench.play(PortStatus(99, 1, False)) == []
    assert bench.play(PortStatus(4, 99, False)) == []
    assert bench.play(Woken()) == []
