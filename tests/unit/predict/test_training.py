"""Predicted training, against arithmetic."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from twin.plan.model import Plan
from twin.predict.engine import predict
from twin.workloads.scenario import Scenario, Training

ScenarioOf = Callable[..., Scenario]
OVERHEAD = 9014 / 8948


def round_s(plan: Plan, scenario_of: ScenarioOf, workload: Training) -> float:
    record = predict(plan, scenario_of(workload)).outcome["workloads"][workload.name]
    return float(record["iterations"][-1]["time_s"])


def test_local_steps_then_one_exchange(cluster: Plan, scenario_of: ScenarioOf) -> None:
    """Two replicas exchange 40 MB each way after ten steps of 10 ms."""
    diloco = Training("w", 0.0, ("c-1", "c-2"), "local-steps", 10e-3, 20_000_000, local_steps=10, chunks=64)
    assert round_s(cluster, scenario_of, diloco) == pytest.approx(0.1 + 320e6 * OVERHEAD / 10e9, rel=0.01)


def test_fragments_hide_behind_computing(cluster: Plan, scenario_of: ScenarioOf) -> None:
    streaming = Training("w", 0.0, ("c-1", "c-2"), "local-steps", 20e-3, 20_000_000, local_steps=10, fragments=5)
    assert round_s(cluster, scenario_of, streaming) == pytest.approx(0.2, rel=1e-6)


def test_gradients_overlap_with_the_backward_pass(cluster: Plan, scenario_of: ScenarioOf) -> None:
    """Four buckets of 10 MB, 8.06 ms each, while each quarter of the backward pass takes 5 ms: the first has to wait
    for forward pass and quarter, and then the network is what everything waits for."""
    data = Training("w", 0.0, ("c-1", "c-2"), "data", 30e-3, 20_000_000, buckets=4, chunks=64)
    bucket_s = 80e6 * OVERHEAD / 10e9
    assert round_s(cluster, scenario_of, data) == pytest.approx(10e-3 + 5e-3 + 4 * bucket_s, rel=0.01)


def test_a_pipeline_waits_for_the_fibre_both_ways(leased: Plan, scenario_of: ScenarioOf) -> None:
    """Two stages, one micro-batch of 1 MB: two messages of 8 ms, and 5 ms of delay each, the windows being open."""
    pipeline = Training("w", 0.0, ("east-1", "west-1"), "pipeline", 30e-3, hidden=1000, batch=1, sequence=500, warmup=9)
    message_s = 8e6 * OVERHEAD / 1e9 + 5e-3
    assert round_s(leased, scenario_of, pipeline) == pytest.approx(2 * 30e-3 + 2 * message_s, rel=1e-6)
