"""Windows over a link that the other direction keeps busy as well."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from twin.plan.build import build_plan
from twin.plan.model import Plan
from twin.plan.topology import PacketLink, Port, Site, SiteFabric, Topology
from twin.predict.control_plane import ControlPlane
from twin.predict.simulator import Simulator
from twin.workloads.scenario import Scenario

#: Two round trips of 10 ms at 1 Gb/s, bits.
WINDOW = 20e6


def leased(nic_bps: float) -> Plan:
    """Two sites of one server, joined by 1 Gb/s and 5 ms."""
    sites = tuple(Site(name, 1, Port(nic_bps), SiteFabric(), None, 0, None) for name in ("east", "west"))
    return build_plan(Topology("leased", sites, links=(PacketLink("wan", ("east", "west"), Port(1e9, delay_s=5e-3)),)))


def last_arrival_s(plan: Plan, scenario: Scenario, pairs: list[tuple[str, str]]) -> float:
    """When four windows from each source have arrived."""
    simulator = Simulator(plan)
    ControlPlane(simulator, scenario, lambda *_: None).begin()
    done: list[float] = []
    for pair in pairs:
        channel = simulator.open([pair])
        channel.window = channel.window_limit = WINDOW
        simulator.send(channel, 4 * WINDOW / 8 / simulator.overhead, lambda: done.append(simulator.now_s))
    simulator.run(lambda: len(done) == len(pairs))
    return max(done)


@pytest.mark.parametrize(
    ("nic_bps", "pairs", "waits"),
    [
        (10e9, [("east-1", "west-1")], 0),
        (10e9, [("east-1", "west-1"), ("west-1", "east-1")], 3),
        (1e9, [("east-1", "west-1"), ("west-1", "east-1")], 0),
    ],
    ids=["one way", "both ways", "no queue in the network"],
)
def test_answers_wait_behind_the_other_direction(
    scenario_of: Callable[..., Scenario], nic_bps: float, pairs: list[tuple[str, str]], waits: int
) -> None:
    """Four windows of 20 ms; between two of them the answers take their 5 ms back, once the queue is empty."""
    found = last_arrival_s(leased(nic_bps), scenario_of(), pairs)
    assert found == pytest.approx(4 * 20e-3 + waits * 5e-3 + 5e-3, rel=1e-9)


@pytest.mark.parametrize(
    ("nic_bps", "size_bits", "overflows"),
    [
        (10e9, 5e6, []),
        (10e9, 6e6, [("wan", "east-border", 0.0)]),
        (1e9, 1e9, []),
    ],
    ids=["fits", "does not", "no queue in the network"],
)
def test_a_queue_that_is_too_short_is_told(
    scenario_of: Callable[..., Scenario], nic_bps: float, size_bits: float, overflows: list[tuple[str, str, float]]
) -> None:
    """5 ms at 1 Gb/s wait at most; of what comes at 10 Gb/s a tenth has left by then: 5.56 Mb fit."""
    simulator = Simulator(leased(nic_bps))
    ControlPlane(simulator, scenario_of(), lambda *_: None).begin()
    done: list[float] = []
    channel = simulator.open([("east-1", "west-1")])
    channel.window = channel.window_limit = WINDOW
    for part in (0.5, 0.5):
        simulator.send(channel, part * size_bits / 8 / simulator.overhead, lambda: done.append(simulator.now_s))
    simulator.run(lambda: len(done) == 2)
    assert simulator.overflows() == overflows
