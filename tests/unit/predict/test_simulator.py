"""Channels over small networks, against arithmetic."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from twin.plan.model import Plan
from twin.predict.control_plane import ControlPlane
from twin.predict.simulator import Simulator
from twin.workloads.scenario import Scenario

ScenarioOf = Callable[..., Scenario]
#: Ethernet, IPv4, TCP and timestamps around 8,948 bytes at MTU 9000.
OVERHEAD = 9014 / 8948


def simulator_of(plan: Plan, scenario: Scenario) -> Simulator:
    simulator = Simulator(plan)
    ControlPlane(simulator, scenario, lambda *_: None).begin()
    return simulator


def times_of(
    simulator: Simulator, wanted: dict[str, tuple[str, str, float]], windows: float = 1e12
) -> dict[str, float]:
    """When each (source, target, bytes) has arrived, all having begun at 0 with ``windows`` bits of window."""
    done: dict[str, float] = {}
    for name, (source, target, size_bytes) in wanted.items():
        channel = simulator.open([(source, target)])
        channel.window = channel.window_limit = windows
        simulator.send(channel, size_bytes, lambda name=name: done.update({name: simulator.now_s}))  # type: ignore[misc]
    simulator.run(lambda: len(done) == len(wanted))
    return done


def test_one_message_takes_its_serialisation_and_its_delay(leased: Plan, scenario_of: ScenarioOf) -> None:
    found = times_of(simulator_of(leased, scenario_of()), {"one": ("east-1", "west-1", 1e6)})
    assert found["one"] == pytest.approx(8e6 * OVERHEAD / 1e9 + 5e-3, rel=1e-9)


def test_two_flows_share_a_link_and_the_longer_then_has_it_alone(leased: Plan, scenario_of: ScenarioOf) -> None:
    wanted = {"short": ("east-1", "west-1", 1e6), "long": ("east-2", "west-2", 3e6)}
    found = times_of(simulator_of(leased, scenario_of()), wanted)
    assert found["short"] == pytest.approx(2 * 8e6 * OVERHEAD / 1e9 + 5e-3, rel=1e-9)
    assert found["long"] == pytest.approx(4 * 8e6 * OVERHEAD / 1e9 + 5e-3, rel=1e-9)


def test_flows_that_share_nothing_do_not_wait_for_each_other(cluster: Plan, scenario_of: ScenarioOf) -> None:
    wanted = {"a": ("c-1", "c-2", 1e6), "b": ("c-3", "c-4", 1e6)}
    found = times_of(simulator_of(cluster, scenario_of()), wanted)
    assert found == {name: pytest.approx(8e6 * OVERHEAD / 10e9, rel=1e-9) for name in wanted}


def test_a_window_opens_in_rounds(leased: Plan, scenario_of: ScenarioOf) -> None:
    """65,535 bytes, which are 7.32 segments, then 10 + 7.32 segments, then up to twice as many: 50 leave in three
    rounds of 10 ms, the last of which has 25.35 to send."""
    simulator = simulator_of(leased, scenario_of())
    segment = 9014 * 8
    done: list[float] = []
    channel = simulator.open([("east-1", "west-1")])
    simulator.send(channel, 50 * segment / OVERHEAD / 8, lambda: done.append(simulator.now_s))
    simulator.run(lambda: bool(done))
    last = 50 - (10 + 2 * 65_535 / 8948)
    assert done == [pytest.approx(2 * 10e-3 + last * segment / 1e9 + 5e-3, rel=1e-9)]


def test_what_a_burst_sent_is_added_to_the_window(leased: Plan, scenario_of: ScenarioOf) -> None:
    """50 segments in three rounds: 7.32, 17.32 and 25.35, so that the next may send 10 + 50 at once, and does."""
    simulator = simulator_of(leased, scenario_of())
    segment = 9014 * 8
    done: list[float] = []
    channel = simulator.open([("east-1", "west-1")])
    for at_s, segments in ((0.0, 50), (0.1, 60), (0.2, 30), (0.3, 120)):
        size = segments * segment / OVERHEAD / 8
        simulator.at(at_s, simulator.send, channel, size, lambda: done.append(simulator.now_s))
    simulator.run(lambda: len(done) == 4)
    assert done[1] == pytest.approx(0.1 + 60 * segment / 1e9 + 5e-3, rel=1e-9)
    # All 60 were used, then a quarter of 120: the window stays at 120.
    assert done[3] == pytest.approx(0.3 + 120 * segment / 1e9 + 5e-3, rel=1e-9)
    assert channel.window == pytest.approx(120 * segment)


def test_the_window_never_exceeds_the_sockets(leased: Plan, scenario_of: ScenarioOf) -> None:
    limit = 1e6
    found = times_of(simulator_of(leased, scenario_of()), {"one": ("east-1", "west-1", 10e6 / 8 / OVERHEAD)}, limit)
    assert found["one"] == pytest.approx(9 * 10e-3 + 1e6 / 1e9 + 5e-3, rel=1e-9)


def test_a_channel_for_many_loads_the_shared_link_with_all(leased: Plan, scenario_of: ScenarioOf) -> None:
    simulator = simulator_of(leased, scenario_of())
    done: list[float] = []
    channel = simulator.open([("east-1", "west-1"), ("east-2", "west-2")])
    channel.window = channel.window_limit = 1e12
    simulator.send(channel, 1e6, lambda: done.append(simulator.now_s))
    simulator.run(lambda: bool(done))
    assert done == [pytest.approx(2 * 8e6 * OVERHEAD / 1e9 + 5e-3, rel=1e-9)]
    bits = simulator.carried.moved_bits(simulator.now_s)
    moved = {(one.link, one.node): sent for one, sent in zip(simulator.directions.all, bits, strict=True)}
    assert moved["wan", "east-border"] == pytest.approx(16e6 * OVERHEAD)
    assert moved["east-1", "east-1"] == pytest.approx(8e6 * OVERHEAD)
    assert moved["wan", "west-border"] == 0


def test_what_is_under_way_on_a_cut_link_is_sent_again_after_a_time_out(leased: Plan, scenario_of: ScenarioOf) -> None:
    """2 ms of sending; cut at 4 ms, while all is under way; back at 100 ms: the time-out comes 200 + 10 ms after."""
    simulator = simulator_of(leased, scenario_of())
    done: list[float] = []
    channel = simulator.open([("east-1", "west-1")])
    channel.window = channel.window_limit = 1e12
    simulator.send(channel, 2e6 / 8 / OVERHEAD, lambda: done.append(simulator.now_s))

    def flip(up: bool) -> None:
        simulator.forwarding.set_link("wan", up)
        for end in leased.link_by_name["wan"].ends if not up else ():
            simulator.interrupt(end.node, end.port)
        simulator.rerouted()

    simulator.at(4e-3, flip, False)
    simulator.at(100e-3, flip, True)
    simulator.run(lambda: bool(done))
    # The window is small again: 1 segment, 2, 4, 8, and the rest, 10 ms apart.
    first_s, segment_s = 4e-3 + 0.21, 9014 * 8 / 1e9
    assert done == [pytest.approx(first_s + 4 * 10e-3 + (2e-3 - 15 * segment_s) + 5e-3, rel=1e-6)]
