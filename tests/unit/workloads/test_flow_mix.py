"""Flow mixes: sizes, arrivals and load."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.workloads.course import job_of
from twin.workloads.flow_mix import DISTRIBUTIONS, FlowMix, flows_of, mean_bytes
from twin.workloads.graph import SEND

WEB = FlowMix("b", 0.0, ("a", "b"), ("b", "c"), 1e9, 20_000, "1/b")
PARETO = replace(WEB, sizes="pareto", mean_bytes=100_000, shape=1.5, largest_bytes=10**6)


@pytest.mark.parametrize("mix", [WEB, replace(WEB, largest_bytes=10**6), PARETO], ids=("web", "cut", "pareto"))
def test_mean_size_and_load_are_as_offered(mix: FlowMix) -> None:
    flows = flows_of(mix)
    sizes = [flow.size_bytes for flow in flows]
    assert sum(sizes) / len(sizes) == pytest.approx(mean_bytes(mix), rel=0.03)
    assert 8 * sum(sizes) / flows[-1].at_s == pytest.approx(mix.load_bps, rel=0.04)
    assert max(sizes) <= mix.largest_bytes


def test_the_mean_of_web_search() -> None:
    """Its points linear between them; 1.67 MB."""
    assert mean_bytes(WEB) == pytest.approx(1_665_830.8)


def test_the_mean_of_a_cut_pareto() -> None:
    """With least size m = 33,333 and shape 1.5, E[min(X, c)] = 3m - 2m sqrt(m/c) at c = 1 MB."""
    least = 100_000 / 3
    assert mean_bytes(PARETO) == pytest.approx(3 * least - 2 * least * (least / 1e6) ** 0.5)


def test_a_cut_below_the_least_size_is_every_size() -> None:
    assert {flow.size_bytes for flow in flows_of(replace(PARETO, largest_bytes=500, flows=50))} == {500}


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_distributions_rise_from_nothing_to_all(name: str) -> None:
    points = DISTRIBUTIONS[name]
    assert points == tuple(sorted(points))
    assert (points[0][1], points[-1][1]) == (0.0, 1.0)


@given(st.integers(0, 20), st.sampled_from(["web-search", "data-mining"]))
def test_flows_go_between_different_servers_in_order_of_time(seed: int, sizes: str) -> None:
    mix = replace(WEB, random=str(seed), sizes=sizes, flows=50)
    flows = flows_of(mix)
    assert flows == flows_of(mix)
    assert all(flow.source != flow.target and flow.size_bytes >= 1 for flow in flows)
    assert [flow.at_s for flow in flows] == sorted(flow.at_s for flow in flows)


def test_every_flow_has_a_connection_of_its_own() -> None:
    job = job_of(replace(WEB, flows=30))
    assert len(job.graph.channels()) == 30 == sum(step.kind == SEND for step in job.graph.steps)
    assert job.graph.sent_bytes() == sum(flow.size_bytes for flow in flows_of(replace(WEB, flows=30)))
