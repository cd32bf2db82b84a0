"""Classes of ranks stand for all their members: bytes, pairs, and that the graph can be played."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from twin.workloads.collectives import hierarchical_all_reduce, ring_all_reduce
from twin.workloads.graph import SEND, Graph
from twin.workloads.symmetry import ClassGraph, as_classes, hierarchical_classes, ring_classes


def member_bytes(classes: ClassGraph) -> Counter[tuple[int, int]]:
    """What each pair of ranks sends, by the classes' graph."""
    found: Counter[tuple[int, int]] = Counter()
    for step in classes.graph.steps:
        if step.kind == SEND:
            for pair in classes.pairs[step.rank, step.peer]:
                found[pair] += step.size_bytes
    return found


def rank_bytes(graph: Graph) -> Counter[tuple[int, int]]:
    """What each pair of ranks sends, by the ranks' own graph."""
    found: Counter[tuple[int, int]] = Counter()
    for step in graph.steps:
        if step.kind == SEND:
            found[step.rank, step.peer] += step.size_bytes
    return found


@given(st.integers(2, 8), st.integers(1, 50), st.integers(1, 4))
def test_a_ring_is_one_class(ranks: int, block: int, slices: int) -> None:
    size = ranks * block
    classes = ring_classes(ranks, size, slices)
    assert classes.graph.ranks == 1
    assert member_bytes(classes) == rank_bytes(ring_all_reduce(ranks, size, slices))


@given(st.integers(2, 4), st.integers(1, 4), st.integers(1, 50), st.integers(1, 3), st.booleans())
def test_a_hierarchy_has_one_class_for_each_site(
    sites: int, each: int, block: int, slices: int, lock_step: bool
) -> None:
    size = sites * each * block
    places = [list(range(site * each, (site + 1) * each)) for site in range(sites)]
    classes = hierarchical_classes(places, size, slices, lock_step)
    assert classes.graph.ranks == sites
    assert member_bytes(classes) == rank_bytes(hierarchical_all_reduce(places, size, slices, lock_step))


def test_ranks_that_are_not_alike_stay_apart() -> None:
    graph = ring_all_reduce(3, 30, 1)
    assert as_classes(graph) == ClassGraph(graph, {(0, 1): [(0, 1)], (1, 2): [(1, 2)], (2, 0): [(2, 0)]})
