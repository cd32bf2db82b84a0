from __future__ import annotations

from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.results.outcome import PacketsRecord
from twin.results.probes import LostRun, lost_runs, outage_s, rate_bps, reordered

INTERVAL_S = 0.25


def record(arrived: list[bool]) -> PacketsRecord:
    received = tuple((n, n * INTERVAL_S, 0.01) for n, came in enumerate(arrived) if came)
    return PacketsRecord("packets", 0.0, INTERVAL_S, len(arrived), received)


def test_runs_and_outage_by_hand() -> None:
    probes = record([True, False, False, True, False, True, False, False, False])
    assert lost_runs(probes) == [LostRun(1, 2), LostRun(4, 1), LostRun(6, 3)]
    assert outage_s(probes) == pytest.approx(0.75)
    assert outage_s(record([True, True])) == 0
    assert outage_s(record([])) == 0


def test_the_rate_is_that_of_the_arrivals() -> None:
    """Five frames of 1,000 bytes in four intervals of 250 ms; a lost one counts for nothing."""
    assert rate_bps(record([True] * 5), 1000) == pytest.approx(4 * 8000)
    assert rate_bps(record([True, False, True, True, True]), 1000) == pytest.approx(3 * 8000)
    assert rate_bps(record([True]), 1000) is None


@given(st.lists(st.booleans()))
def test_outage_is_the_longest_gap(arrived: list[bool]) -> None:
    gaps = [len(list(group)) for came, group in groupby(arrived) if not came]
    probes = record(arrived)
    assert [run.count for run in lost_runs(probes)] == gaps
    assert outage_s(probes) == max(gaps, default=0) * INTERVAL_S
    assert all(not arrived[run.first] for run in lost_runs(probes))


@given(st.lists(st.booleans()), st.integers(0, 10))
def test_a_copy_of_a_probe_changes_nothing(arrived: list[bool], which: int) -> None:
    probes = record(arrived)
    if not probes.received:
        return
    extra = probes.received[which % len(probes.received)]
    doubled = PacketsRecord("packets", 0.0, INTERVAL_S, probes.sent, (*probes.received, extra))
    assert lost_runs(doubled) == lost_runs(probes)


def test_reordered_counts_those_that_were_overtaken() -> None:
    assert reordered([]) == 0
    assert reordered([(0, 0.0, 0.1), (1, 0.05, 0.1)]) == 0
    # Probe 0 takes a second: 1 and 2 pass it.
    assert reordered([(0, 0.0, 1.0), (1, 0.1, 0.1), (2, 0.2, 0.1)]) == 1
    assert reordered([(0, 0.0, 1.0), (1, 0.1, 0.8), (2, 0.2, 0.1)]) == 2


@given(st.lists(st.floats(0, 1), max_size=30))
def test_nothing_is_reordered_on_a_steady_path(delays: list[float]) -> None:
    steady = [(n, float(n), 0.5) for n, _ in enumerate(delays)]
    assert reordered(steady) == 0
    jittery = [(n, float(n), 0.5 + delay / 2) for n, delay in enumerate(delays)]
    assert reordered(jittery) == 0, "jitter below the interval overtakes nobody"
