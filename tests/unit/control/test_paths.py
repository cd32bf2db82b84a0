from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from twin.control.paths import Path, delay_cost, disjoint_pair, hops_cost, k_shortest
from twin.control.routing import Edge, Graph, graph_of


def both(name: str, a: str, b: str, delay_ps: int) -> list[Edge]:
    return [Edge(name, a, b, 1, delay_ps), Edge(name, b, a, 1, delay_ps)]


#: The classic trap: the shortest path a-b-c-d leaves no second one, and yet there are two.
TRAP = graph_of(
    edge
    for a, b, delay_ps in [("a", "b", 1), ("b", "c", 1), ("c", "d", 1), ("a", "c", 5), ("b", "d", 5)]
    for edge in both(a + b, a, b, delay_ps)
)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    nodes = [f"n{i}" for i in range(draw(st.integers(2, 6)))]
    pairs = draw(st.lists(st.tuples(st.permutations(nodes), st.integers(0, 5)), min_size=2, max_size=10))
    return graph_of(edge for i, (order, d) in enumerate(pairs) for edge in both(f"l{i}", order[0], order[1], d))


def anything(edge: Edge) -> bool:
    return True


def names(path: Path) -> list[str]:
    return [edge.name for edge in path]


def every_path(graph: Graph, here: str, target: str, passed: tuple[str, ...] = ()) -> Iterator[Path]:
    """All paths without repeated nodes, by trying everything."""
    if here == target:
        yield ()
        return
    for edge in graph.get(here, ()):
        if edge.target not in (*passed, here):
            for rest in every_path(graph, edge.target, target, (*passed, here)):
                yield (edge, *rest)


def test_k_shortest_of_the_trap() -> None:
    assert [names(path) for path in k_shortest(TRAP, "a", "d", anything)] == [
        ["ab", "bc", "cd"],
        ["ab", "bd"],
        ["ac", "cd"],
        ["ac", "bc", "bd"],
    ]
    assert names(next(k_shortest(TRAP, "a", "d", anything, by_hops=True))) == ["ab", "bd"]


def test_the_pair_that_greed_does_not_find() -> None:
    pair = disjoint_pair(TRAP, "a", "d", anything)
    assert pair is not None
    assert [names(path) for path in pair] == [["ab", "bd"], ["ac", "cd"]]
    assert disjoint_pair(TRAP, "a", "d", lambda edge: edge.name != "ac") is None


def test_two_paths_may_meet_in_a_node_unless_it_matters() -> None:
    bow = graph_of(e for n, a, b in [("1", "a", "m"), ("2", "a", "m"), ("3", "m", "z")] for e in both(n, a, b, 1))
    bow["m"] += both("4", "m", "z", 1)[:1]
    pair = disjoint_pair(bow, "a", "z", anything)
    assert pair is not None
    assert sorted(name for path in pair for name in names(path)) == ["1", "2", "3", "4"]
    assert disjoint_pair(bow, "a", "z", anything, nodes=True) is None


@given(graphs(), st.booleans())
def test_k_shortest_finds_every_path_in_order(graph: Graph, by_hops: bool) -> None:
    cost = hops_cost if by_hops else delay_cost
    found = list(k_shortest(graph, "n0", "n1", anything, by_hops))
    assert len(set(found)) == len(found)
    assert set(found) == set(every_path(graph, "n0", "n1"))
    assert [cost(path) for path in found] == sorted(cost(path) for path in found)


@given(graphs(), st.booleans())
def test_the_pair_is_the_best_of_all_pairs(graph: Graph, nodes: bool) -> None:
    def apart(a: Path, b: Path) -> bool:
        if nodes and {edge.target for edge in a[:-1]} & {edge.target for edge in b[:-1]}:
            return False
        return not set(names(a)) & set(names(b))

    pairs = [pair for pair in combinations(every_path(graph, "n0", "n1"), 2) if apart(*pair)]
    found = disjoint_pair(graph, "n0", "n1", anything, nodes)
    assert (found is None) == (not pairs)
    if found is not None:
        assert apart(*found)
        assert set(found) <= set(every_path(graph, "n0", "n1"))
        best = min(delay_cost(a)[0] + delay_cost(b)[0] for a, b in pairs)
        assert delay_cost(found[0])[0] + delay_cost(found[1])[0] == best
