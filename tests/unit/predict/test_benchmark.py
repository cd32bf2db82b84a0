"""The benchmark measures what it says: all ranks take part, and their number decides nothing but the ring's length."""

from __future__ import annotations

import pytest

from twin.predict.benchmark import measure, plan_of, scenario_of
from twin.predict.engine import predict


def test_every_server_takes_part() -> None:
    plan = plan_of(6)
    record = predict(plan, scenario_of(plan)).outcome["workloads"]["w"]
    assert record["ranks"] == 60
    # Within a site 2 (k - 1)/k S/B, across the sites 2 (D - 1)/D S/B, in frames; slices let the two overlap.
    within_s, across_s = (8 * 2**30 * share * 9014 / 8948 / rate for share, rate in ((10 / 6, 400e9), (1.8, 800e9)))
    assert across_s < record["iterations"][0]["time_s"] < within_s + across_s + 20 * 0.5e-3
    assert record["iterations"][0]["time_s"] == pytest.approx(within_s + across_s, rel=0.35)


def test_a_line_of_the_table() -> None:
    line = measure(1)
    assert line.startswith("| 10 | ")
    assert line.endswith(" ms |\n")
