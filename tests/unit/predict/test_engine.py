"""Whole predictions: iterations, probes, streams, the timeline, and that nothing is random."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import replace

import pytest

from twin.errors import BadInput
from twin.plan.model import Plan
from twin.predict.engine import predict
from twin.workloads.scenario import Action, AllReduce, Circuit, Iperf3, Packets, Scenario

ScenarioOf = Callable[..., Scenario]
OVERHEAD = 9014 / 8948
SERVERS = ("a-1", "a-2", "b-1", "b-2", "c-1", "c-2")


def test_a_ring_within_a_cluster_takes_2_n_minus_1_over_n(cluster: Plan, scenario_of: ScenarioOf) -> None:
    """T = 2 (n - 1)/n S/B, without any delay."""
    servers = tuple(server.name for server in cluster.servers)
    ring = AllReduce("w", 0.0, servers, 4_000_000, chunks=4, iterations=2)
    record = predict(cluster, scenario_of(ring)).outcome["workloads"]["w"]
    times = [iteration["time_s"] for iteration in record["iterations"]]
    assert times == [pytest.approx(2 * 3 / 4 * 32e6 * OVERHEAD / 10e9, rel=1e-6)] * 2


def test_iterations_keep_their_beat(cluster: Plan, scenario_of: ScenarioOf) -> None:
    ring = AllReduce("w", 1.0, ("c-1", "c-2"), 1_000_000, iterations=3, every_s=0.5)
    record = predict(cluster, scenario_of(ring)).outcome["workloads"]["w"]
    assert [iteration["start_s"] for iteration in record["iterations"]] == pytest.approx([1.0, 1.5, 2.0])


def test_a_cut_lengthens_the_iterations_while_it_lasts(
    triangle: Plan, scenario_of: ScenarioOf, all_circuits: tuple[Circuit, ...]
) -> None:
    train = AllReduce("w", 0.0, SERVERS, 60_000, "hierarchical", warmup=8, iterations=4, every_s=1.0)
    timeline = (Action(2.0, "cut", "a-b"), Action(3.0, "repair", "a-b"))
    prediction = predict(triangle, scenario_of(train, circuits=all_circuits, timeline=timeline))
    times = [iteration["time_s"] for iteration in prediction.outcome["workloads"]["w"]["iterations"]]
    assert [times[0], times[1], times[3]] == pytest.approx([times[0]] * 3, rel=1e-6)
    # The ring's chain of four messages crosses a-b, now four times as long, up to twice.
    assert 0.015 <= times[2] - times[0] <= 0.030
    events = [(event["t_s"], event["source"], event["event"]) for event in prediction.events if event["t_s"] >= 2.0]
    assert events[:3] == [
        (2.0, "timeline", "fibre-cut"),
        (2.0, "controller", "port-down"),
        (2.0, "controller", "circuit-down"),
    ]
    assert (2.0, "controller", "circuit-active") in events


def test_probes_on_a_fibre_that_is_cut_are_lost(
    triangle: Plan, scenario_of: ScenarioOf, all_circuits: tuple[Circuit, ...]
) -> None:
    """One each millisecond from 0; at 10 ms those of the last 5 ms are in the glass, and one more is about to leave."""
    probes = Packets("p", 0.0, "a-1", "b-1", "rtp", 20, 1e-3)
    timeline = (Action(10.5e-3, "cut", "a-b"),)
    prediction = predict(triangle, scenario_of(probes, circuits=all_circuits, timeline=timeline))
    record = prediction.outcome["workloads"]["p"]
    assert record["sent"] == 20
    arrived = {sequence: delay_s for sequence, _, delay_s in record["received"]}
    assert sorted(set(range(20)) - arrived.keys()) == [6, 7, 8, 9, 10]
    assert arrived[5] == pytest.approx(5e-3)
    assert arrived[11] == pytest.approx(20e-3)
    assert prediction.outcome["virtual_s"] == pytest.approx(1.019)


def test_a_stream_of_a_given_time_takes_the_link(leased: Plan, scenario_of: ScenarioOf) -> None:
    stream = Iperf3("s", 0.0, "east-1", "west-1", duration_s=10.0, streams=2)
    record = predict(leased, scenario_of(stream)).outcome["workloads"]["s"]
    assert record["received_bps"] == pytest.approx(1e9 / OVERHEAD, rel=0.01)
    assert record["retransmits"] == 0


def test_circuits_are_asked_for_and_given_back(
    triangle: Plan, scenario_of: ScenarioOf, all_circuits: tuple[Circuit, ...]
) -> None:
    timeline = (
        Action(0.5, "release", "a-b"),
        Action(0.6, "request", "extra", Circuit("extra", ("a", "b"))),
        Action(0.7, "release", "nobody"),
    )
    prediction = predict(triangle, scenario_of(circuits=all_circuits, timeline=timeline, end_s=1.0))
    shown = {"circuit-requested", "circuit-active", "circuit-released", "circuit-refused"}
    told = [
        (event["event"], event["circuit"], event.get("reason", ""))
        for event in prediction.events
        if event["t_s"] >= 0.5 and event["event"] in shown
    ]
    assert told == [
        ("circuit-released", "a-b", ""),
        ("circuit-released", "a-b", "asked for"),
        ("circuit-requested", "extra", ""),
        ("circuit-active", "extra", "requested"),
        ("circuit-released", "nobody", ""),
        ("circuit-refused", "nobody", "there is no circuit 'nobody'"),
    ]
    assert prediction.outcome["virtual_s"] == 1.0


def test_workloads_can_be_started_and_stopped(cluster: Plan, scenario_of: ScenarioOf) -> None:
    endless = AllReduce("w", -1.0, ("c-1", "c-2"), 10_000_000, iterations=1_000_000)
    timeline = (Action(1.0, "start", "w"), Action(1.1, "stop", "w"))
    prediction = predict(cluster, scenario_of(endless, timeline=timeline))
    record = prediction.outcome["workloads"]["w"]
    assert len(record["iterations"]) == int(0.1 / (80e6 * OVERHEAD / 10e9))
    assert [(event["t_s"], event["event"]) for event in prediction.events if event["source"] == "w"] == [
        (1.1, "workload-stopped")
    ]


def test_samples_count_what_each_direction_carried(leased: Plan, scenario_of: ScenarioOf) -> None:
    ring = AllReduce("w", 0.0, ("east-1", "west-1"), 1_000_000, chunks=1)
    rows = predict(leased, scenario_of(ring)).samples
    assert rows[0] == ["t_s", "link", "node", "tx_bytes", "tx_packets", "dropped_packets", "backlog_bytes"]
    assert rows[1][:3] == ["0.000000000", "east-1", "east-1"]
    last = {(row[1], row[2]): int(row[3]) for row in rows[1:]}
    assert last["wan", "east-border"] == last["wan", "west-border"]


def test_the_same_scenario_gives_the_same_prediction(
    triangle: Plan, scenario_of: ScenarioOf, all_circuits: tuple[Circuit, ...]
) -> None:
    train = AllReduce("w", 0.0, SERVERS, 600_000, iterations=3)
    scenario = scenario_of(train, circuits=all_circuits, timeline=(Action(0.05, "cut", "a-b"),))
    assert predict(triangle, scenario) == predict(triangle, scenario)


def test_what_only_a_run_can_tell_is_refused(cluster: Plan, scenario_of: ScenarioOf) -> None:
    datagrams = Iperf3("u", 0.0, "c-1", "c-2", "udp", duration_s=1.0, rate_bps=1e9)
    with pytest.raises(BadInput) as problem:
        predict(cluster, scenario_of(datagrams))
    assert str(problem.value) == "workloads.u.protocol: found udp; allowed: tcp; or use twin run"
    with pytest.raises(BadInput) as problem:
        predict(cluster, scenario_of(controller="mine"))
    assert str(problem.value) == (
        "controller: found 'mine', a program that only a run can ask; "
        "allowed: optical_circuit, engineered, static_path; or use twin run"
    )
    with pytest.raises(BadInput) as problem:
        predict(cluster, scenario_of(timeline=(Action(1.0, "controller", "kill"),)))
    assert str(problem.value) == (
        "timeline[0].controller: found a controller that ends or starts, which a prediction cannot play; use twin run"
    )


def test_the_collector_of_cycles_is_on_again_whatever_happens(cluster: Plan, scenario_of: ScenarioOf) -> None:
    ring = AllReduce("w", 0.0, ("c-1", "c-2"), 1_000_000)
    predict(cluster, scenario_of(ring))
    assert gc.isenabled()
    with pytest.raises(KeyError):
        predict(cluster, scenario_of(replace(ring, servers=("c-1", "nobody"))))
    assert gc.isenabled()
