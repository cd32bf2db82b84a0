"""The all-reduce graphs: bytes, dependencies, and that every schedule can be played to its end."""

from __future__ import annotations

from collections import deque

from hypothesis import given
from hypothesis import strategies as st

from twin.workloads.collectives import hierarchical_all_reduce, ring_all_reduce, split
from twin.workloads.graph import RECEIVE, SEND, Graph


def played(graph: Graph) -> int:
    """Play with messages that take no time; returns how many steps could be done."""
    done: set[int] = set()
    mail: dict[tuple[int, int], deque[int]] = {}
    expected: dict[tuple[int, int], deque[int]] = {}
    for index, step in enumerate(graph.steps):
        if step.kind == RECEIVE:
            expected.setdefault((step.peer, step.rank), deque()).append(index)
    while True:
        before = len(done)
        for index, step in enumerate(graph.steps):
            if index in done or not done.issuperset(step.after):
                continue
            if step.kind == SEND:
                mail.setdefault((step.rank, step.peer), deque()).append(step.size_bytes)
                done.add(index)
            elif step.kind == RECEIVE:
                channel = (step.peer, step.rank)
                if mail.get(channel) and expected[channel][0] == index:
                    assert mail[channel].popleft() == step.size_bytes
                    expected[channel].popleft()
                    done.add(index)
        if len(done) == before:
            return len(done)


@given(st.integers(0, 10**12), st.integers(1, 1000))
def test_split_keeps_every_byte(size: int, parts: int) -> None:
    pieces = split(size, parts)
    assert sum(pieces) == size
    assert len(pieces) == parts
    assert max(pieces) - min(pieces) <= 1


@given(st.integers(2, 9), st.integers(0, 10**9), st.integers(1, 5), st.booleans())
def test_a_ring_sends_2_n_minus_1_blocks_per_rank(ranks: int, size: int, slices: int, lock_step: bool) -> None:
    graph = ring_all_reduce(ranks, size, slices, lock_step)
    assert graph.sent_bytes() == 2 * (ranks - 1) * size
    assert graph.channels() == [(rank, (rank + 1) % ranks) for rank in range(ranks)]
    assert len(graph.steps) == 2 * 2 * (ranks - 1) * ranks * (1 if lock_step else slices)
    assert played(graph) == len(graph.steps)


@given(st.integers(2, 4), st.integers(1, 4), st.integers(0, 10**9), st.integers(1, 3))
def test_hierarchical_carries_the_shards_across(sites: int, per_site: int, size: int, slices: int) -> None:
    places = [list(range(site * per_site, (site + 1) * per_site)) for site in range(sites)]
    graph = hierarchical_all_reduce(places, size, slices)
    across = sum(
        step.size_bytes for step in graph.steps if step.kind == SEND and step.rank // per_site != step.peer // per_site
    )
    within = graph.sent_bytes() - across
    assert across == 2 * (sites - 1) * size
    assert within == 2 * (per_site - 1) * size * sites
    assert played(graph) == len(graph.steps)


@given(st.integers(2, 6), st.integers(1, 4))
def test_dependencies_point_backwards(ranks: int, slices: int) -> None:
    graph = ring_all_reduce(ranks, 1000, slices)
    assert all(before < index for index, step in enumerate(graph.steps) for before in step.after)


def test_a_lock_step_ring_waits_for_the_whole_block() -> None:
    graph = ring_all_reduce(2, 100, 4, lock_step=True)
    assert [(s.rank, s.kind, s.peer, s.size_bytes, s.after) for s in graph.steps] == [
        (0, "send", 1, 50, ()),
        (1, "receive", 0, 50, ()),
        (1, "send", 0, 50, ()),
        (0, "receive", 1, 50, ()),
        (0, "send", 1, 50, (3,)),
        (1, "receive", 0, 50, ()),
        (1, "send", 0, 50, (1,)),
        (0, "receive", 1, 50, ()),
    ]
