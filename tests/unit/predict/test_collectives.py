"""Predicted collectives of four ranks at 10 Gb/s, against S/B."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from twin.plan.model import Plan
from twin.predict.engine import predict
from twin.workloads.scenario import AllReduce, Scenario

WHOLE_S = 8 * 40e6 * 9014 / 8948 / 10e9


@pytest.mark.parametrize(
    ("operation", "algorithm", "times"),
    [
        ("reduce-scatter", "ring", 0.75),
        ("all-gather", "ring", 0.75),
        ("all-to-all", "ring", 0.75),
        ("broadcast", "ring", 1.0 + 2 / 64),
        ("all-reduce", "ring", 1.5),
    ],
)
def test_times(
    cluster: Plan, scenario_of: Callable[..., Scenario], operation: str, algorithm: str, times: float
) -> None:
    servers = tuple(server.name for server in cluster.servers)
    one = AllReduce("w", 0.0, servers, 40_000_000, algorithm, chunks=64, operation=operation)
    record = predict(cluster, scenario_of(one)).outcome["workloads"]["w"]
    assert record["operation"] == operation
    assert record["iterations"][0]["time_s"] == pytest.approx(times * WHOLE_S, rel=1e-3)


def test_trees_take_about_twice_the_size(cluster: Plan, scenario_of: Callable[..., Scenario]) -> None:
    """2 S/B, and what filling and emptying the trees costs."""
    servers = tuple(server.name for server in cluster.servers)
    one = AllReduce("w", 0.0, servers, 40_000_000, "tree", chunks=64)
    time_s = predict(cluster, scenario_of(one)).outcome["workloads"]["w"]["iterations"][0]["time_s"]
    assert 1.5 * WHOLE_S < time_s < 2.5 * WHOLE_S
