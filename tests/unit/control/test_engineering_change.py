"""Few circuits are released, and only for who needs their transceivers; and a change has to repay its darkness."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.control.engineering.burden import Burden
from twin.control.engineering.change import change_to
from twin.control.engineering.ground import Ground, Join, Pair, pair_of
from twin.control.engineering.worth import dark_s, gain_s, repays
from twin.plan.model import Plan

SITES = "abcd"
JOINS = {pair: Join(1, 1.0) for pair in combinations(SITES, 2)}


def test_what_has_room_is_made_beside_the_rest() -> None:
    place = Ground({"a": 2, "b": 1, "c": 1, "d": 0}, JOINS)
    change = change_to(place, {"x": ("b", "a")}, {("a", "c"): 1})
    assert (change.release, change.request) == ((), (("a", "c"),))
    assert change.mesh == {("a", "b"): 1, ("a", "c"): 1}


def test_what_needs_a_transceiver_takes_it_from_a_circuit_that_is_not_wanted() -> None:
    place = Ground(dict.fromkeys(SITES, 1), JOINS)
    change = change_to(place, {"x": ("a", "b"), "y": ("c", "d")}, {("a", "b"): 1, ("c", "d"): 0})
    assert (change.release, change.request) == ((), ())
    change = change_to(place, {"x": ("a", "b"), "y": ("c", "d")}, {("b", "c"): 1})
    assert (change.release, change.request) == (("x", "y"), (("b", "c"),))
    assert change.mesh == {("b", "c"): 1}


def test_a_circuit_that_frees_both_ends_goes_first() -> None:
    place = Ground({"a": 2, "b": 2, "c": 1, "d": 1}, JOINS)
    own: dict[str, Pair] = {"x": ("a", "c"), "y": ("b", "d"), "z": ("a", "b")}
    change = change_to(place, own, {("a", "b"): 2})
    assert (change.release, change.request) == (("x", "y"), (("a", "b"),))
    change = change_to(place, {**own, "y": ("a", "b")}, {("c", "d"): 1})
    assert (change.release, change.request) == (("x",), (("c", "d"),))


def test_what_even_releases_make_no_room_for_is_left() -> None:
    place = Ground({"a": 1, "b": 0, "c": 1, "d": 0}, JOINS)
    change = change_to(place, {"x": ("a", "c")}, {("a", "b"): 1})
    assert (change.release, change.request, change.mesh) == ((), (), {("a", "c"): 1})


meshes = st.dictionaries(st.sampled_from(sorted(JOINS)), st.integers(1, 2))


@given(st.fixed_dictionaries(dict.fromkeys(SITES, st.integers(0, 3))), meshes, meshes)
def test_ports_are_never_exceeded_and_wanted_circuits_stay(
    ports: dict[str, int], have: Counter[Pair], want: Counter[Pair]
) -> None:
    place = Ground(ports, JOINS)
    held, own = Counter[str](), dict[str, Pair]()
    for number, pair in enumerate(Counter(have).elements()):
        if all(held[site] < ports[site] for site in pair):
            held.update(pair)
            own[f"c{number}"] = pair
    change = change_to(place, own, want)
    assert all(left >= 0 for left in place.free(change.mesh).values())
    before, kept = Counter(map(pair_of, own.values())), Counter(own[n] for n in own if n not in change.release)
    assert change.mesh == dict(kept + Counter(change.request))
    assert all(kept[pair] >= min(before[pair], want.get(pair, 0)) for pair in before)
    assert not change.release or change.request


def test_a_gain_is_the_time_saved() -> None:
    slow, fast = Burden(0.0, {("a", "b"): 3.0}), Burden(0.0, {("a", "b"): 1.0})
    lost = Burden(9.0, {})
    assert (gain_s(slow, fast), gain_s(fast, slow)) == (2.0, -2.0)
    assert (gain_s(lost, slow), gain_s(slow, lost)) == (inf, -inf)


@pytest.mark.parametrize(
    ("dark", "releases", "worth"), [(1.9, True, True), (2.0, True, False), (100.0, False, True), (0.0, True, True)]
)
def test_a_change_has_to_repay_its_darkness(dark: float, releases: bool, worth: bool) -> None:
    slow, fast = Burden(0.0, {("a", "b"): 3.0}), Burden(0.0, {("a", "b"): 1.0})
    assert repays(slow, fast, releases, dark) is worth
    assert not repays(fast, fast, releases, 0.0)


def test_light_that_nobody_looks_at_is_never_dark(triangle: Plan) -> None:
    assert dark_s(triangle) == 0.0
