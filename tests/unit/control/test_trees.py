from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from twin.control.routing import Edge, graph_of, tree_towards
from twin.control.trees import Trees


def both(name: str, a: str, b: str, delay_ps: int) -> list[Edge]:
    return [Edge(name, a, b, 1, delay_ps), Edge(name, b, a, 1, delay_ps)]


def test_only_what_changed_is_told() -> None:
    ra, ab, rb = both("ra", "r", "a", 1), both("ab", "a", "b", 1), both("rb", "r", "b", 5)
    trees = Trees(["r"])
    assert trees.change((), [*ra, *ab, *rb]) == {"r": {"a": ra[1], "b": ab[1]}}
    assert trees.change(ra, ()) == {"r": {"a": ab[0], "b": rb[1]}}
    assert trees.change(rb, ()) == {"r": {"a": None, "b": None}}
    assert trees.change((), ()) == {}
    assert trees.change((), ra) == {"r": {"a": ra[1], "b": ab[1]}}


def test_what_no_path_uses_can_go_unnoticed() -> None:
    near, far = both("near", "r", "a", 1), both("far", "r", "a", 2)
    trees = Trees(["r"])
    trees.change((), [*near, *far])
    assert trees.change(far, ()) == {}


@given(st.data())
def test_after_every_change_the_trees_are_those_of_the_edges_there_are(data: st.DataObject) -> None:
    nodes = [f"n{i}" for i in range(data.draw(st.integers(2, 7)))]
    pairs = data.draw(
        st.lists(st.tuples(st.permutations(nodes), st.integers(0, 4)).map(lambda d: (*d[0][:2], d[1])), max_size=14)
    )
    all_edges = [edge for i, (a, b, delay_ps) in enumerate(pairs) for edge in both(f"l{i}", a, b, delay_ps)]
    trees, told = Trees(nodes), {root: dict[str, Edge]() for root in nodes}
    present: set[Edge] = set()
    for _ in range(data.draw(st.integers(1, 6))):
        wanted = set(data.draw(st.lists(st.sampled_from(all_edges), unique=True))) if all_edges else set()
        for root, changes in trees.change(present - wanted, wanted - present).items():
            for node, edge in changes.items():
                assert told[root].get(node) != edge
                if edge is None:
                    del told[root][node]
                else:
                    told[root][node] = edge
        present = wanted
        graph = graph_of(sorted(present, key=lambda edge: (edge.name, edge.source)))
        assert told == {root: tree_towards(graph, root) for root in nodes}
