"""Reduce-scatter, all-gather, broadcast, all-to-all and trees: bytes, and what limits each rank."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.plan.build import build_plan
from twin.plan.topology import Port, Site, SiteFabric, Topology
from twin.workloads.allreduce import graph_of
from twin.workloads.collectives import add_trees, bus_factor
from twin.workloads.graph import RECEIVE, SEND, Graph, GraphBuilder
from twin.workloads.scenario import AllReduce

PLAN = build_plan(Topology("t", (Site("a", 4, Port(1e9), SiteFabric(), None, 0, None),)))
SERVERS = ("a-1", "a-2", "a-3", "a-4")


def graph(operation: str, algorithm: str = "ring") -> Graph:
    return graph_of(AllReduce("w", 0.0, SERVERS, 4000, algorithm, chunks=5, operation=operation), PLAN)


def bytes_by_rank(found: Graph, kind: str) -> Counter[int]:
    counted: Counter[int] = Counter()
    for step in found.steps:
        if step.kind == kind:
            counted[step.rank] += step.size_bytes
    return counted


@pytest.mark.parametrize("operation", ["reduce-scatter", "all-gather", "all-to-all"])
def test_every_rank_sends_and_receives_n_minus_1_over_n(operation: str) -> None:
    found = graph(operation)
    for kind in (SEND, RECEIVE):
        assert bytes_by_rank(found, kind) == dict.fromkeys(range(4), 3000)


def test_an_all_to_all_reaches_everyone_directly() -> None:
    assert sorted(graph("all-to-all").channels()) == [(a, b) for a in range(4) for b in range(4) if a != b]


def test_a_broadcast_passes_everything_along() -> None:
    found = graph("broadcast")
    assert found.channels() == [(0, 1), (1, 2), (2, 3)]
    assert bytes_by_rank(found, RECEIVE) == {1: 4000, 2: 4000, 3: 4000}


def test_trees_are_an_all_reduce() -> None:
    assert graph("all-reduce", "tree").sent_bytes() == 2 * 3 * 4000


@given(st.integers(2, 40), st.integers(1, 1000), st.integers(1, 4))
def test_no_rank_of_two_trees_moves_more_than_twice_the_size(ranks: int, half: int, slices: int) -> None:
    """2 S/B: who has two children in one tree has none in the other."""
    builder = GraphBuilder(ranks)
    add_trees(builder, range(ranks), 2 * half, slices)
    found = builder.build()
    for kind in (SEND, RECEIVE):
        assert max(bytes_by_rank(found, kind).values()) <= 2 * 2 * half
    assert all(before < index for index, step in enumerate(found.steps) for before in step.after)


@pytest.mark.parametrize(
    ("operation", "factor"),
    [("all-reduce", 1.5), ("reduce-scatter", 0.75), ("all-gather", 0.75), ("all-to-all", 0.75), ("broadcast", 1.0)],
)
def test_bus_bandwidth_is_nccl_tests(operation: str, factor: float) -> None:
    assert bus_factor(operation, 4) == factor
