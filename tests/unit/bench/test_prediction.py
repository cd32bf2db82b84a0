"""The predictor's growth: what is measured, its table and its plot."""

from __future__ import annotations

from types import ModuleType

import pytest

from bench import growth, prediction
from bench.loglog import Line, Panel, svg
from twin.predict.engine import predict


def test_every_server_takes_part() -> None:
    plan = growth.plan_of(60)
    record = predict(plan, growth.scenario_of(plan, growth.all_reduce(plan))).outcome["workloads"]["w"]
    assert record["ranks"] == 60
    # Within a site 2 (k - 1)/k S/B, across the sites 2 (D - 1)/D S/B, in frames; slices let the two overlap.
    within_s, across_s = (8 * 2**30 * share * 9014 / 8948 / rate for share, rate in ((10 / 6, 400e9), (1.8, 800e9)))
    assert across_s < record["iterations"][0]["time_s"] < within_s + across_s + 20 * 0.5e-3
    assert record["iterations"][0]["time_s"] == pytest.approx(within_s + across_s, rel=0.35)


@pytest.mark.parametrize("kind", ["ranks", "apart", "shared", "in-turn"])
def test_a_measurement_says_what_it_cost(kind: str) -> None:
    found = growth.measure(kind, 20)
    assert found["count"] == 20
    assert found["cpu_s"] > 0
    assert found["memory_bytes"] > 2**20
    assert found["predicted_s"] > 0


def test_neighbours_come_in_pairs() -> None:
    names = growth.neighbours(growth.plan_of(20))
    assert names[:2] == [("s0-1", "s0-2"), ("s1-1", "s1-2")]


def test_the_table(figures: ModuleType) -> None:
    table, growth = prediction.tables(figures.prediction())
    assert table.rows == (
        ("100 ranks of one all-reduce", "0.05 s", "20 MiB", "62.5 ms"),
        ("10,000 ranks of one all-reduce", "2.50 s", "190 MiB", "62.3 ms"),
        ("100 flows, each over cables of its own", "0.05 s", "20 MiB", "62.5 ms"),
        ("1,000 flows, each over cables of its own", "0.60 s", "30 MiB", "62.5 ms"),
        ("100 flows that share one ring of sites", "0.05 s", "20 MiB", "62.5 ms"),
        ("100 flows that share it and begin in turn", "0.05 s", "20 MiB", "62.5 ms"),
    )
    assert growth.rows == (("1,000 flows, each over cables of its own", "12 x", "1.5 x"),)


def test_without_two_sizes_no_growth_is_claimed(figures: ModuleType) -> None:
    found = {kind: sizes[:1] for kind, sizes in figures.prediction().items()}
    assert len(prediction.tables(found)) == 1
    assert prediction.headline(found).endswith(" is predicted in 0.05 s and 20 MiB.")


def test_flows_in_turn_are_as_far_apart_as_was_said() -> None:
    plan = growth.plan_of(growth.SERVERS)
    starts_s = [flow.start_s for flow in growth.workloads_of("in-turn", plan, 200)]
    assert 0.0 <= min(starts_s) < 0.002 < 0.018 < max(starts_s) <= 200 * growth.EACH_S


def test_a_large_site_has_eight_spines_that_carry_all() -> None:
    plan = growth.plan_of(20_000)
    leaf = plan.links_of["s0-1"][0].other("s0-1").node
    rates = [link.at(leaf).rate_bps for link in plan.links_of[leaf] if link.kind == "fabric"]
    assert rates == [125 / 8 * 400e9] * 8


def test_the_plot_has_a_line_for_each_kind_and_the_bound(figures: ModuleType) -> None:
    text = prediction.figure(figures.prediction())
    assert text.count("<polyline") == 2 * 4
    assert text.count("stroke-dasharray") == 2
    assert text == prediction.figure(figures.prediction())


def test_both_axes_are_logarithmic() -> None:
    text = svg("A & B", [Panel("p", (Line("l", ((10.0, 1.0), (100.0, 10.0), (1000.0, 100.0))),))])
    assert '<polyline points="70.0,336.0 405.0,226.0 740.0,116.0"' in text
    assert ">A &amp; B<" in text
