"""Several ways at once: spines, parallel circuits, and what is pinned to one of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.control.brain import optical_circuit
from twin.control.commands import AddFlow, AddGroup, RemoveFlow
from twin.control.events import CircuitReleased, CircuitRequested
from twin.control.flows import Bucket, Choice, Flow, Group, Match, Output, ToGroup
from twin.control.packets import base_flows
from twin.control.routing import Edge, graph_of, tree_towards
from twin.control.service import Protection, Service
from twin.control.spread import BETWEEN, WITHIN, Pin, Spread, ties_towards, why_not
from twin.plan.model import Plan

ECMP = Spread(ecmp=True)


@pytest.fixture
def fabric(plan_of: Any, make_site: Any) -> Plan:
    """Two sites of two leaves and two spines each, three transceivers. dpids: border, leaves, spines of a are 1 to 5,
    of b 6 to 10; ports of a border: spines 1, 2, transceivers 3, 4, 5; of a leaf: server 1, spines 2, 3."""
    return plan_of([make_site(name, transceivers=3, leaves=2) for name in "ab"], [("ab", "a", "b", 100)])


def bench_with(bench_of: Any, plan: Plan, spread: Spread, circuits: int) -> Any:
    bench = bench_of(optical_circuit(plan, spread), plan)
    for i in range(circuits):
        bench.play(CircuitRequested(f"c{i}", ("a", "b")))
    return bench


def ways(*ports: int) -> tuple[Bucket, ...]:
    return tuple(Bucket(Output(port), port) for port in ports)


def test_leaves_and_borders_choose_among_spines(fabric: Plan) -> None:
    groups = [entry for entry in base_flows(fabric, ECMP) if isinstance(entry, Group) and entry.dpid in (1, 2)]
    assert sorted(groups, key=lambda group: group.key) == [
        Group(1, WITHIN + 2, Choice.SELECT, ways(1, 2)),
        Group(1, WITHIN + 3, Choice.SELECT, ways(1, 2)),
        Group(2, WITHIN + 1, Choice.SELECT, ways(2, 3)),
        Group(2, WITHIN + 3, Choice.SELECT, ways(2, 3)),
    ]
    assert not [entry for entry in base_flows(fabric) if isinstance(entry, Group)]


def test_parallel_circuits_are_one_group_and_leave_it_one_by_one(bench_of: Any, fabric: Plan) -> None:
    bench = bench_with(bench_of, fabric, ECMP, 3)
    (group,) = [group for group in bench.network.groups_of(1) if group.number >= BETWEEN]
    assert group == Group(1, BETWEEN + 6, Choice.SELECT, ways(3, 4, 5))
    to_b = Match(eth_type=0x0800, ipv4_dst="10.2.0.0/16")
    assert bench.network.tables[1][1, 316, to_b] == Flow(1, 316, to_b, (ToGroup(group.number),))
    commands = bench.play(CircuitReleased("c1"))
    left = Group(1, BETWEEN + 6, Choice.SELECT, ways(3, 5))
    assert [command for command in commands if isinstance(command, AddGroup) and command.group.dpid == 1] == [
        AddGroup(left, known=True)
    ]
    for name in ("c0", "c2"):
        bench.play(CircuitReleased(name))
    assert [group for group in bench.network.groups_of(1) if group.number >= BETWEEN] == []


def test_a_protected_circuit_is_one_way_of_the_group(bench_of: Any, lit_plan: Callable[..., Plan]) -> None:
    plan = lit_plan(transceivers=3)
    bench = bench_of(optical_circuit(plan, ECMP), plan)
    bench.play(CircuitRequested("safe", ("a", "b"), Service(Protection.ONE_PLUS_ONE)))
    bench.play(CircuitRequested("plain", ("a", "b")))
    groups = {group.number: group.buckets for group in bench.network.groups_of(1)}
    assert groups == {3: ways(3, 4), BETWEEN + 2: (Bucket(ToGroup(3), 0), *ways(5))}
    assert bench.network.send("a-1", "b-1").lost == ""


def test_a_restarted_controller_reads_groups_back_and_changes_nothing(bench_of: Any, fabric: Plan) -> None:
    bench = bench_with(bench_of, fabric, ECMP, 2)
    bench.brain = optical_circuit(fabric, ECMP)
    for name in ("c0", "c1"):
        bench.play(CircuitRequested(name, ("a", "b")))
    commands = [c for dpid in bench.network.tables for c in bench.play(bench.network.hello(dpid))]
    assert [c for c in commands if isinstance(c, (AddFlow, RemoveFlow, AddGroup))] == []


def test_a_pinned_flow_takes_its_circuit_and_its_spine_while_they_are_there(bench_of: Any, fabric: Plan) -> None:
    pin = Pin("a-1", "b-1", ("c1", "a-spine2", "b-spine2"))
    bench = bench_with(bench_of, fabric, Spread(ecmp=True, pins=(pin,)), 2)
    links = ("a-1", "a-leaf1-a-spine2", "a-spine2-a-border", "a-t2", "ab", "b-t2", "b-spine2-b-border")
    assert bench.network.send("a-1", "b-1").links[:7] == links
    assert bench.network.send("a-2", "b-1").links[3] == "a-t1"
    bench.play(CircuitReleased("c1"))
    assert bench.network.send("a-1", "b-1").links[3] == "a-t1"


@pytest.mark.parametrize(
    ("pin", "reason"),
    [
        (Pin("a-1", "b-1", ("c", "a-spine1")), ""),
        (Pin("x", "b-1", ("c",)), "there is no server 'x'"),
        (Pin("a-1", "a-2", ("b-spine1",)), "b-spine1 is at neither a nor a"),
        (Pin("a-1", "a-2", ("c",)), "circuit c does not join a and a"),
        (Pin("a-1", "b-1", ("y",)), "there is no circuit or spine 'y'"),
    ],
)
def test_pins_that_can_never_hold(fabric: Plan, pin: Pin, reason: str) -> None:
    assert why_not(fabric, pin, {"c": ("b", "a")}) == reason


edges = st.builds(
    lambda a, b, port, delay: Edge(f"{a}{b}{port}", a, b, port, delay),
    st.sampled_from("abcd"), st.sampled_from("abcd"), st.integers(1, 3), st.integers(1, 3),
)  # fmt: skip


@given(st.lists(edges, unique_by=lambda edge: edge.name))
def test_ties_are_all_first_edges_of_shortest_paths(found: list[Edge]) -> None:
    graph = graph_of(edge for edge in found if edge.source != edge.target)
    tree, ties = tree_towards(graph, "a"), ties_towards(graph, "a")
    assert set(tree) == set(ties)
    for node, edge in tree.items():
        assert edge in ties[node]
        assert len({(other.delay_ps + _delay(tree, other.target)) for other in ties[node]}) == 1


def _delay(tree: dict[str, Edge], node: str) -> int:
    return 0 if node == "a" else tree[node].delay_ps + _delay(tree, tree[node].target)
