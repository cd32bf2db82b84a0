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


def leased(nic_bps: float, queue_bytes: int = 1 << 40) -> Plan:
    """Two sites of one server, joined by 1 Gb/s and 5 ms."""
    sites = tuple(Site(name, 1, Port(nic_bps), SiteFabric(), None, 0, None) for name in ("east", "west"))
    link = PacketLink("wan", ("east", "west"), Port(1e9, queue_bytes=queue_bytes, delay_s=5e-3))
    return build_plan(Topology("leased", sites, links=(link,)))


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
    simulator = Simulator(leased(nic_bps, 625_000))
    ControlPlane(simulator, scenario_of(), lambda *_: None).begin()
    done: list[float] = []
    channel = simulator.open([("east-1", "west-1")])
    channel.window = channel.window_limit = WINDOW
    for part in (0.5, 0.5):
        simulator.send(channel, part * size_bits / 8 / simulator.overhead, lambda: done.append(simulator.now_s))
    simulator.run(lambda: len(done) == 2)
    assert simulator.overflows() == overflows


def test_what_a_queue_loses_is_sent_again_and_cuts_the_window(scenario_of: Callable[..., Scenario]) -> None:
    """Of 8 Mb at once 7.2 would wait, and 5 fit. They are through after 5 ms, a round trip later the sender hears of
    the gap, and 5 ms after that it is filled: what leaves after the first 5 ms is not whole before."""
    simulator = Simulator(leased(10e9, 625_000))
    ControlPlane(simulator, scenario_of(), lambda *_: None).begin()
    done: list[float] = []
    channel = simulator.open([("east-1", "west-1")])
    channel.window, channel.window_limit = WINDOW, 1e9
    for size_bits in (4e6, 4e6):
        simulator.send(channel, size_bits / 8 / simulator.overhead, lambda: done.append(simulator.now_s))
    simulator.run(lambda: len(done) == 2)
    assert done == [pytest.approx(4e-3 + 5e-3), pytest.approx(5e-3 + 10e-3 + 5e-3)]
    assert channel.window == pytest.approx(0.7 * WINDOW)
    assert not channel.slow_start
    # Of the window that was, 8 Mb have left; 6 Mb less may leave than could.
    assert channel.credit == pytest.approx(20e6 - 8e6 - 6e6)


@pytest.mark.parametrize(
    ("nic_bps", "window", "idle_s"),
    [(10e9, WINDOW, 5e-3), (2e9, WINDOW, 2.5e-3), (1.5e9, WINDOW, 0.0), (2e9, 2 * WINDOW, 0.0)],
    ids=["fast", "twice as fast", "hardly faster", "long windows"],
)
def test_early_answers_keep_the_link_busy(
    scenario_of: Callable[..., Scenario], nic_bps: float, window: float, idle_s: float
) -> None:
    """20 ms of window, 5 ms each way: 10 ms less (20 - 5) ms by how much faster data come, 5 ms at most."""
    simulator = Simulator(leased(nic_bps))
    ControlPlane(simulator, scenario_of(), lambda *_: None).begin()
    done: list[float] = []
    for pair in [("east-1", "west-1"), ("west-1", "east-1")]:
        channel = simulator.open([pair])
        channel.window = channel.window_limit = window
        simulator.send(channel, 4 * window / 8 / simulator.overhead, lambda: done.append(simulator.now_s))
    simulator.run(lambda: len(done) == 2)
    assert max(done) == pytest.approx(4 * window / 1e9 + 3 * idle_s + 5e-3, rel=1e-9)
