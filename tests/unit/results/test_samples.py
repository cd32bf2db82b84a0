from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.results.samples import SCHEMA, RateSeries, rates


def table(rows: list[tuple[float, int]]) -> pa.Table:
    columns = {name: [0] * len(rows) for name in SCHEMA.names}
    columns |= {"t_s": [t_s for t_s, _ in rows], "tx_bytes": [count for _, count in rows]}
    return pa.table(columns | {"link": ["l"] * len(rows), "node": ["n"] * len(rows)}, schema=SCHEMA)


def test_a_rate_is_the_counter_s_difference_over_time() -> None:
    found = rates(table([(0.0, 0), (0.5, 1000), (2.0, 1000), (2.0, 1000), (2.5, 4000)]))
    assert found == {("l", "n"): RateSeries((0.0, 0.5, 2.0, 2.5), (16_000.0, 0.0, 48_000.0))}
    assert found["l", "n"].peak_bps == 48_000


def test_one_sample_has_no_rate() -> None:
    assert rates(table([(1.0, 5)])) == {("l", "n"): RateSeries((1.0,), ())}
    assert rates(table([])) == {}


@given(st.lists(st.integers(0, 10**12), min_size=2, max_size=80), st.integers(2, 10))
def test_thinning_loses_no_byte(steps: list[int], most: int) -> None:
    total = 0
    rows = []
    for number, step in enumerate(steps):
        total += step if number else 0
        rows.append((number * 0.01, total))
    series = rates(table(rows), most)["l", "n"]
    assert len(series.rates_bps) <= most
    spans = zip(series.times_s, series.times_s[1:], series.rates_bps, strict=False)
    assert sum((end - start) * rate / 8 for start, end, rate in spans) == pytest.approx(total)
    assert (series.times_s[0], series.times_s[-1]) == (rows[0][0], rows[-1][0])
