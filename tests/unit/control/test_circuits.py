"""A circuit's life as protocol traces: what goes in, and exactly what comes out."""

from __future__ import annotations

from typing import Any

import pytest

from twin.control.brain import optical_circuit
from twin.control.commands import AddFlow, Answer, Barrier, Record, RemoveFlow, Wake
from twin.control.events import (
    BarrierAnswered,
    CircuitReleased,
    CircuitRequested,
    PortStatus,
    SwitchConnected,
    SwitchLost,
    Woken,
)
from twin.control.fake_network import FakeNetwork
from twin.control.flows import Flow, Match, Output, PopChannel, PushChannel
from twin.control.route import CHANNELS
from twin.control.service import RESTORE_WITHIN_S, Service
from twin.plan.model import Plan

AB, BC, AC = (
    CircuitRequested("a-b", ("a", "b")),
    CircuitRequested("b-c", ("b", "c")),
    CircuitRequested("a-c", ("a", "c")),
)


def test_a_circuit_is_active_only_when_all_its_switches_answered(triangle: Plan) -> None:
    brain = optical_circuit(triangle)
    for dpid in range(1, 7):
        brain.handle(SwitchConnected(dpid), 0.0)
    assert brain.handle(AB, 1.0) == [
        Record(1.0, "circuit-computed", {"circuit": "a-b", "reason": "requested"}),
        Record(1.0, "circuit-installing", {"circuit": "a-b", "reason": "requested"}),
        Answer(True),
        AddFlow(Flow(4, 100, Match(in_port=3, vlan=1), (PopChannel(), Output(1)))),
        AddFlow(Flow(5, 100, Match(in_port=3, vlan=1), (PopChannel(), Output(1)))),
        AddFlow(Flow(4, 100, Match(in_port=1), (PushChannel(1), Output(3)))),
        AddFlow(Flow(5, 100, Match(in_port=1), (PushChannel(1), Output(3)))),
        Barrier(4, 7),
        Barrier(5, 7),
        Wake(1.0 + RESTORE_WITHIN_S),
    ]
    assert brain.handle(BarrierAnswered(4, 7), 2.0) == []
    assert brain.handle(BarrierAnswered(5, 6), 2.0) == []
    packet_flows = brain.handle(BarrierAnswered(5, 7), 3.0)
    token = packet_flows[-1].token if isinstance(packet_flows[-1], Barrier) else 0
    assert packet_flows == [
        Record(3.0, "circuit-qualifying", {"circuit": "a-b", "reason": "all switches have answered"}),
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
    assert network.play(brain, AB, 0.0) == [Answer(True), Wake(RESTORE_WITHIN_S)]
    for dpid in (6, 5, 4, 3, 2):
        network.play(brain, SwitchConnected(dpid), 0.0)
    shown = brain.circuits[0].show()
    assert (shown["state"], shown["reason"]) == ("requested", "waits for 6 switches to connect")
    commands = network.play(brain, SwitchConnected(1), 0.0)
    assert [c.event.removeprefix("circuit-") for c in commands if isinstance(c, Record)] == [
        "computed",
        "installing",
        "qualifying",
        "active",
    ]


def test_traffic_passes(bench: Any) -> None:
    bench.play(AB)
    bench.play(BC)
    assert bench.network.send("a-1", "b-2").links == ("a-1", "a-t1", "ab", "b-t1", "b-2")
    assert bench.network.send("a-1", "c-1").links == ("a-1", "a-t1", "ab", "b-t1", "b-t2", "bc", "c-t1", "c-1")


def test_loss_of_light_reroutes_at_once_and_return_is_make_before_break(bench: Any) -> None:
    bench.play(AB)
    assert bench.milestones(bench.flip("ab", up=False)) == [
        ("port-down", {"switch": "a-roadm", "port": 3, "link": "ab"}),
        ("circuit-down", {"circuit": "a-b", "reason": "loss of light on ab"}),
        ("port-down", {"switch": "b-roadm", "port": 3, "link": "ab"}),
        (
            "circuit-active",
            {
                "circuit": "a-b",
                "fibres": ["ca", "bc"],
                "channel": 1,
                "reason": "rerouted after loss of light on ab",
            },
        ),
    ]
    assert bench.network.send("b-1", "a-1").links == ("b-1", "b-t1", "bc", "ca", "a-t1", "a-1")
    returned = "returned to a shorter path, make before break"
    assert bench.milestones(bench.flip("ab", up=True)) == [
        ("port-up", {"switch": "a-roadm", "port": 3, "link": "ab"}),
        ("port-up", {"switch": "b-roadm", "port": 3, "link": "ab"}),
        ("circuit-active", {"circuit": "a-b", "fibres": ["ab"], "channel": 1, "reason": returned}),
    ]
    assert bench.network.send("b-1", "a-1").links == ("b-1", "b-t1", "ab", "a-t1", "a-1")


def test_make_before_break_adds_switches_drains_and_only_then_removes(bench: Any) -> None:
    bench.play(AB)
    bench.flip("ab", up=False)
    bench.brain.handle(PortStatus(4, 3, True), 10.0)
    made = bench.brain.handle(PortStatus(5, 3, True), 10.0)
    assert bench.flow_mods(made) == [
        AddFlow(Flow(4, 100, Match(in_port=3, vlan=1), (PopChannel(), Output(1)))),
        AddFlow(Flow(5, 100, Match(in_port=3, vlan=1), (PopChannel(), Output(1)))),
    ]
    switched = [c for answer in bench.network.apply(made) for c in bench.brain.handle(answer, 10.1)]
    assert bench.flow_mods(switched) == [
        AddFlow(Flow(4, 100, Match(in_port=1), (PushChannel(1), Output(3)))),
        AddFlow(Flow(5, 100, Match(in_port=1), (PushChannel(1), Output(3)))),
    ]
    draining = [c for answer in bench.network.apply(switched) for c in bench.brain.handle(answer, 10.2)]
    wakes = [c.at_s for c in draining if isinstance(c, Wake)]
    assert bench.flow_mods(draining) == []
    links = bench.network.plan.link_by_name
    detour_s = links["ca"].a.delay_s + links["bc"].a.delay_s + links["b-t1"].b.delay_s
    assert wakes == [pytest.approx(10.2 + detour_s + 0.001, abs=1e-9)]
    assert bench.brain.handle(Woken(), 10.201) == [Wake(wakes[0])]
    removed = bench.flow_mods(bench.brain.handle(Woken(), wakes[0]))
    assert len(removed) == 4
    assert all(isinstance(command, RemoveFlow) for command in removed)


def test_light_lost_while_the_second_route_is_made_keeps_the_first(bench: Any) -> None:
    bench.play(AB)
    bench.flip("ab", up=False)
    making = [c for dpid in (4, 5) for c in bench.brain.handle(PortStatus(dpid, 3, True), 10.0)]
    commands = bench.brain.handle(PortStatus(4, 3, False), 10.1)
    assert bench.milestones(commands) == [("port-down", {"switch": "a-roadm", "port": 3, "link": "ab"})]
    for answer in bench.network.apply([*making, *commands]):
        assert bench.brain.handle(answer, 10.2) == []
    assert bench.state("a-b")[:3] == ("active", ["ca", "bc"], 1)
    assert bench.network.send("a-1", "b-1").lost == ""


def test_whole_fibres_that_both_routes_share_break_before_make(plan_of: Any, make_site: Any, bench_of: Any) -> None:
    sites = [make_site(name, "ocs", transceivers=int(name in "ab")) for name in "abcd"]
    fibres = [("ac", "a", "c", 10), ("cb", "c", "b", 10), ("cd", "c", "d", 50), ("db", "d", "b", 50)]
    plan = plan_of(sites, fibres)
    bench = bench_of(optical_circuit(plan), plan)
    bench.play(AB)
    bench.flip("cb", up=False)
    assert bench.state("a-b")[:2] == ("active", ["ac", "cd", "db"])
    reason = "returned to a shorter path, break before make"
    assert bench.milestones(bench.flip("cb", up=True))[2:] == [
        ("circuit-down", {"circuit": "a-b", "reason": reason}),
        ("circuit-active", {"circuit": "a-b", "fibres": ["ac", "cb"], "channel": None, "reason": reason}),
    ]
    assert bench.network.send("a-1", "b-1").links == ("a-1", "a-t1", "ac", "cb", "b-t1", "b-1")


def test_no_path_is_down_until_a_fibre_is_back(bench: Any) -> None:
    bench.play(AB)
    bench.flip("ab", up=False)
    bench.flip("ca", up=False)
    reason = "loss of light on ca; no free channel on any path with light"
    assert bench.state("a-b") == ("restoring", [], None, reason)
    assert bench.network.send("a-1", "b-1").lost == "no flow for port 1"
    bench.flip("ca", up=True)
    assert bench.state("a-b") == ("active", ["ca", "bc"], 1, "light is back on ca")


def test_packets_go_over_other_circuits_while_one_is_down(bench: Any) -> None:
    for request in (AB, BC, AC):
        bench.play(request)
    bench.flip("ab", up=False)
    bench.flip("ca", up=False)
    assert bench.network.send("b-1", "c-1").links == ("b-1", "b-t2", "bc", "c-t1", "c-1")
    bench.flip("ca", up=True)
    assert bench.network.send("a-1", "b-1").lost == ""


def test_release_frees_transceivers_and_channel(bench: Any) -> None:
    bench.play(AB)
    released = bench.play(CircuitReleased("a-b"))
    assert bench.milestones(released) == [("circuit-released", {"circuit": "a-b", "reason": "asked for"})]
    assert bench.answers(released) == [Answer(True)]
    assert bench.network.send("a-1", "b-1").lost == "no flow for port 1"
    bench.play(CircuitRequested("again", ("a", "b")))
    assert bench.state("again")[:3] == ("active", ["ab"], 1)
    assert bench.state("a-b") == ("released", [], None, "asked for")


def test_a_release_lets_a_circuit_up_that_found_no_channel(
    triangle: Plan, monkeypatch: pytest.MonkeyPatch, bench_of: Any
) -> None:
    monkeypatch.setitem(CHANNELS, "roadm", range(1, 2))
    bench = bench_of(optical_circuit(triangle), triangle)
    bench.play(AB)
    bench.play(BC)
    bench.flip("ab", up=False)
    assert bench.state("a-b")[0] == "restoring"
    bench.play(CircuitReleased("b-c"))
    assert bench.state("a-b") == ("active", ["ca", "bc"], 1, "channels became free")


def test_a_port_found_dark_at_reconnection_counts_as_loss_of_light(bench: Any) -> None:
    bench.play(AB)
    bench.play(SwitchLost(4))
    bench.network.cut.add("ab")
    assert [event for event, _ in bench.milestones(bench.play(SwitchConnected(4, frozenset({3}))))] == [
        "port-down",
        "circuit-down",
        "circuit-active",
    ]
    assert bench.network.send("a-1", "b-1").lost == ""


def test_release_leads_packets_elsewhere_lets_the_last_ones_leave_and_then_takes_the_light(bench: Any) -> None:
    for request in (AB, BC, AC):
        bench.play(request)
    commands = bench.brain.handle(CircuitReleased("a-b"), 10.0)
    assert bench.records(commands) == [("circuit-draining", {"circuit": "a-b", "reason": "asked for"})]
    assert {c.flow.dpid for c in bench.flow_mods(commands)} == {1, 2}
    empty = [c for answer in bench.network.apply(commands) for c in bench.brain.handle(answer, 10.0)]
    assert bench.network.send("a-1", "b-1").links == ("a-1", "a-t2", "ca", "c-t2", "c-t1", "bc", "b-t2", "b-1")
    assert bench.flow_mods(empty) == []
    links = bench.network.plan.link_by_name
    one_way_s = links["ab"].a.delay_s + links["b-t1"].b.delay_s
    wakes = [c.at_s for c in empty if isinstance(c, Wake)]
    assert wakes == [pytest.approx(10.0 + one_way_s + 0.001, abs=1e-9)]
    commands = bench.brain.handle(Woken(), wakes[0])
    assert {c.flow.dpid for c in bench.flow_mods(commands) if isinstance(c, RemoveFlow)} == {4, 5}
    assert bench.records(commands) == [("circuit-released", {"circuit": "a-b", "reason": "asked for"})]


def test_a_request_waits_for_what_is_being_drained(plan_of: Any, make_site: Any, bench_of: Any) -> None:
    plan = plan_of([make_site(name, transceivers=1) for name in "ab"], [("ab", "a", "b", 100)])
    bench = bench_of(optical_circuit(plan), plan)
    bench.play(AB)
    bench.brain.handle(CircuitReleased("a-b"), 10.0)
    other = bench.brain.handle(CircuitRequested("other", ("a", "b")), 10.0)
    assert bench.answers(other) == [Answer(True)]
    reason = "waits for what is being drained: no free transceiver at a"
    assert bench.state("other") == ("requested", [], None, reason)


def test_a_name_can_be_asked_for_again_while_its_circuit_is_drained(bench: Any) -> None:
    bench.play(AB)
    drained = bench.brain.handle(CircuitReleased("a-b"), 10.0)
    again = bench.brain.handle(CircuitRequested("a-b", ("a", "c")), 10.0)
    assert bench.answers(again) == [Answer(True)]
    for answer in bench.network.apply(drained):
        bench.network.play(bench.brain, answer, 10.0)
    assert bench.state("a-b")[:2] == ("active", ["ca"])


def test_a_circuit_without_light_at_its_transceivers_does_not_carry_packets(bench: Any) -> None:
    bench.play(PortStatus(5, 1, False))
    bench.brain.handle(AB, 10.0)
    for dpid in (4, 5):
        waiting = bench.brain.handle(BarrierAnswered(dpid, 99), 10.0)
    assert bench.state("a-b")[0] == "qualifying"
    assert Wake(20.0) in waiting
    assert [event for event, _ in bench.records(bench.play(PortStatus(5, 1, True)))] == ["port-up", "circuit-active"]


def test_a_circuit_that_never_gets_light_fails_and_gives_everything_back(bench: Any) -> None:
    bench.play(PortStatus(5, 1, False))
    bench.play(AB)
    reason = "no light at both ends within 10 s"
    assert bench.state("a-b") == ("failed", [], None, reason)
    bench.play(PortStatus(5, 1, True))
    bench.play(AB)
    assert bench.state("a-b")[:3] == ("active", ["ab"], 1)


def test_a_circuit_that_is_not_restored_in_time_has_failed_and_lives_anew_when_light_is_back(bench: Any) -> None:
    bench.play(CircuitRequested("a-b", ("a", "b"), Service(restore_within_s=30.0)))
    bench.flip("ab", up=False)
    down = bench.flip("ca", up=False)
    reason = "not up within 30 s: loss of light on ca; no free channel on any path with light"
    assert ("circuit-failed", {"circuit": "a-b", "reason": reason}) in bench.milestones(down)
    assert bench.answers(bench.play(CircuitRequested("other", ("a", "c")))) == [Answer(True)]
    events = bench.milestones(bench.flip("ab", up=True))
    again = "light is back on ab, it is tried again"
    assert ("circuit-requested", {"circuit": "a-b", "reason": again}) in events
    assert bench.state("a-b") == ("active", ["ab"], 2, "requested")


def test_a_circuit_whose_switches_never_come_has_failed_until_they_do(triangle: Plan) -> None:
    brain, network = optical_circuit(triangle), FakeNetwork(triangle)
    network.play(brain, AB, 0.0)
    commands = network.play(brain, Woken(), RESTORE_WITHIN_S)
    reason = "not up within 3600 s: waits for 6 switches to connect"
    assert commands == [Record(RESTORE_WITHIN_S, "circuit-failed", {"circuit": "a-b", "reason": reason})]
    for dpid in range(1, 7):
        network.play(brain, SwitchConnected(dpid), 4000.0)
    assert brain.circuits[0].show()["state"] == "active"
