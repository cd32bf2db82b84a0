"""Probes that meet a change under way: each copy meets every switch as it is when it gets there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from twin.control.service import Protection
from twin.plan.model import Plan
from twin.predict.engine import predict
from twin.results.probes import reordered
from twin.workloads.scenario import Action, Circuit, Packets, Scenario

ScenarioOf = Callable[..., Scenario]
#: The triangle's ways from a to b: 5 ms over a-b, 20 ms round about.
NEAR_S, FAR_S, EVERY_S = 5e-3, 20e-3, 1e-3


def received(plan: Plan, scenario: Scenario) -> list[tuple[int, float, float]]:
    found = predict(plan, scenario).outcome["workloads"]["p"]["received"]
    return [(int(sequence), float(sent_s), float(delay_s)) for sequence, sent_s, delay_s in found]


def probes(count: int = 100) -> Packets:
    return Packets("p", 0.0, "a-1", "b-1", "rtp", count, EVERY_S)


def test_light_sent_both_ways_loses_nothing_at_a_cut(triangle: Plan, scenario_of: ScenarioOf) -> None:
    """At 30.5 ms b listens to the other way, on which all that was sent since 10.5 ms has yet to come: what came over
    a-b already comes again."""
    circuit = Circuit("line", ("a", "b"), Protection.ONE_PLUS_ONE)
    timeline = (Action(30.5e-3, "cut", "a-b"),)
    found = received(triangle, scenario_of(probes(), circuits=(circuit,), timeline=timeline))
    copies = [sequence for sequence, _, _ in found]
    assert set(copies) == set(range(100))
    twice = sorted({sequence for sequence in copies if copies.count(sequence) == 2})
    assert twice == list(range(11, 26))
    # All of these but the last come after one with a higher number.
    assert reordered(found) == len(twice) - 1


@pytest.mark.parametrize(("wait_s", "lost"), [(0.0, range(41, 61)), (50e-3, range(91, 106))])
def test_the_return_to_a_shorter_way_skips_what_is_on_the_longer_one(
    triangle: Plan, scenario_of: ScenarioOf, wait_s: float, lost: range
) -> None:
    """1+1: those of the last 20 ms are on the longer way when b listens to a-b again. If a-b has been whole for long
    enough, all of them but the last 5 ms have passed there already, unheard."""
    circuit = Circuit("line", ("a", "b"), Protection.ONE_PLUS_ONE, wait_to_restore_s=wait_s)
    timeline = (Action(10.5e-3, "cut", "a-b"), Action(60.5e-3, "repair", "a-b"))
    found = received(triangle, scenario_of(probes(150), circuits=(circuit,), timeline=timeline))
    assert sorted(set(range(150)) - {sequence for sequence, _, _ in found}) == list(lost)


def test_what_is_under_way_when_packets_are_led_elsewhere_arrives_by_the_old_way(
    triangle: Plan, scenario_of: ScenarioOf
) -> None:
    """Restored over the longer way, and returned: the old route stands until all on it has arrived."""
    circuits = (Circuit("line", ("a", "b")),)
    timeline = (Action(10.5e-3, "cut", "a-b"), Action(50.5e-3, "repair", "a-b"))
    found = received(triangle, scenario_of(probes(), circuits=circuits, timeline=timeline))
    assert sorted(set(range(100)) - {sequence for sequence, _, _ in found}) == list(range(6, 11))
    delays = {sequence: delay_s for sequence, _, delay_s in found}
    assert (delays[0], delays[11], delays[50], delays[51]) == tuple(map(pytest.approx, (NEAR_S, FAR_S, FAR_S, NEAR_S)))
    # The one of 51 ms, over the short way, overtakes those of 37 ms and later.
    assert reordered(found) == len(range(37, 51))


def test_what_has_not_arrived_at_the_end_is_lost(triangle: Plan, scenario_of: ScenarioOf) -> None:
    found = received(triangle, scenario_of(probes(), circuits=(Circuit("line", ("a", "b")),), end_s=20.5e-3))
    assert [sequence for sequence, _, _ in found] == list(range(16))
