"""What the optical plant drew, and what each delivered bit cost."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest

from twin.plan.light import Light
from twin.plan.model import Plan
from twin.results.document import Metric
from twin.results.energy import energy_metrics, per_token
from twin.results.samples import SCHEMA
from twin.results.wording import show


def table(rows: list[tuple[float, str, str, int]]) -> pa.Table:
    columns: dict[str, list[object]] = {name: [] for name in SCHEMA.names}
    for t_s, link, node, tx_bytes in rows:
        for name, value in zip(SCHEMA.names, (t_s, link, node, tx_bytes, 0, 0, 0), strict=True):
            columns[name].append(value)
    return pa.table(columns, schema=SCHEMA)


ROWS = [
    (1.0, "tokyo-1", "tokyo-border", 1_000),  # to the server, before the first sample: not counted
    (1.0, "tokyo-1", "tokyo-1", 0),
    (3.0, "tokyo-1", "tokyo-border", 126_000),
    (3.0, "tokyo-1", "tokyo-1", 9_000_000),  # from the server
    (3.0, "tokyo-t1", "tokyo-border", 9_000_000),  # not to a server
]


def lit(plan: Plan, power_w: float | None) -> Plan:
    return replace(plan, light=Light("standard", 2.0, 0.0, 38.0, 191e12, (), {}, (), {}, (), (), power_w))


def test_power_times_time_over_bits_that_reached_servers(plan: Plan) -> None:
    found = energy_metrics(lit(plan, 500.0), table(ROWS))
    assert found == {
        "optics.power": Metric(500.0, "W"),
        "optics.energy_per_bit": Metric(pytest.approx(500.0 * 2.0 / 1e6), "J/b"),
    }
    assert [show(metric) for metric in found.values()] == ["500 W", "1 mJ/b"]


def test_nothing_is_said_of_what_is_not_known(plan: Plan) -> None:
    assert energy_metrics(plan, table(ROWS)) == {}
    assert energy_metrics(lit(plan, None), table(ROWS)) == {}
    assert set(energy_metrics(lit(plan, 500.0), table(ROWS[:2]))) == {"optics.power"}


def test_energy_for_each_token_of_those_that_tell_their_rate() -> None:
    rates = {"a.tokens_rate": Metric(250.0, "tokens/s"), "a.time": Metric(2.0, "s")}
    assert per_token(rates) == {}
    found = per_token({**rates, "optics.power": Metric(500.0, "W")})
    assert found == {"a.optics_per_token": Metric(2.0, "J")}
    assert show(found["a.optics_per_token"]) == "2 J"
