"""Whose circuits are whose: what the desk lets through to a brain. The northbound's tests have more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from twin.control.brain import optical_circuit
from twin.control.commands import Answer
from twin.control.desk import Desk, DeskEvent, tenant_of
from twin.control.events import CircuitChanged, CircuitRequested, CircuitsListed, CircuitsRequested, SwitchConnected
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
