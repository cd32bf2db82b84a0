"""Meshes for traffic: what greedy and the exact solver choose, and what must hold of both."""

from __future__ import annotations

import sys
from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.control.engineering.burden import Ways, burden
from twin.control.engineering.exact import exact
from twin.control.engineering.greedy import greedy
from twin.control.engineering.ground import Ground, Join, Mesh, Pair
from twin.errors import BadInput, MachineLacks

FAR = Join(10**9, 80e9)


def ground(ports: dict[str, int], fixed: Mesh | None = None, unjoined: tuple[Pair, ...] = ()) -> Ground:
    joins = {pair: FAR for pair in combinations(sorted(ports), 2) if pair not in unjoined}
    return Ground(ports, joins, fixed or {})


@st.composite
def grounds(draw: st.DrawFn) -> Ground:
    """Two to five sites, most of which light can join, with up to three free ports and some circuits that stay."""
    sites = [f"s{i}" for i in range(draw(st.integers(2, 5)))]
    pairs = [pair for pair in combinations(sites, 2) if draw(st.integers(0, 5))]
    delays, rates = st.integers(1, 5), st.sampled_from([40e9, 80e9])
    joins = {pair: Join(draw(delays) * 10**9, draw(rates)) for pair in pairs}
    fixed = {pair: 1 for pair in pairs if not draw(st.integers(0, 3))}
    return Ground({site: draw(st.integers(0, 3)) for site in sites}, joins, fixed)


@st.composite
def problems(draw: st.DrawFn) -> tuple[Ground, dict[Pair, float]]:
    """A ground, and traffic between some of its sites."""
    made = draw(grounds())
    pairs = [(a, b) for a in made.ports for b in made.ports if a != b and draw(st.booleans())]
    return made, {pair: float(draw(st.integers(1, 100))) * 1e8 for pair in pairs}


def check_ports(problem: Ground, mesh: Mesh) -> None:
    assert set(mesh) <= set(problem.joins)
    assert all(count > 0 for count in mesh.values())
    assert all(left >= 0 for left in problem.free(mesh).values())


@settings(max_examples=200, deadline=None)
@given(problems())
def test_greedy_keeps_to_the_ports_and_never_makes_it_worse(problem: tuple[Ground, dict[Pair, float]]) -> None:
    place, traffic = problem
    mesh = greedy(place, traffic)
    check_ports(place, mesh)
    assert burden(place, mesh, traffic).unserved_bytes <= burden(place, {}, traffic).unserved_bytes
    assert greedy(place, traffic) == mesh


@settings(max_examples=100, deadline=None)
@given(problems(), st.lists(st.tuples(st.booleans(), st.integers(0, 99)), max_size=8))
def test_ways_that_follow_circuits_are_those_of_the_mesh_there_is(
    problem: tuple[Ground, dict[Pair, float]], todo: list[tuple[bool, int]]
) -> None:
    place, traffic = problem
    mesh: Counter[Pair] = Counter()
    ways = Ways(place, {}, traffic)
    for adds, number in todo:
        pair = sorted(place.joins)[number % len(place.joins)] if place.joins else None
        if pair is not None and adds:
            mesh[pair] += 1
            ways.add(pair)
        elif pair is not None and mesh[pair]:
            mesh[pair] -= 1
            ways.drop(pair)
    assert ways.burden() == burden(place, +mesh, traffic)
    for pair, busy_s in ways.burden().busy_s.items():
        size_bytes = sum(ways.riders(pair).values())  # of both directions, of which the busier one counts
        one_way_s = size_bytes * 8 / place.joins[pair].rate_bps / place.whole(+mesh)[pair]
        assert busy_s <= one_way_s * (1 + 1e-9) <= 2 * busy_s * (1 + 2e-9)


@settings(max_examples=60, deadline=None)
@given(problems())
def test_exact_keeps_to_the_ports_and_is_never_worse_than_greedy(problem: tuple[Ground, dict[Pair, float]]) -> None:
    pytest.importorskip("ortools")
    place, traffic = problem
    mesh = exact(place, traffic, effort=2.0)
    check_ports(place, mesh)
    assert burden(place, mesh, traffic).key <= burden(place, greedy(place, traffic), traffic).key


def test_the_pair_that_passes_through_a_busy_circuit_gets_its_own() -> None:
    """a and b talk with each other and with the hub; c is idle, and keeps its port."""
    star = ground({"a": 1, "b": 1, "c": 1, "h": 0}, {("a", "h"): 1, ("b", "h"): 1, ("c", "h"): 1})
    traffic = {("a", "b"): 1e9, ("b", "a"): 1e9, ("a", "h"): 1e9, ("b", "h"): 1e9}
    assert burden(star, {}, traffic).busy_s == {("a", "h"): pytest.approx(0.2), ("b", "h"): pytest.approx(0.2)}
    mesh = greedy(star, traffic)
    assert mesh == {("a", "b"): 1}
    assert burden(star, mesh, traffic).worst_s == pytest.approx(0.1)


def test_parallel_circuits_share_the_load() -> None:
    two = ground({"a": 4, "b": 3})
    traffic = {("a", "b"): 3e9, ("b", "a"): 1e9}
    assert greedy(two, traffic) == {("a", "b"): 3}
    assert burden(two, {("a", "b"): 3}, traffic).worst_s == pytest.approx(0.1)


def test_every_site_is_joined_before_any_bottleneck_is_relieved() -> None:
    """The pair that talks most is joined first, unless nothing could be joined to it any more."""
    leaves = ground({"a": 1, "b": 1, "c": 3, "d": 1})
    assert greedy(leaves, {("a", "b"): 1e12}) == {("a", "c"): 1, ("b", "c"): 1, ("c", "d"): 1}
    ring = ground(dict.fromkeys("abcd", 2))
    mesh = greedy(ring, {("a", "b"): 1e12, ("c", "d"): 1e12})
    assert burden(ring, mesh, {(x, y): 1.0 for x in "abcd" for y in "abcd"}).unserved_bytes == 0.0
    assert mesh[("a", "b")] == 1
    assert mesh[("c", "d")] == 1


def test_what_nothing_can_join_is_unserved() -> None:
    portless = ground({"a": 0, "b": 1, "c": 1})
    traffic = {("a", "b"): 5.0, ("b", "a"): 1.0, ("c", "b"): 8.0, ("a", "elsewhere"): 100.0}
    mesh = greedy(portless, traffic)
    assert mesh == {("b", "c"): 1}
    assert burden(portless, mesh, traffic).unserved_bytes == 6.0
    unjoined = ground({"a": 1, "b": 1, "c": 2}, unjoined=(("a", "b"),))
    mesh = greedy(unjoined, {("a", "b"): 80e9})
    assert mesh == {("a", "c"): 1, ("b", "c"): 1}
    assert burden(unjoined, mesh, {("a", "b"): 80e9}).key == (0.0, pytest.approx(8.0))


def test_exact_finds_what_greedy_misses() -> None:
    """Five sites, two ports each: the best ring is found by looking at all of it."""
    pytest.importorskip("ortools")
    sites = "abcde"
    delays = {pair: 10**8 * (number + 3) for number, pair in enumerate(combinations(sites, 2))}
    place = Ground(dict.fromkeys(sites, 2), {pair: Join(ps, 80e9) for pair, ps in delays.items()})
    weights = [1, 9, 2, 8, 3, 7, 4, 6, 5, 10, 1, 9, 2, 8, 3, 7, 4, 6, 5, 10]
    traffic = dict(zip([(a, b) for a in sites for b in sites if a != b], (w * 1e8 for w in weights), strict=True))
    times = [burden(place, mesh, traffic).worst_s for mesh in (greedy(place, traffic), exact(place, traffic))]
    assert times[1] < times[0]
    assert Counter(site for pair in exact(place, traffic) for site in pair) == dict.fromkeys(sites, 2)


def test_exact_without_or_tools_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ortools.sat.python.cp_model", None)
    with pytest.raises(MachineLacks) as caught:
        exact(ground({"a": 1, "b": 1}), {})
    assert str(caught.value) == (
        "this machine lacks OR-tools; install it with: pip install 'twin[exact]'; or use the greedy solver"
    )


def test_exact_refuses_more_sites_than_it_can_finish() -> None:
    with pytest.raises(BadInput) as caught:
        exact(ground({f"s{i:02}": 1 for i in range(13)}), {})
    assert str(caught.value) == "solver: exact: found 13 sites; allowed: 12 or fewer; use the greedy solver"
