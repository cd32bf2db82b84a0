"""Circuits where the plan looks at light: switches take their time, and a transceiver goes dark when it is led away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from twin.control.brain import optical_circuit
from twin.control.commands import AddFlow, AddGroup, Answer, RemoveFlow, Wake
from twin.control.events import CircuitChanged, CircuitReleased, CircuitRequested, PortStatus, Woken
from twin.control.flows import Bucket, Choice, Flow, Group, Match, Output, ToGroup
from twin.control.service import Protection, Reconfigure, Service
from twin.plan.model import Plan

LitPlan = Callable[..., Plan]
ONE_PLUS_ONE = CircuitRequested("a-b", ("a", "b"), Service(Protection.ONE_PLUS_ONE))
PLAIN = CircuitRequested("a-b", ("a", "b"))


def bench_on(bench_of: Any, plan: Plan) -> Any:
    return bench_of(optical_circuit(plan), plan)


def test_one_plus_one_lights_two_pairs_and_a_group_chooses(bench_of: Any, lit_plan: LitPlan) -> None:
    bench = bench_on(bench_of, lit_plan())
    bench.play(ONE_PLUS_ONE)
    assert bench.state("a-b")[:3] == ("active", ["ab"], 1)
    assert bench.brain.circuits[0].show()["spare"] == ["ca", "bc"]
    ways = (Bucket(Output(3), 3), Bucket(Output(4), 4))
    assert bench.network.groups_of(1) == (Group(1, 3, Choice.FAST_FAILOVER, ways),)
    to_b = Match(eth_type=0x0800, ipv4_dst="10.2.0.0/16")
    assert bench.network.tables[1][1, 316, to_b] == Flow(1, 316, to_b, (ToGroup(3),))
    assert bench.network.send("a-1", "b-1").links == ("a-1", "a-t1", "ab", "b-t1", "b-1")


def test_one_plus_one_switches_before_the_controller_knows(bench_of: Any, lit_plan: LitPlan) -> None:
    bench = bench_on(bench_of, lit_plan())
    bench.play(ONE_PLUS_ONE)
    bench.network.cut = {"ab"}
    bench.network.changed_light()
    assert bench.network.send("a-1", "b-1").links == ("a-1", "a-t2", "ca", "bc", "b-t2", "b-1")
    commands = bench.brain.handle(PortStatus(5, 4, False), 10.0)
    left = (Bucket(Output(4), 4),)
    assert [command for command in commands if isinstance(command, (AddGroup, AddFlow))] == [
        AddGroup(Group(1, 3, Choice.FAST_FAILOVER, left), known=True),
        AddGroup(Group(2, 3, Choice.FAST_FAILOVER, left), known=True),
    ]


def test_one_plus_one_returns_by_a_change_of_the_groups_alone(bench_of: Any, lit_plan: LitPlan) -> None:
    bench = bench_on(bench_of, lit_plan())
    bench.play(ONE_PLUS_ONE)
    bench.flip("ab", up=False)
    assert bench.state("a-b")[:2] == ("degraded", ["ca", "bc"])
    events = bench.milestones(bench.flip("ab", up=True))
    assert [(event, details["reason"]) for event, details in events if "circuit" in details] == [
        ("circuit-active", "it has a second path again"),
        ("circuit-active", "returned to the better of its two paths"),
    ]
    assert bench.network.groups_of(1)[0].buckets == (Bucket(Output(3), 3), Bucket(Output(4), 4))
    assert bench.network.send("b-1", "a-1").links == ("b-1", "b-t1", "ab", "a-t1", "a-1")


def test_one_plus_one_needs_a_second_pair(bench_of: Any, lit_plan: LitPlan) -> None:
    bench = bench_on(bench_of, lit_plan(transceivers=1))
    reason = "1+1 needs a second pair of transceivers: no free transceiver at a"
    assert bench.answers(bench.play(ONE_PLUS_ONE)) == [Answer(False, reason)]


def test_release_of_one_plus_one_leaves_nothing(bench_of: Any, lit_plan: LitPlan) -> None:
    bench = bench_on(bench_of, lit_plan(transceivers=2))
    bench.play(ONE_PLUS_ONE)
    bench.play(CircuitReleased("a-b"))
    assert bench.network.groups == {}
    assert not [flow for table in bench.network.tables.values() for flow in table.values() if flow.priority == 100]
    assert bench.answers(bench.play(ONE_PLUS_ONE)) == [Answer(True)]


def test_a_controller_that_starts_anew_finds_both_paths_and_changes_nothing(bench_of: Any, lit_plan: LitPlan) -> None:
    plan = lit_plan()
    bench = bench_on(bench_of, plan)
    bench.play(ONE_PLUS_ONE)
    bench.brain = optical_circuit(plan)
    bench.play(ONE_PLUS_ONE)
    changes = [c for dpid in bench.network.tables for c in bench.play(bench.network.hello(dpid))]
    assert [c for c in changes if isinstance(c, (AddFlow, RemoveFlow, AddGroup))] == []
    assert bench.state("a-b")[:2] == ("active", ["ab"])
    assert bench.brain.circuits[0].show()["spare"] == ["ca", "bc"]


def moved(bench: Any) -> list[tuple[str, Any]]:
    """The circuit's way back after a cut and a repair, from another path."""
    bench.play(PLAIN)
    bench.flip("ab", up=False)
    events = bench.milestones(bench.flip("ab", up=True))
    return [(event, details["reason"]) for event, details in events if "circuit" in details]


def test_a_move_lights_a_second_pair_and_rolls_over(bench_of: Any, lit_plan: LitPlan) -> None:
    bench = bench_on(bench_of, lit_plan(transceivers=2))
    assert moved(bench) == [("circuit-active", "returned to a shorter path, make before break")]
    assert bench.network.send("a-1", "b-1").links == ("a-1", "a-t2", "ab", "b-t2", "b-1")
    lit = [link.name for link in bench.network.plan.links if link.kind == "line" and bench.brain.plant.works(link.name)]
    assert lit == ["a-t2", "b-t2"]
    assert bench.answers(bench.play(CircuitRequested("c2", ("a", "b")))) == [Answer(True)]


def test_packets_pass_at_every_moment_of_a_roll(bench_of: Any, lit_plan: LitPlan) -> None:
    bench = bench_on(bench_of, lit_plan(transceivers=2))
    bench.play(PLAIN)
    todo = [CircuitChanged("a-b", Service(avoid=frozenset({"ab"})))]
    wakes: list[float] = []
    while todo:
        commands = bench.brain.handle(todo.pop(0), 10.0)
        for command in commands:
            todo += bench.network.apply([command])
            assert bench.network.send("a-1", "b-1").lost == ""
            wakes += [command.at_s] if isinstance(command, Wake) else []
    assert wakes
    assert bench.state("a-b")[1] == ["ca", "bc"]


def test_without_a_second_pair_a_move_says_how_long_it_is_dark(bench_of: Any, lit_plan: LitPlan) -> None:
    dark = "returned to a shorter path, break before make, dark for 15 ms: no second pair of transceivers is free"
    assert moved(bench_on(bench_of, lit_plan(transceivers=1))) == [("circuit-down", dark), ("circuit-active", dark)]


def test_break_before_make_that_was_asked_for_says_how_long_it_is_dark(bench_of: Any, lit_plan: LitPlan) -> None:
    bench = bench_on(bench_of, lit_plan())
    bench.play(PLAIN)
    service = Service(avoid=frozenset({"ab"}), reconfigure=Reconfigure.BREAK_BEFORE_MAKE)
    events = bench.milestones(bench.play(CircuitChanged("a-b", service)))
    reason = "moved to another path, break before make, dark for 15 ms"
    assert [details["reason"] for event, details in events if "circuit" in details] == [reason, reason]


def test_a_second_route_that_is_never_lit_is_given_up(bench_of: Any, lit_plan: LitPlan) -> None:
    bench = bench_on(bench_of, lit_plan(transceivers=2))
    bench.play(PLAIN)
    commands = bench.brain.handle(CircuitChanged("a-b", Service(avoid=frozenset({"ab"}))), 10.0)
    answers = [event for event in bench.network.apply(commands) if not isinstance(event, PortStatus)]
    later = [c for answer in answers for c in bench.brain.handle(answer, 10.0)]
    wake = next(command for command in later if isinstance(command, Wake))
    assert wake.at_s == pytest.approx(20.0)
    ended = bench.brain.handle(Woken(), wake.at_s)
    reason = "it stays on its path: the new one has no light at both ends"
    active = {"circuit": "a-b", "fibres": ["ab"], "channel": 1, "reason": reason}
    assert bench.records(ended) == [("circuit-active", active)]
    assert bench.brain.circuits[0].second is None


@pytest.mark.parametrize(
    ("noise", "service", "fibres"),
    [
        ({}, Service(), ["ab"]),
        ({"ab": 0.2}, Service(), ["ca", "bc"]),  # the shortest path closes in no mode
        ({"ab": 0.02}, Service(min_rate_bps=200e9), ["ab"]),
        ({"ab": 0.02, "ca": 0.003, "bc": 0.003}, Service(min_rate_bps=400e9), ["ca", "bc"]),
    ],
)
def test_a_path_must_close(
    bench_of: Any, lit_plan: LitPlan, noise: dict[str, float], service: Service, fibres: list[str]
) -> None:
    bench = bench_on(bench_of, lit_plan(**noise))
    bench.play(CircuitRequested("a-b", ("a", "b"), service))
    assert bench.state("a-b")[1] == fibres


def test_restoration_takes_no_path_that_does_not_close(bench_of: Any, lit_plan: LitPlan) -> None:
    bench = bench_on(bench_of, lit_plan(ca=0.2))
    bench.play(PLAIN)
    bench.flip("ab", up=False)
    reason = "loss of light on ab; no free channel on any path with light that closes"
    assert bench.state("a-b") == ("restoring", [], None, reason)


@pytest.mark.parametrize(
    ("plan", "service", "reason"),
    [
        ({"noise": 0.2}, Service(), "no path from a to b closes: the best is 4.1 dB short of 200G and its margin"),
        (
            {"noise": 0.02},
            Service(min_rate_bps=400e9),
            "no path from a to b closes: the best is 1.4 dB short of 400G and its margin",
        ),
    ],
)
def test_where_nothing_closes_the_answer_says_by_how_much(
    bench_of: Any, lit_plan: LitPlan, plan: dict[str, float], service: Service, reason: str
) -> None:
    bench = bench_on(bench_of, lit_plan(**plan))
    assert bench.answers(bench.play(CircuitRequested("a-b", ("a", "b"), service))) == [Answer(False, reason)]


def test_groups_of_shared_risk_are_avoided_or_passed(bench_of: Any, lit_plan: LitPlan) -> None:
    bench = bench_on(bench_of, lit_plan(duct=True))
    bench.play(CircuitRequested("one", ("a", "b"), Service(through=frozenset({"duct"}))))
    assert bench.state("one")[1] == ["ca", "bc"]
    reason = "no free path from a to c avoids duct"
    refused = bench.play(CircuitRequested("two", ("a", "c"), Service(avoid=frozenset({"duct"}))))
    assert bench.answers(refused) == [Answer(False, reason)]


def test_a_channel_by_order(bench_of: Any, lit_plan: LitPlan) -> None:
    bench = bench_on(bench_of, lit_plan())
    bench.play(CircuitRequested("one", ("a", "b"), Service(channel=7)))
    assert bench.state("one")[:3] == ("active", ["ab"], 7)
    bench.play(CircuitRequested("two", ("a", "b"), Service(channel=7)))
    assert bench.state("two")[1:3] == (["ca", "bc"], 7)
    refused = bench.play(CircuitRequested("three", ("a", "b"), Service(channel=99)))
    assert bench.answers(refused) == [Answer(False, "no free path from a to b has channel 99")]
