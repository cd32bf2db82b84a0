"""A load of requests is Poisson, repeats with its seed, and Erlang's formula is Erlang's."""

from __future__ import annotations

from itertools import islice, pairwise
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.control.arrivals import Moment, batch_interval, erlang_b, moments, poisson_arrivals

PAIRS = [("a", "b"), ("b", "c")]


def test_the_load_is_what_was_asked_for() -> None:
    arrivals = list(islice(poisson_arrivals(PAIRS, erlangs=20.0, holding_s=50.0, seed=1), 20_000))
    rate = len(arrivals) / arrivals[-1].at_s
    holding_s = fmean(arrival.until_s - arrival.at_s for arrival in arrivals)
    assert rate * holding_s == pytest.approx(20.0, rel=0.03)
    assert holding_s == pytest.approx(50.0, rel=0.03)
    assert fmean(arrival.sites == ("a", "b") for arrival in arrivals) == pytest.approx(0.5, abs=0.02)


def test_gaps_are_exponential() -> None:
    """Their standard deviation is their mean."""
    arrivals = list(islice(poisson_arrivals(PAIRS, 10.0, 10.0, seed=2), 20_000))
    gaps = [later.at_s - sooner.at_s for sooner, later in pairwise(arrivals)]
    mean = fmean(gaps)
    assert fmean((gap - mean) ** 2 for gap in gaps) ** 0.5 == pytest.approx(mean, rel=0.03)


def test_a_seed_repeats_and_another_does_not() -> None:
    one, same, other = (list(islice(poisson_arrivals(PAIRS, 5.0, 1.0, seed), 50)) for seed in (7, 7, 8))
    assert one == same
    assert one != other
    assert [arrival.name for arrival in one[:3]] == ["load-1", "load-2", "load-3"]


@given(st.integers(0, 2**32), st.floats(0.1, 100.0), st.integers(1, 60))
def test_moments_come_in_order_and_everyone_leaves(seed: int, erlangs: float, count: int) -> None:
    arrivals = list(islice(poisson_arrivals(PAIRS, erlangs, 3.0, seed), count))
    found = list(moments(arrivals))
    assert [moment.at_s for moment in found] == sorted(moment.at_s for moment in found)
    assert [moment.arrival for moment in found if moment.asks] == arrivals
    for arrival in arrivals:
        asked, left = (found.index(Moment(at_s, asks, arrival)) for at_s, asks in _both(arrival.at_s, arrival.until_s))
        assert asked < left


def _both(at_s: float, until_s: float) -> tuple[tuple[float, bool], tuple[float, bool]]:
    return (at_s, True), (until_s, False)


@pytest.mark.parametrize(
    ("erlangs", "servers", "blocked"),
    [(1.0, 1, 0.5), (2.0, 2, 0.4), (4.461, 10, 0.01), (84.064, 100, 0.01), (3.0, 0, 1.0), (0.0, 0, 1.0)],
)
def test_erlang_b_is_that_of_the_tables(erlangs: float, servers: int, blocked: float) -> None:
    assert erlang_b(erlangs, servers) == pytest.approx(blocked, rel=1e-3)


def test_a_batch_interval_is_students() -> None:
    mean, half = batch_interval([(100, 10), (100, 12), (100, 8)], quantile=4.303)
    assert mean == pytest.approx(0.1)
    assert half == pytest.approx(4.303 * 0.02 / 3**0.5)
