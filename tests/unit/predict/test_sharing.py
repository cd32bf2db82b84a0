"""Max-min fair shares: the textbook's examples, and what makes a share max-min fair."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.predict.sharing import max_min

LINKS = range(5)


def test_a_long_flow_leaves_what_it_cannot_use() -> None:
    """Three links in a row; one flow crosses all, and each link has one of its own."""
    loads = {"long": [(0, 1.0), (1, 1.0), (2, 1.0)], "x": [(0, 1.0)], "y": [(1, 1.0)], "z": [(2, 1.0)]}
    assert max_min(loads, {0: 10.0, 1: 4.0, 2: 10.0}) == {"long": 2.0, "y": 2.0, "x": 8.0, "z": 8.0}


def test_a_flow_that_stands_for_many_takes_their_share() -> None:
    rates = max_min({"many": [(0, 3.0)], "one": [(0, 1.0)]}, {0: 8.0})
    assert rates == {"many": 2.0, "one": 2.0}


def test_a_flow_without_links_is_without_limit() -> None:
    assert max_min({"free": [], "held": [(0, 1.0)]}, {0: 5.0}) == {"free": float("inf"), "held": 5.0}


def filled(loads: dict[int, dict[int, float]], capacity: dict[int, float]) -> dict[int, float]:
    """The definition: all that still grow get the same more, until one of their links is full; those on it stop."""
    rates = dict.fromkeys(loads, 0.0)
    growing = set(loads)
    while growing:
        room = {
            link: (capacity[link] - sum(rates[flow] * own.get(link, 0.0) for flow, own in loads.items())) / weight
            for link in capacity
            if (weight := sum(loads[flow].get(link, 0.0) for flow in growing)) > 0
        }
        more = min(room.values())
        full = {link for link, left in room.items() if left <= more + 1e-9 * capacity[link]}
        for flow in growing:
            rates[flow] += more
        growing = {flow for flow in growing if full.isdisjoint(loads[flow])}
    return rates


FLOWS = st.lists(st.dictionaries(st.sampled_from(LINKS), st.integers(1, 4), min_size=1), min_size=1, max_size=8)


@given(FLOWS, st.lists(st.floats(1.0, 1000.0), min_size=5, max_size=5))
def test_every_flow_has_a_full_link_on_which_nobody_is_faster(
    flows: list[dict[int, int]], capacities: list[float]
) -> None:
    """The definition: no flow can gain but at the cost of one that has no more."""
    capacity = dict(zip(LINKS, capacities, strict=True))
    rates = max_min({i: [(k, float(w)) for k, w in links.items()] for i, links in enumerate(flows)}, capacity)
    used = {k: sum(rates[i] * links.get(k, 0) for i, links in enumerate(flows)) for k in LINKS}
    assert all(used[k] <= capacity[k] * (1 + 1e-6) for k in LINKS)
    for i, links in enumerate(flows):
        full = [k for k in links if used[k] == pytest.approx(capacity[k], rel=1e-6)]
        fastest = [max(rates[j] for j, other in enumerate(flows) if k in other) for k in full]
        assert any(rates[i] >= rate * (1 - 1e-6) for rate in fastest)


@given(FLOWS, st.lists(st.floats(1.0, 1000.0), min_size=5, max_size=5))
def test_rates_are_those_of_growing_together_until_a_link_is_full(
    flows: list[dict[int, int]], capacities: list[float]
) -> None:
    capacity = dict(zip(LINKS, capacities, strict=True))
    loads = {i: {k: float(w) for k, w in links.items()} for i, links in enumerate(flows)}
    rates = max_min({i: list(own.items()) for i, own in loads.items()}, capacity)
    assert rates == pytest.approx(filled(loads, capacity), rel=1e-6)
