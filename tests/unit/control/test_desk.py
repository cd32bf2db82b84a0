"""Whose circuits are whose: what the desk lets through to a brain. The northbound's tests have more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from twin.control.brain import Brain, optical_circuit
from twin.control.commands import Answer, Command, Record, Wake
from twin.control.desk import CircuitBooked, Desk, DeskEvent, tenant_of
from twin.control.events import (
    BarrierAnswered,
    CircuitChanged,
    CircuitReleased,
    CircuitRequested,
    CircuitsListed,
    CircuitsRequested,
    Event,
    RewireRequested,
    SwitchConnected,
    Woken,
)
from twin.control.fake_network import FakeNetwork
from twin.control.service import Service
from twin.plan.model import Plan

Ask = Callable[[DeskEvent], Answer]


@pytest.fixture
def ask(triangle: Plan) -> Ask:
    """Asks a desk over the triangle, where alice may have 800 Gb/s."""
    desk, network = Desk(optical_circuit(triangle), {"alice": 800e9}), FakeNetwork(triangle)
    for dpid in network.tables:
        network.play(desk, SwitchConnected(dpid), 0.0)

    def answer(event: DeskEvent) -> Answer:
        return next(command for command in network.play(desk, event, 1.0) if isinstance(command, Answer))

    return answer


def request(name: str, sites: tuple[str, str] = ("a", "b"), rate_bps: float = 0.0) -> CircuitRequested:
    return CircuitRequested(name, sites, Service(min_rate_bps=rate_bps))


def test_a_name_says_whose_circuit_it_is() -> None:
    assert (tenant_of("alice/c1"), tenant_of("c1")) == ("alice", None)


def test_the_operator_has_no_limit_and_a_stranger_nothing(ask: Ask) -> None:
    assert ask(request("c1")) == Answer(True)
    assert ask(request("carol/c1")) == Answer(False, "there is no tenant 'carol'; tenants: alice")


def test_all_that_is_asked_for_at_once_counts_together(ask: Ask) -> None:
    wanted = (request("alice/c1"), request("alice/c2", ("b", "c")), request("alice/c3", ("a", "c")))
    reason = "alice may have 800 Gb/s in all, holds 0 and asks for 1200 Gb/s"
    assert ask(CircuitsRequested(wanted)) == Answer(False, reason)
    assert ask(CircuitsRequested(wanted[:2])) == Answer(True)
    names = [circuit["name"] for circuit in ask(CircuitsListed()).circuits or ()]
    assert names == ["alice/c1", "alice/c2"]


def test_a_change_counts_anew(ask: Ask) -> None:
    assert ask(request("alice/c1", rate_bps=200e9)).ok
    assert ask(request("alice/c2", ("b", "c"))).ok
    assert ask(CircuitChanged("alice/c1", Service(min_rate_bps=400e9))).ok
    reason = "alice may have 800 Gb/s in all, holds 400 and asks for 500 Gb/s"
    assert ask(CircuitChanged("alice/c1", Service(min_rate_bps=500e9))) == Answer(False, reason)


def rewire(*requests: CircuitRequested) -> RewireRequested:
    return RewireRequested(("alice/c1",), requests)


def test_what_is_rewired_counts_in_place_of_what_goes(ask: Ask) -> None:
    assert ask(request("alice/c1")).ok
    assert ask(request("alice/c2", ("b", "c"))).ok
    two = (request("alice/c3", ("a", "c")), request("alice/c4", ("a", "c")))
    reason = "alice may have 800 Gb/s in all, holds 400 and asks for 800 Gb/s"
    assert ask(rewire(*two)) == Answer(False, reason)
    assert ask(request("spare", ("a", "c"))).ok
    assert ask(rewire(request("alice/c3"))) == Answer(True)


def test_a_booking_waits_while_the_brain_is_busy(triangle: Plan) -> None:
    """Neither its beginning nor its end is lost, and it asks once a second and no more."""

    class Busy(Brain):
        """A brain that has something else to do before 2 s, and between 4 and 6 s."""

        def handle(self, event: Event, now_s: float) -> list[Command]:
            asked = isinstance(event, CircuitRequested | CircuitReleased)
            if asked and (now_s < 2.0 or 4.0 < now_s < 6.0):
                return [Answer(False, "busy; ask again when that is done")]
            return super().handle(event, now_s)

    desk = Desk(Busy(triangle, restores=True), {"alice": None})
    wakes_s = [0.5, *(second / 2 for second in range(2, 16))]
    for switch in triangle.switches:
        desk.handle(SwitchConnected(switch.dpid), 0.0)
    assert desk.handle(CircuitBooked(request("alice/c1"), 1.0, 4.5), 0.0) == [Answer(True), Wake(1.0)]
    asked: dict[float, list[float]] = {}
    seen: list[tuple[float, str]] = []
    for now_s in wakes_s:
        commands = desk.handle(Woken(), now_s)
        asked[now_s] = [command.at_s for command in commands if isinstance(command, Wake) and command.at_s % 1 == 0]
        seen += [(now_s, c.event) for c in commands if isinstance(c, Record) and c.event.startswith("circuit-")]
    assert (asked[0.5], asked[1.0], asked[1.5]) == ([], [2.0], [])
    assert (2.0, "circuit-computed") in seen
    assert (6.5, "circuit-released") in seen
    assert "circuit-refused" not in [event for _, event in seen]


def test_what_is_wanted_is_told_as_it_is_now(triangle: Plan) -> None:
    """Circuits with what was changed about them, and with their ends; then what has yet to begin."""
    desk, network = Desk(optical_circuit(triangle), {"alice": None}), FakeNetwork(triangle)
    for dpid in network.tables:
        network.play(desk, SwitchConnected(dpid), 0.0)
    for event in (
        CircuitBooked(request("alice/c1"), None, 50.0),
        request("c2", ("b", "c")),
        CircuitChanged("alice/c1", Service(reverts=False)),
        CircuitBooked(request("alice/later"), 40.0, None),
    ):
        network.apply(desk.handle(event, 1.0))
        for dpid in network.tables:
            desk.handle(BarrierAnswered(dpid, 1000), 1.0)
    changed = CircuitRequested("alice/c1", ("a", "b"), Service(reverts=False))
    later = CircuitBooked(request("alice/later"), 40.0, None)
    assert desk.wanted == (CircuitBooked(changed, None, 50.0), request("c2", ("b", "c")), later)
    desk.handle(CircuitReleased("c2"), 2.0)
    desk.handle(CircuitReleased("alice/later"), 2.0)
    assert desk.wanted == (CircuitBooked(changed, None, 50.0),)
