from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from twin.control.paths import k_shortest
from twin.control.routing import (
    Edge,
    Graph,
    fewest_edges_within,
    graph_of,
    picoseconds,
    shortest_path,
    tree_towards,
)


def both(name: str, a: str, b: str, delay_ps: int) -> list[Edge]:
    return [Edge(name, a, b, 1, delay_ps), Edge(name, b, a, 1, delay_ps)]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    nodes = [f"n{i}" for i in range(draw(st.integers(2, 7)))]
    pairs = draw(st.lists(st.tuples(st.sampled_from(nodes), st.sampled_from(nodes), st.integers(0, 5)), max_size=14))
    return graph_of(edge for i, (a, b, d) in enumerate(pairs) if a != b for edge in both(f"l{i}", a, b, d))


def test_delay_is_exact_in_picoseconds() -> None:
    assert picoseconds(0.1) + picoseconds(0.2) == picoseconds(0.3)


def test_shortest_path_is_by_delay() -> None:
    graph = graph_of([*both("direct", "a", "c", 30), *both("x", "a", "b", 10), *both("y", "b", "c", 10)])
    path = shortest_path(graph, "a", "c")
    assert path is not None
    assert [edge.name for edge in path] == ["x", "y"]


def test_equal_delay_prefers_fewer_edges_then_names() -> None:
    edges = [*both("z", "a", "c", 20), *both("w", "a", "c", 20), *both("x", "a", "b", 10), *both("y", "b", "c", 10)]
    path = shortest_path(graph_of(edges), "a", "c")
    assert path is not None
    assert [edge.name for edge in path] == ["w"]


@given(graphs(), st.integers(0, 12))
def test_the_fewest_edges_within_a_delay_are_those_of_the_first_path_in_order_that_keeps_it(
    graph: Graph, limit_ps: int
) -> None:
    for target in sorted({"n1", *graph} - {"n0"}):
        paths = k_shortest(graph, "n0", target, lambda edge: True, by_hops=True)
        first = next((path for path in paths if sum(edge.delay_ps for edge in path) <= limit_ps), None)
        assert fewest_edges_within(graph, "n0", target, lambda edge: True, limit_ps) == first


def test_unusable_edges_are_avoided() -> None:
    graph = graph_of(both("only", "a", "b", 1))
    assert shortest_path(graph, "a", "b", lambda edge: edge.name != "only") is None
    assert fewest_edges_within(graph, "a", "b", lambda edge: edge.name != "only", 9) is None


def test_no_edge_out_of_the_source_means_no_path() -> None:
    assert shortest_path({}, "a", "b") is None


@given(graphs())
def test_tree_never_loops_and_is_as_short_as_the_shortest_path(graph: Graph) -> None:
    for root in graph:
        first = tree_towards(graph, root)
        for node in graph:
            path = shortest_path(graph, node, root)
            if node == root or path is None:
                assert node not in first
                continue
            delay_ps, hops, here = 0, 0, node
            while here != root:
                delay_ps, hops, here = delay_ps + first[here].delay_ps, hops + 1, first[here].target
                assert hops <= len(graph)
            assert (delay_ps, hops) == (sum(edge.delay_ps for edge in path), len(path))


def test_equal_paths_are_spread_over_the_roots() -> None:
    roots = [f"leaf{i}" for i in range(16)]
    edges = [edge for s in ("s1", "s2") for r in [*roots, "border"] for edge in both(f"{r}-{s}", r, s, 0)]
    used = {tree_towards(graph_of(edges), root)["border"].target for root in roots}
    assert used == {"s1", "s2"}
