from __future__ import annotations

from typing import Any

import pytest

from twin.control.adoption import routes_in
from twin.control.brain import Brain, optical_circuit
from twin.control.commands import Command, Record, RemoveFlow
from twin.control.events import CircuitRequested, SwitchConnected
from twin.control.flows import Flow, FlowKey, Match, Output
from twin.control.plant import Plant
from twin.control.service import Protection, Service
from twin.plan.model import Plan

AB, BC = CircuitRequested("a-b", ("a", "b")), CircuitRequested("b-c", ("b", "c"))


def restart(bench: Any, plan: Plan, *requests: CircuitRequested) -> tuple[Brain, list[Command]]:
    """A new brain that is asked for ``requests`` and then meets the bench's switches as they are."""
    brain, commands = optical_circuit(plan), []
    for request in requests:
        brain.handle(request, 100.0)
    for dpid, table in bench.network.tables.items():
        commands += bench.network.play(brain, SwitchConnected(dpid, flows=tuple(table.values())), 100.0)
    return brain, commands


def test_routes_are_read_from_flows_in_any_order(bench: Any, triangle: Plan) -> None:
    bench.flip("ab", up=False)
    bench.play(AB)
    bench.play(BC)
    flows = [flow for table in bench.network.tables.values() for flow in table.values()]
    expected = [circuit.route for circuit in bench.brain.circuits]
    assert routes_in(Plant(triangle), flows) == expected
    assert routes_in(Plant(triangle), reversed(flows)) == expected


def test_light_that_comes_out_at_one_end_only_is_no_circuit(bench: Any, triangle: Plan) -> None:
    bench.play(AB)
    del bench.network.tables[5][FlowKey(5, 100, Match(in_port=1))]
    flows = [flow for table in bench.network.tables.values() for flow in table.values()]
    assert routes_in(Plant(triangle), flows) == []


def test_light_that_goes_round_in_a_loop_is_no_circuit(bench: Any, triangle: Plan) -> None:
    flows = [Flow(4, 100, Match(in_port=1), (Output(3),))]
    flows += [Flow(dpid, 100, Match(in_port=port), (Output(7 - port),)) for dpid in (4, 5, 6) for port in (3, 4)]
    assert routes_in(Plant(triangle), flows) == []


def test_a_new_brain_finds_its_circuits_and_touches_nothing(bench: Any, triangle: Plan) -> None:
    bench.play(AB)
    bench.play(BC)
    brain, commands = restart(bench, triangle, AB, BC)
    reason = "found up when the controller started"
    details = [
        {"circuit": "a-b", "fibres": ["ab"], "channel": 1, "reason": reason},
        {"circuit": "b-c", "fibres": ["bc"], "channel": 1, "reason": reason},
    ]
    assert commands == [Record(100.0, "circuit-active", each) for each in details]
    assert [circuit.state.value for circuit in brain.circuits] == ["active", "active"]


def test_what_nobody_asks_for_any_more_gets_a_name_and_stays(bench: Any, triangle: Plan) -> None:
    bench.play(AB)
    brain, commands = restart(bench, triangle)
    assert [circuit.name for circuit in brain.circuits] == ["found-a-t1-b-t1"]
    assert not any(isinstance(command, RemoveFlow) for command in commands)


def test_a_fibre_that_went_dark_meanwhile_is_restored_after_the_start(bench: Any, triangle: Plan) -> None:
    bench.play(AB)
    brain = optical_circuit(triangle)
    brain.handle(AB, 100.0)
    for dpid, table in bench.network.tables.items():
        dark = frozenset({3}) if dpid == 4 else frozenset()
        bench.network.play(brain, SwitchConnected(dpid, dark, tuple(table.values())), 100.0)
    assert (brain.circuits[0].state.value, brain.circuits[0].fibres) == ("active", ("ca", "bc"))


def test_flows_of_nobody_go_once_all_switches_are_there(bench: Any, triangle: Plan) -> None:
    stray = Flow(4, 100, Match(in_port=2), (Output(3),))
    bench.network.tables[4][stray.key] = stray
    _, commands = restart(bench, triangle)
    assert bench.flow_mods(commands) == [RemoveFlow(stray)]


@pytest.mark.parametrize("protection", [Protection.ONE_PLUS_ONE, Protection.ONE_FOR_ONE])
def test_both_paths_of_a_protected_circuit_are_found(bench: Any, triangle: Plan, protection: Protection) -> None:
    request = CircuitRequested("a-b", ("a", "b"), Service(protection))
    bench.play(request)
    brain, commands = restart(bench, triangle, request)
    assert bench.flow_mods(commands) == []
    circuit = brain.circuits[0]
    assert (circuit.state.value, [route.fibres for route in circuit.routes]) == ("active", [("ab",), ("ca", "bc")])
