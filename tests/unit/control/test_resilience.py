"""Protected circuits as protocol traces."""

from __future__ import annotations

from typing import Any

import pytest

from twin.control.brain import optical_circuit
from twin.control.commands import AddFlow, Answer, RemoveFlow
from twin.control.events import CircuitChanged, CircuitReleased, CircuitRequested, PortStatus, Woken
from twin.control.flows import Flow, Match, Output, PopChannel, PushChannel
from twin.control.service import Protection, Reconfigure, Service


def ask(protection: Protection, **more: Any) -> CircuitRequested:
    return CircuitRequested("a-b", ("a", "b"), Service(protection, **more))


ONE_PLUS_ONE, ONE_FOR_ONE = ask(Protection.ONE_PLUS_ONE), ask(Protection.ONE_FOR_ONE)


def spare(bench: Any) -> Any:
    return bench.brain.circuits[0].show()["spare"]


def test_one_plus_one_sends_into_both_paths_and_listens_to_one(bench: Any) -> None:
    bench.play(ONE_PLUS_ONE)
    assert bench.state("a-b")[:3] == ("active", ["ab"], 1)
    assert spare(bench) == ["ca", "bc"]
    flows = [flow for flow in bench.network.tables[4].values() if flow.priority == 100]
    assert sorted(flows, key=lambda flow: flow.match.in_port or 0) == [
        Flow(4, 100, Match(in_port=1), (PushChannel(1), Output(3), PopChannel(), PushChannel(1), Output(4))),
        Flow(4, 100, Match(in_port=3, vlan=1), (PopChannel(), Output(1))),
    ]
    assert bench.network.send("a-1", "b-1").links == ("a-1", "a-t1", "ab", "b-t1", "b-1")


def test_one_plus_one_only_changes_what_the_ends_listen_to(bench: Any) -> None:
    bench.play(ONE_PLUS_ONE)
    bench.network.cut = {"ab"}
    commands = bench.brain.handle(PortStatus(5, 3, False), 10.0)
    assert bench.flow_mods(commands) == [
        AddFlow(Flow(4, 100, Match(in_port=4, vlan=1), (PopChannel(), Output(1)))),
        AddFlow(Flow(5, 100, Match(in_port=4, vlan=1), (PopChannel(), Output(1)))),
        AddFlow(Flow(4, 100, Match(in_port=1), (PushChannel(1), Output(4)))),
        AddFlow(Flow(5, 100, Match(in_port=1), (PushChannel(1), Output(4)))),
        RemoveFlow(Flow(4, 100, Match(in_port=3, vlan=1), (PopChannel(), Output(1)))),
        RemoveFlow(Flow(5, 100, Match(in_port=3, vlan=1), (PopChannel(), Output(1)))),
    ]
    bench.network.apply(commands)
    assert bench.network.send("a-1", "b-1").links == ("a-1", "a-t1", "ca", "bc", "b-t1", "b-1")


def test_one_for_one_only_changes_what_the_ends_send_into(bench: Any) -> None:
    bench.play(ONE_FOR_ONE)
    commands = bench.brain.handle(PortStatus(5, 3, False), 10.0)
    adds = [command for command in bench.flow_mods(commands) if isinstance(command, AddFlow)]
    assert adds == [
        AddFlow(Flow(4, 100, Match(in_port=1), (PushChannel(1), Output(4)))),
        AddFlow(Flow(5, 100, Match(in_port=1), (PushChannel(1), Output(4)))),
    ]


@pytest.mark.parametrize("request_", [ONE_PLUS_ONE, ONE_FOR_ONE])
def test_a_cut_a_repair_and_the_way_back(bench: Any, request_: CircuitRequested) -> None:
    bench.play(request_)
    switched = "switched to the second path after loss of light on ab"
    events = bench.milestones(bench.flip("ab", up=False))
    assert [(event, details.get("reason")) for event, details in events if "circuit" in details] == [
        ("circuit-active", switched),
        ("circuit-degraded", "it has no second path"),
    ]
    assert bench.state("a-b")[:3] == ("degraded", ["ca", "bc"], 1)
    assert bench.network.send("a-1", "b-1").lost == ""
    events = bench.milestones(bench.flip("ab", up=True))
    assert [(event, details.get("reason")) for event, details in events if "circuit" in details] == [
        ("circuit-active", "it has a second path again"),
        ("circuit-active", "returned to the better of its two paths"),
    ]
    assert (bench.state("a-b")[1], spare(bench)) == (["ab"], ["ca", "bc"])
    assert bench.network.send("b-1", "a-1").links == ("b-1", "b-t1", "ab", "a-t1", "a-1")


def test_the_second_path_lost_and_found(bench: Any) -> None:
    bench.play(ONE_PLUS_ONE)
    bench.flip("bc", up=False)
    assert bench.state("a-b") == ("degraded", ["ab"], 1, "loss of light on bc, its second path")
    bench.flip("bc", up=True)
    assert bench.state("a-b") == ("active", ["ab"], 1, "it has a second path again")


def test_both_paths_lost_is_down_until_one_is_back(bench: Any) -> None:
    bench.play(ONE_PLUS_ONE)
    bench.flip("ab", up=False)
    bench.flip("ca", up=False)
    assert bench.state("a-b")[0] == "restoring"
    bench.flip("ca", up=True)
    assert bench.state("a-b")[:2] == ("degraded", ["ca", "bc"])


def test_no_second_path_refuses_protection(plan_of: Any, make_site: Any, bench_of: Any) -> None:
    plan = plan_of([make_site(name) for name in "ab"], [("ab", "a", "b", 100)])
    bench = bench_of(optical_circuit(plan), plan)
    reason = "no two free paths from a to b without a common fibre or shared risk"
    assert bench.answers(bench.play(ONE_PLUS_ONE)) == [Answer(False, reason)]


def test_an_unprotected_circuit_waits_for_its_own_path(bench: Any) -> None:
    bench.play(ask(Protection.NONE))
    bench.flip("ab", up=False)
    assert bench.state("a-b") == ("restoring", ["ab"], 1, "loss of light on ab; it waits for its own path")
    bench.flip("ab", up=True)
    assert bench.state("a-b") == ("active", ["ab"], 1, "light is back on ab")


def test_a_circuit_that_does_not_revert_stays(bench: Any) -> None:
    bench.play(ask(Protection.RESTORATION, reverts=False))
    bench.flip("ab", up=False)
    bench.flip("ab", up=True)
    assert bench.state("a-b")[:2] == ("active", ["ca", "bc"])


def test_return_waits_its_time_and_begins_anew_when_light_flaps(bench: Any) -> None:
    bench.play(ask(Protection.RESTORATION, wait_to_restore_s=5.0))
    bench.flip("ab", up=False)
    bench.network.cut = set()
    bench.brain.handle(PortStatus(4, 3, True), 10.0)
    for at_s, up in ((10.0, True), (12.0, False), (13.0, True)):
        commands = bench.brain.handle(PortStatus(5, 3, up), at_s)
        bench.network.apply(commands)
    assert bench.brain.circuits[0].fibres == ("ca", "bc")
    assert bench.flow_mods(bench.brain.handle(Woken(), 15.0)) == []
    assert bench.flow_mods(bench.network.play(bench.brain, Woken(), 18.0)) != []
    assert bench.brain.circuits[0].fibres == ("ab",)


def test_break_before_make_when_asked_for(bench: Any) -> None:
    bench.play(ask(Protection.RESTORATION, reconfigure=Reconfigure.BREAK_BEFORE_MAKE))
    bench.flip("ab", up=False)
    reason = "returned to a shorter path, break before make"
    assert bench.milestones(bench.flip("ab", up=True))[2:] == [
        ("circuit-down", {"circuit": "a-b", "reason": reason}),
        ("circuit-active", {"circuit": "a-b", "fibres": ["ab"], "channel": 1, "reason": reason}),
    ]


def test_release_of_a_protected_circuit_takes_both_paths(bench: Any) -> None:
    bench.play(ONE_PLUS_ONE)
    bench.play(CircuitReleased("a-b"))
    assert not [flow for table in bench.network.tables.values() for flow in table.values() if flow.priority == 100]


@pytest.mark.parametrize(
    ("service", "fibres"),
    [
        (Service(avoid=frozenset({"ab"})), ["ca", "bc"]),
        (Service(through=frozenset({"c"})), ["ca", "bc"]),
        (Service(through=frozenset({"bc"})), ["ca", "bc"]),
        (Service(max_delay_s=0.5e-3), ["ab"]),
        (Service(by_hops=True), ["ab"]),
    ],
)
def test_paths_that_a_service_allows(bench: Any, service: Service, fibres: list[str]) -> None:
    bench.play(CircuitRequested("a-b", ("a", "b"), service))
    assert bench.state("a-b")[:2] == ("active", fibres)


@pytest.mark.parametrize(
    ("service", "reason"),
    [
        (Service(max_delay_s=0.4e-3), "no free path from a to b takes 0.4 ms or less"),
        (
            Service(avoid=frozenset({"ab", "c"}), max_delay_s=1.0),
            "no free path from a to b takes 1000 ms or less and avoids ab, c",
        ),
        (Service(min_rate_bps=800e9), "no free transceivers of one rate of 800 Gb/s or more at a and b"),
        (Service(through=frozenset({"nowhere"})), "there is no fibre, site or shared risk 'nowhere'"),
    ],
)
def test_a_service_that_cannot_be_had_says_why(bench: Any, service: Service, reason: str) -> None:
    assert bench.answers(bench.play(CircuitRequested("a-b", ("a", "b"), service))) == [Answer(False, reason)]


AVOIDING = Service(avoid=frozenset({"ab"}))


def test_a_changed_circuit_moves_make_before_break(bench: Any) -> None:
    bench.play(CircuitRequested("a-b", ("a", "b")))
    commands = bench.brain.handle(CircuitChanged("a-b", AVOIDING), 10.0)
    assert bench.answers(commands) == [Answer(True)]
    assert not any(isinstance(command, RemoveFlow) for command in commands)
    for answer in bench.network.apply(commands):
        assert bench.network.send("a-1", "b-1").lost == ""
        commands += bench.network.play(bench.brain, answer, 10.0)
    moved = {"circuit": "a-b", "fibres": ["ca", "bc"], "channel": 1}
    assert bench.records(commands) == [
        ("circuit-active", {**moved, "reason": "moved to another path, make before break"})
    ]


def test_a_changed_circuit_moves_break_before_make_when_that_is_asked_for(bench: Any) -> None:
    bench.play(CircuitRequested("a-b", ("a", "b")))
    service = Service(avoid=frozenset({"ab"}), reconfigure=Reconfigure.BREAK_BEFORE_MAKE)
    events = [event for event, _ in bench.milestones(bench.play(CircuitChanged("a-b", service)))]
    assert events == ["circuit-down", "circuit-active"]
    assert bench.state("a-b")[1] == ["ca", "bc"]


def test_a_circuit_whose_path_still_does_stays(bench: Any) -> None:
    bench.play(CircuitRequested("a-b", ("a", "b")))
    commands = bench.play(CircuitChanged("a-b", Service(max_delay_s=0.5e-3)))
    assert (bench.answers(commands), bench.flow_mods(commands)) == ([Answer(True)], [])
    bench.flip("ab", up=False)
    assert bench.state("a-b")[0] == "restoring"


@pytest.mark.parametrize(
    ("asked", "change", "reason"),
    [
        (Service(), Service(max_delay_s=0.4e-3), "no free path from a to b takes 0.4 ms or less"),
        (
            Service(),
            Service(Protection.ONE_PLUS_ONE),
            "circuit 'a-b' cannot change its protection; release it, ask anew",
        ),
        (Service(), Service(avoid=frozenset({"x"})), "there is no fibre, site or shared risk 'x'"),
    ],
)
def test_changes_that_cannot_be(bench: Any, asked: Service, change: Service, reason: str) -> None:
    bench.play(CircuitRequested("a-b", ("a", "b"), asked))
    assert bench.play(CircuitChanged("a-b", change)) == [Answer(False, reason)]
    assert bench.state("a-b")[:3] == ("active", ["ab"], 1)


def test_a_change_waits_for_light_and_for_the_circuit(bench: Any) -> None:
    assert bench.play(CircuitChanged("a-b", AVOIDING)) == [Answer(False, "there is no circuit 'a-b'")]
    bench.brain.handle(CircuitRequested("a-b", ("a", "b")), 1.0)
    reason = "circuit 'a-b' is installing and has not settled; ask again when it has"
    assert bench.play(CircuitChanged("a-b", AVOIDING)) == [Answer(False, reason)]
    bench.brain.handle(CircuitReleased("a-b"), 1.0)
    bench.play(CircuitRequested("a-b", ("a", "b")))
    bench.flip("ca", up=False)
    reason = "no path from a to b that does has light"
    assert bench.play(CircuitChanged("a-b", AVOIDING)) == [Answer(False, reason)]


@pytest.fixture
def ladder(plan_of: Any, make_site: Any, bench_of: Any) -> Any:
    """Two sites with four fibres between them, the first one the shortest."""
    fibres = [(f"f{i}", "a", "b", 100 + 10 * i) for i in range(4)]
    plan = plan_of([make_site(name) for name in "ab"], fibres)
    return bench_of(optical_circuit(plan), plan)


@pytest.mark.parametrize("request_", [ONE_PLUS_ONE, ONE_FOR_ONE])
@pytest.mark.parametrize(
    ("avoid", "route", "second"),
    [({"f1"}, "f0", "f2"), ({"f0"}, "f1", "f2"), ({"f0", "f1"}, "f2", "f3"), ({"f3"}, "f0", "f1")],
)
def test_a_protected_circuit_is_moved_off_what_it_may_no_longer_use(
    ladder: Any, request_: CircuitRequested, avoid: set[str], route: str, second: str
) -> None:
    ladder.play(request_)
    assert (ladder.state("a-b")[1], spare(ladder)) == (["f0"], ["f1"])
    service = Service(request_.service.protection, avoid=frozenset(avoid))
    commands = ladder.play(CircuitChanged("a-b", service))
    assert ladder.answers(commands) == [Answer(True)]
    assert not [event for event, _ in ladder.records(commands) if event == "circuit-down"]
    assert ladder.state("a-b")[0] == "active"
    assert {tuple(ladder.state("a-b")[1]), tuple(spare(ladder))} == {(route,), (second,)}
    assert ladder.network.send("a-1", "b-1").lost == ""


def test_a_protected_circuit_keeps_its_paths_where_two_others_cannot_be_had(bench: Any) -> None:
    bench.play(ONE_PLUS_ONE)
    service = Service(Protection.ONE_PLUS_ONE, avoid=frozenset({"ab"}))
    reason = "no two free paths from a to b without a common fibre or shared risk"
    assert bench.play(CircuitChanged("a-b", service)) == [Answer(False, reason)]
    assert (bench.state("a-b")[1], spare(bench)) == (["ab"], ["ca", "bc"])


@pytest.mark.parametrize("request_", [ONE_PLUS_ONE, ONE_FOR_ONE])
def test_a_protected_circuit_that_found_a_third_path_returns_to_the_best(
    ladder: Any, request_: CircuitRequested
) -> None:
    ladder.play(request_)
    ladder.flip("f0", up=False)
    assert (ladder.state("a-b")[:2], spare(ladder)) == (("active", ["f1"]), ["f2"])
    events = ladder.milestones(ladder.flip("f0", up=True))
    assert [(event, details["reason"]) for event, details in events if "circuit" in details] == [
        ("circuit-degraded", "its second path is exchanged for a better one"),
        ("circuit-active", "it has a second path again"),
        ("circuit-active", "returned to the better of its two paths"),
    ]
    assert (ladder.state("a-b")[:2], spare(ladder)) == (("active", ["f0"]), ["f1"])
