"""What both brains refuse, answer and do about switches that come and go."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from twin.control.arp import ArpProxy
from twin.control.brain import optical_circuit, static_path
from twin.control.commands import Answer, PacketOut, Record
from twin.control.events import (
    ArpAsked,
    CircuitReleased,
    CircuitRequested,
    FlowRefused,
    PortStatus,
    SwitchConnected,
    SwitchLost,
    Woken,
)
from twin.control.flows import FlowKey, Match
from twin.control.route import CHANNELS
from twin.plan.model import Plan

AB, BC, AC = (
    CircuitRequested("a-b", ("a", "b")),
    CircuitRequested("b-c", ("b", "c")),
    CircuitRequested("a-c", ("a", "c")),
)


@pytest.mark.parametrize(
    ("sites", "reason"),
    [
        (("a", "z"), "there is no site 'z'; sites: a, b, c"),
        (("a", "a"), "a circuit joins two sites, and 'a' is named twice"),
    ],
)
def test_impossible_requests_fail_with_a_reason(bench: Any, sites: tuple[str, str], reason: str) -> None:
    commands = bench.play(CircuitRequested("x", sites))
    assert commands == [
        Record(bench.now_s, "circuit-failed", {"circuit": "x", "reason": reason}),
        Answer(False, reason),
    ]
    assert bench.state("x") == ("failed", [], None, reason)


def test_unlike_or_missing_optical_switches_fail_with_a_reason(plan_of: Any, make_site: Any, bench_of: Any) -> None:
    plan = plan_of([make_site("a", "roadm"), make_site("b", "ocs"), make_site("c", None)])
    bench = bench_of(optical_circuit(plan), plan)
    assert bench.answers(bench.play(AB)) == [
        Answer(False, "a switches light by roadm and b by ocs; both must be of one kind")
    ]
    assert bench.answers(bench.play(AC)) == [Answer(False, "c has no optical switch")]


def test_no_transceiver_left_fails_with_a_reason(bench: Any) -> None:
    for name in ("1", "2"):
        bench.play(CircuitRequested(name, ("a", "b")))
    assert bench.answers(bench.play(AC)) == [Answer(False, "no free transceiver at a")]


def test_no_channel_left_fails_with_a_reason(
    plan_of: Any, make_site: Any, monkeypatch: pytest.MonkeyPatch, bench_of: Any
) -> None:
    monkeypatch.setitem(CHANNELS, "roadm", range(1, 2))
    plan = plan_of([make_site(name, transceivers=2) for name in "ab"], [("ab", "a", "b", 100)])
    bench = bench_of(optical_circuit(plan), plan)
    bench.play(AB)
    reason = "no channel is free on any path from a to b"
    assert bench.answers(bench.play(CircuitRequested("second", ("a", "b")))) == [Answer(False, reason)]


def test_names_in_use_and_unknown_names_are_refused(bench: Any) -> None:
    bench.play(AB)
    assert bench.play(AB) == [Answer(False, "circuit 'a-b' exists and is active")]
    assert bench.play(CircuitReleased("q")) == [Answer(False, "there is no circuit 'q'")]
    bench.play(CircuitReleased("a-b"))
    assert bench.play(CircuitReleased("a-b")) == [Answer(False, "circuit 'a-b' is released already")]


def test_only_the_last_circuits_are_remembered_after_their_release(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twin.control.circuits.REMEMBERED", 2)
    for name in ("first", "second", "third"):
        bench.play(CircuitRequested(name, ("a", "b")))
        bench.play(CircuitReleased(name))
    bench.play(AB)
    assert [(one.name, one.state.value) for one in bench.brain.circuits] == [
        ("second", "released"),
        ("third", "released"),
        ("a-b", "active"),
    ]
    assert bench.play(CircuitReleased("first")) == [Answer(False, "there is no circuit 'first'")]
    assert bench.play(CircuitReleased("third")) == [Answer(False, "circuit 'third' is released already")]


def test_static_path_records_ports_and_changes_nothing(triangle: Plan, bench_of: Any) -> None:
    bench = bench_of(static_path(triangle), triangle)
    bench.play(AB)
    commands = bench.flip("ab", up=False)
    assert bench.flow_mods(commands) == []
    assert [event for event, _ in bench.milestones(commands)] == ["port-down", "port-down"]
    assert bench.network.send("a-1", "b-1").lost == "ab is cut"
    assert bench.state("a-b")[0] == "active"
    assert bench.flow_mods(bench.flip("ab", up=True)) == []
    assert bench.network.send("a-1", "b-1").lost == ""


def test_static_path_requests_take_the_shortest_path_even_without_light(triangle: Plan, bench_of: Any) -> None:
    bench = bench_of(static_path(triangle), triangle)
    bench.flip("ab", up=False)
    bench.play(AB)
    assert bench.state("a-b")[:3] == ("active", ["ab"], 1)


def test_a_switch_that_returns_empty_gets_its_whole_table(bench: Any) -> None:
    bench.play(AB)
    before = dict(bench.network.tables[4])
    assert bench.play(SwitchLost(4)) == []
    bench.network.tables[4].clear()
    bench.play(SwitchConnected(4))
    assert bench.network.tables[4] == before


def test_a_circuit_waits_for_a_lost_switch(bench: Any) -> None:
    bench.play(SwitchLost(5))
    bench.play(AB)
    assert bench.state("a-b")[0] == "installing"
    assert [event for event, _ in bench.milestones(bench.play(SwitchConnected(5)))] == ["circuit-active"]


def test_packet_link_that_fails_is_gone_round(plan_of: Any, make_site: Any, bench_of: Any) -> None:
    links = [("ab", "a", "b", 0.01), ("ac", "a", "c", 0.01), ("cb", "c", "b", 0.01)]
    plan = plan_of([make_site(name, None) for name in "abc"], links=links)
    bench = bench_of(optical_circuit(plan), plan)
    assert bench.network.send("a-1", "b-1").links == ("a-1", "ab", "b-1")
    bench.flip("ab", up=False)
    assert bench.network.send("a-1", "b-1").links == ("a-1", "ac", "cb", "b-1")


def test_arp_is_answered_where_it_was_asked(bench: Any, triangle: Plan) -> None:
    reply = ArpProxy(triangle).reply("02:00:0a:01:00:01", "10.1.0.1", "10.2.0.1")
    assert reply is not None
    assert bench.play(ArpAsked(1, 1, "02:00:0a:01:00:01", "10.1.0.1", "10.2.0.1")) == [PacketOut(1, 1, reply)]


def test_strangers_are_ignored(bench: Any) -> None:
    assert bench.play(SwitchConnected(99)) == []
    assert bench.play(PortStatus(99, 1, False)) == []
    assert bench.play(PortStatus(4, 99, False)) == []
    assert bench.play(Woken()) == []


def test_a_circuit_whose_cross_connect_is_refused_fails_and_gives_everything_back(bench: Any) -> None:
    commands = bench.brain.handle(AB, 1.0)
    flow = bench.flow_mods(commands)[0].flow
    reason = "a-roadm refused a cross-connect: table full"
    after = bench.brain.handle(FlowRefused(flow, "table full"), 2.0)
    assert bench.milestones(after) == [("circuit-failed", {"circuit": "a-b", "reason": reason})]
    assert len(bench.flow_mods(after)) == 4
    assert bench.state("a-b") == ("failed", [], None, reason)
    bench.play(AB)
    assert bench.state("a-b")[:3] == ("active", ["ab"], 1)


def test_a_refused_packet_flow_is_recorded_and_a_stale_refusal_is_not(bench: Any) -> None:
    flow = bench.network.tables[1][FlowKey(1, 0, Match())]
    assert bench.play(FlowRefused(flow, "table full")) == [
        Record(bench.now_s, "flow-refused", {"switch": "a-border", "owner": "base", "reason": "table full"})
    ]
    assert bench.play(FlowRefused(replace(flow, priority=7), "table full")) == []


def test_a_name_that_is_drained_is_asked_for_once(bench: Any) -> None:
    bench.play(CircuitRequested("x", ("a", "b")))
    bench.brain.handle(CircuitReleased("x"), 10.0)
    assert bench.answers(bench.brain.handle(CircuitRequested("x", ("a", "c")), 10.0)) == [Answer(True)]
    reason = "circuit 'x' is being drained, and is asked for again already"
    assert bench.answers(bench.brain.handle(CircuitRequested("x", ("b", "c")), 10.0)) == [Answer(False, reason)]
