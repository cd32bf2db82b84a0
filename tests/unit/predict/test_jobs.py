"""Predicted jobs, against arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from twin.plan.model import Plan
from twin.predict.engine import predict
from twin.workloads.flow_mix import FlowMix, flows_of
from twin.workloads.inference import Inference, Request
from twin.workloads.remoting import Remoting
from twin.workloads.replication import Checkpoint, Replication
from twin.workloads.scenario import Action, JobWorkload, Scenario, Training
from twin.workloads.storage import Reads, StorageReads

ScenarioOf = Callable[..., Scenario]
OVERHEAD = 9014 / 8948


def record_of(plan: Plan, scenario: Scenario) -> dict[str, Any]:
    (record,) = predict(plan, scenario).outcome["workloads"].values()
    assert isinstance(record, dict)
    return record


def times(record: dict[str, Any], name: str) -> list[float]:
    return [span["end_s"] - span["begin_s"] for span in record["spans"] if span["name"] == name]


def test_a_call_takes_a_round_trip_and_its_computing(leased: Plan, scenario_of: ScenarioOf) -> None:
    calls = Remoting("w", 0.0, "east-1", "west-1", 10, 1000, 500, compute_s=2e-3, prepare_s=1e-3)
    record = record_of(leased, scenario_of(calls))
    assert times(record, "call") == pytest.approx([10e-3 + 2e-3 + 12_000 * OVERHEAD / 1e9] * 10, rel=1e-6)
    assert record["ideal_s"] == pytest.approx(10 * 3e-3)


def test_connections_of_a_job_open_at_the_same_time(leased: Plan, scenario_of: ScenarioOf) -> None:
    """Both directions of calls in one and a half round trips of 10 ms."""
    record = record_of(leased, scenario_of(Remoting("w", 1.0, "east-1", "west-1", 1, 1, 1, compute_s=0.0)))
    assert record["begin_s"] == pytest.approx(1.015)


def test_the_cache_crosses_before_the_second_token(leased: Plan, scenario_of: ScenarioOf) -> None:
    """1 MB over 1 Gb/s and 5 ms, the windows being open after a first request; 20 ms of prefill, 10 ms a token."""
    requests = (Request(0.0, 1000, 2), Request(0.5, 1000, 3))
    serving = Inference("w", 0.0, ("east-1",), ("east-2",), ("west-1",), requests, 1000, 20e-6, 10e-3)
    record = record_of(leased, scenario_of(serving))
    cache_s = 8e6 * OVERHEAD / 1e9 + 5e-3
    assert times(record, "ttft")[1] == pytest.approx(20e-3, rel=1e-2)
    assert times(record, "kv")[1] == pytest.approx(cache_s, rel=1e-6)
    assert times(record, "tpot")[1] == pytest.approx(cache_s + 20e-3 + 5e-3, rel=1e-3)


def test_few_blocks_ahead_wait_for_the_distance(leased: Plan, scenario_of: ScenarioOf) -> None:
    """Blocks of 10 kB, 4 ahead, used in no time: four for each round trip and one block's 80 us."""
    reads = StorageReads("w", 0.0, ("east-1",), ("west-1",), 10_000, blocks=40, read_ahead=4, compute_s=0.0)
    record = record_of(leased, scenario_of(reads))
    assert record["spans"][-1]["end_s"] - record["begin_s"] == pytest.approx(10 * (10e-3 + 80e-6 * 4), rel=0.03)


def test_streams_of_a_copy_share_the_link(leased: Plan, scenario_of: ScenarioOf) -> None:
    copy = Replication("w", 0.0, ("east-1", "east-2"), ("west-1",), 50_000_000, streams=4)
    record = record_of(leased, scenario_of(copy))
    assert times(record, "copy") == pytest.approx([400e6 * OVERHEAD / 1e9 + 5e-3], rel=0.1)


def test_a_flow_alone_takes_its_rounds(leased: Plan, scenario_of: ScenarioOf) -> None:
    """65,535 bytes in the first round; what is smaller takes the delay and its bytes."""
    mix = FlowMix("w", 0.0, ("east-1",), ("west-1",), 1e5, 20, "1/w", largest_bytes=80_000)
    record = record_of(leased, scenario_of(mix))
    flows = flows_of(mix)
    for flow, time_s in zip(flows, times(record, "fct"), strict=True):
        rest = flow.size_bytes - 65_535
        wanted = 5e-3 + (flow.size_bytes if rest <= 0 else rest) * 8 * OVERHEAD / 1e9 + (10e-3 if rest > 0 else 0.0)
        assert time_s == pytest.approx(wanted, rel=1e-4)


@pytest.mark.parametrize("workload", [Remoting("w", 0.0, "c-1", "c-2", 10**4, 10, 10, compute_s=1.0)])
def test_a_job_that_is_stopped_keeps_what_ended(cluster: Plan, scenario_of: ScenarioOf, workload: JobWorkload) -> None:
    record = record_of(cluster, scenario_of(workload, timeline=(Action(3.5, "stop", "w"),)))
    assert len(times(record, "call")) == 3
    assert record["planned"] == 10**4


def test_a_training_fails_reads_its_state_back_and_goes_on(cluster: Plan, scenario_of: ScenarioOf) -> None:
    """Rounds of 100 ms; a checkpoint of 10 MB on each of two servers, 8.06 ms to the storage's one cable of 10 Gb/s for
    both, after every second. At 350 ms the third and half of the fourth round are gone; 50 ms later the state is read
    back, 16 ms for both."""
    failing = Training(
        *("w", 0.0, ("c-1", "c-2"), "data", 0.1, 1000),
        rounds=6,
        checkpoint=Checkpoint(("c-3",), 20_000_000, 2),
        failures_s=(0.35,),
        restart_s=0.05,
    )
    predicted = predict(cluster, scenario_of(failing))
    record = predicted.outcome["workloads"]["w"]
    state_s = 160e6 * OVERHEAD / 10e9
    (failure,) = record["failures"]
    assert failure["lost_s"] == pytest.approx(0.15, rel=0.01)
    assert failure["down_s"] == pytest.approx(0.05 + state_s, rel=0.02)
    assert failure["back_to"] == 2
    assert [one["index"] for one in record["iterations"]] == list(range(6))
    assert times(record, "checkpoint") == pytest.approx([state_s] * 3, rel=0.02)
    assert record["iterations"][-1]["start_s"] - record["begin_s"] == pytest.approx(
        0.35 + 0.05 + state_s + 0.3, rel=0.01
    )
    assert [(event["event"], event.get("round")) for event in predicted.events if event["source"] == "w"] == [
        ("checkpoint-written", 2),
        ("failure", None),
        ("restarted", 2),
        ("checkpoint-written", 4),
        ("checkpoint-written", 6),
        ("workload-ended", None),
    ]


def test_reads_ahead_hide_behind_computing_where_they_fit(cluster: Plan, scenario_of: ScenarioOf) -> None:
    """10 MB a round for each of two servers from one cable of 10 Gb/s: 16 ms, within a round of 50 ms but for the
    first; with rounds of 10 ms the cable is what everything waits for."""
    batch_s = 160e6 * OVERHEAD / 10e9
    for compute_s, round_s in ((50e-3, 50e-3), (10e-3, batch_s)):
        reads = Reads(("c-3",), 10_000_000, 1_000_000, read_ahead=2)
        training = Training("w", 0.0, ("c-1", "c-2"), "data", compute_s, 1000, rounds=10, reads=reads)
        record = record_of(cluster, scenario_of(training))
        assert record["iterations"][-1]["time_s"] == pytest.approx(round_s, rel=0.02)
