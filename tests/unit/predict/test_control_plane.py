"""The control plane without a network: what switches are told keeps its order behind a barrier that waits for light."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from twin.plan.model import Plan
from twin.predict.control_plane import ControlPlane, request_of
from twin.predict.simulator import Simulator
from twin.workloads.scenario import Circuit, Controller, Scenario

ScenarioOf = Callable[..., Scenario]
SWITCHING_S = 15e-3


def running(plan: Plan, scenario: Scenario) -> tuple[Simulator, ControlPlane, list[tuple[float, str, dict[str, Any]]]]:
    events: list[tuple[float, str, dict[str, Any]]] = []
    simulator = Simulator(plan)
    control = ControlPlane(simulator, scenario, lambda t_s, _source, event, more: events.append((t_s, event, more)))
    control.begin()
    return simulator, control, events


def test_barriers_wait_for_light(lit_plan: Callable[..., Plan], scenario_of: ScenarioOf) -> None:
    scenario = scenario_of(circuits=(Circuit("line", ("a", "b")),))
    simulator, control, events = running(lit_plan(), scenario)
    assert [circuit["state"] for circuit in control.circuits()] == ["installing"]
    assert simulator.forwarding.path("a-1", "b-1") is None
    simulator.run(lambda: False)
    held = [(t_s, more) for t_s, event, more in events if event == "barrier-passed"]
    assert held == [(SWITCHING_S, {"switch": f"{site}-roadm", "held_s": SWITCHING_S}) for site in "ab"]
    assert [circuit["state"] for circuit in control.circuits()] == ["active"]
    assert simulator.forwarding.path("a-1", "b-1") is not None


def test_what_is_told_behind_a_barrier_waits_with_it(lit_plan: Callable[..., Plan], scenario_of: ScenarioOf) -> None:
    """The second circuit's cross-connects at a and b are told 10 ms after the first's, and wait for its barriers."""
    simulator, control, events = running(lit_plan(), scenario_of(circuits=(Circuit("one", ("a", "b")),)))
    simulator.at(10e-3, lambda: control.feed(request_of(Circuit("two", ("a", "b")))))
    simulator.run(lambda: False)
    switching = [t_s for t_s, event, _ in events if event == "cross-connect-switching"]
    assert switching == [0.0] * 4 + [SWITCHING_S] * 4
    active = [(t_s, more["circuit"]) for t_s, event, more in events if event == "circuit-active"]
    assert active == [(SWITCHING_S, "one"), (2 * SWITCHING_S, "two")]


def test_a_controller_that_measures_reads_what_flows_have_taken(triangle: Plan, scenario_of: ScenarioOf) -> None:
    options = {"measures": True, "every_s": 0.5, "horizon_s": 60.0, "solver": "greedy"}
    circuits = (Circuit("ab", ("a", "b")), Circuit("ac", ("a", "c")))
    scenario = replace(scenario_of(circuits=circuits), controller=Controller("engineered", "engineered.py", options))
    simulator, _, events = running(triangle, scenario)
    done: list[float] = []
    for source in ("a-1", "b-1"):
        simulator.send(simulator.open([(source, "c-1")]), 1e9, lambda: done.append(simulator.now_s))
    simulator.run(lambda: len(done) == 2)
    border = next(switch for switch in triangle.packet_switches if switch.name == "b-border")
    taken = {key.match.ipv4_dst: size for key, size in simulator.carried.counters(border.dpid, simulator.now_s)}
    assert taken == {triangle.site_by_name["c"].prefix: round(1e9 * simulator.overhead)}
    # What came up by itself had settled by the second reading; the third is the first that counts.
    engineered = [(t_s, more["requested"]) for t_s, event, more in events if event == "topology-engineered"]
    assert engineered == [(1.0, ["engineered-b-c"])]
