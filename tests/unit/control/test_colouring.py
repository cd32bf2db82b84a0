"""One search over all channels finds what a search on each of them finds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.control.colouring import best_on_one_channel, bits, lowest
from twin.control.paths import delay_cost, hops_cost
from twin.control.routing import Edge, Graph, graph_of, shortest_path

CHANNELS = range(1, 5)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Up to six nodes joined at random, some of them twice."""
    nodes = [f"n{i}" for i in range(draw(st.integers(2, 6)))]
    pairs = draw(st.lists(st.tuples(st.sampled_from(nodes), st.sampled_from(nodes), st.integers(0, 4)), max_size=12))
    joined = [(f"l{i}", a, b, d) for i, (a, b, d) in enumerate(pairs) if a != b]
    return graph_of(edge for name, a, b, d in joined for edge in (Edge(name, a, b, 1, d), Edge(name, b, a, 1, d)))


@settings(max_examples=300)
@given(graphs(), st.lists(st.tuples(st.integers(0, 11), st.integers(1, 4)), max_size=24), st.booleans())
def test_it_is_the_best_over_all_channels(graph: Graph, claims: list[tuple[int, int]], by_hops: bool) -> None:
    taken: dict[str, int] = {}
    for number, channel in claims:
        taken[f"l{number}"] = taken.get(f"l{number}", 0) | 1 << channel
    cost = hops_cost if by_hops else delay_cost
    found = []
    for channel in CHANNELS:
        free = shortest_path(
            graph, "n0", "n1", lambda edge, bit=1 << channel: not taken.get(edge.name, 0) & bit, by_hops
        )
        if free is not None:
            found.append((cost(free), channel, free))
    best = min(found, default=None, key=lambda entry: entry[:2])
    got = best_on_one_channel(graph, ("n0", "n1"), lambda edge: True, bits(CHANNELS), taken, by_hops)
    assert got == (None if best is None else (best[2], best[1]))


def test_what_is_not_usable_is_not_used() -> None:
    graph = graph_of([Edge("x", "a", "b", 1, 1), Edge("y", "a", "b", 2, 5)])
    got = best_on_one_channel(graph, ("a", "b"), lambda edge: edge.name != "x", bits(CHANNELS), {"y": 0b0010})
    assert got is not None
    assert ([edge.name for edge in got[0]], got[1]) == (["y"], 2)


@pytest.mark.parametrize(("channels", "number"), [(range(1, 4), 0b1110), (range(0, 1), 1), (range(5, 5), 0)])
def test_channels_are_bits(channels: range, number: int) -> None:
    assert bits(channels) == number
    assert not number or lowest(number) == channels.start
