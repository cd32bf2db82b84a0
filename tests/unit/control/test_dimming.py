"""Transceivers lose their light while all fibres are lit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from twin.control.brain import optical_circuit
from twin.control.commands import Wake
from twin.control.dimming import HOLD_S
from twin.control.events import CircuitRequested, PortStatus, Woken
from twin.control.service import Protection, Service
from twin.plan.model import Plan

LitPlan = Callable[..., Plan]


def bench_with(bench_of: Any, plan: Plan, protection: Protection) -> Any:
    bench = bench_of(optical_circuit(plan), plan)
    bench.play(CircuitRequested("a-b", ("a", "b"), Service(protection)))
    return bench


def weaken(bench: Any, *fibres: str) -> list[tuple[str, str]]:
    """No light comes through ``fibres`` from now on, but their own ports stay up; the circuit's milestones."""
    bench.network.cut = set(fibres)
    commands = bench.play(*bench.network.changed_light())
    return [(name, details["reason"]) for name, details in bench.milestones(commands) if "circuit" in details]


@pytest.mark.parametrize("protection", [Protection.RESTORATION, Protection.ONE_FOR_ONE, Protection.ONE_PLUS_ONE])
def test_a_circuit_goes_another_way(bench_of: Any, lit_plan: LitPlan, protection: Protection) -> None:
    bench = bench_with(bench_of, lit_plan(), protection)
    weaken(bench, "ab")
    assert bench.state("a-b")[1] == ["ca", "bc"]
    assert bench.network.send("a-1", "b-1").lost == ""


def test_a_route_without_these_fibres_is_found(bench_of: Any, lit_plan: LitPlan) -> None:
    bench = bench_with(bench_of, lit_plan(), Protection.RESTORATION)
    assert weaken(bench, "ab") == [
        ("circuit-down", "light too weak over ab"),
        ("circuit-active", "rerouted after light too weak over ab"),
    ]


@pytest.mark.parametrize("protection", [Protection.NONE, Protection.RESTORATION])
def test_a_circuit_that_has_no_other_way_waits_for_its_light(
    bench_of: Any, lit_plan: LitPlan, protection: Protection
) -> None:
    bench = bench_with(bench_of, lit_plan(ca=0.2), protection)
    assert weaken(bench, "ab") == [("circuit-down", "light too weak over ab; it waits for its light")]
    assert bench.state("a-b")[:3] == ("restoring", ["ab"], 1)
    assert weaken(bench) == [("circuit-active", "its light is back")]
    assert bench.network.send("a-1", "b-1").lost == ""


def test_only_the_second_path_is_too_weak(bench_of: Any, lit_plan: LitPlan) -> None:
    bench = bench_with(bench_of, lit_plan(), Protection.ONE_PLUS_ONE)
    events = weaken(bench, "ca")
    assert events[0] == ("circuit-degraded", "light too weak over ca + bc, its second path")
    assert bench.state("a-b")[:2] == ("degraded", ["ab"])


def test_ports_of_a_cut_that_come_later_explain_the_darkness(bench_of: Any, lit_plan: LitPlan) -> None:
    """A cut darkens the transceivers first; nothing is done about them until the fibre's own ports speak."""
    bench = bench_with(bench_of, lit_plan(), Protection.RESTORATION)
    first = bench.brain.handle(PortStatus(1, 3, False), 10.0)
    assert [command for command in first if isinstance(command, Wake)] == [Wake(10.0 + HOLD_S)]
    cut = bench.brain.handle(PortStatus(4, 4, False), 10.0 + HOLD_S / 2)
    assert ("circuit-down", "loss of light on ab") in [(c, d.get("reason")) for c, d in bench.milestones(cut)]
    assert bench.milestones(bench.brain.handle(Woken(), 10.0 + HOLD_S)) == []


def test_light_that_is_back_in_time_changes_nothing(bench_of: Any, lit_plan: LitPlan) -> None:
    bench = bench_with(bench_of, lit_plan(), Protection.RESTORATION)
    bench.brain.handle(PortStatus(1, 3, False), 10.0)
    bench.brain.handle(PortStatus(1, 3, True), 10.0 + HOLD_S / 2)
    assert bench.milestones(bench.brain.handle(Woken(), 10.0 + HOLD_S)) == []
    assert bench.state("a-b")[:2] == ("active", ["ab"])
