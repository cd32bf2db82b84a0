"""Metrics and tables of jobs, and of trainings with storage, failures and slow servers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.plan.build import build_plan
from twin.plan.model import Plan
from twin.plan.topology import FibrePair, Optical, PacketLink, Port, Site, SiteFabric, Topology
from twin.results import bundle
from twin.results.alone import alone_s
from twin.results.bundle import Run
from twin.results.document import Metric, Results
from twin.results.fidelity import judge_fidelity
from twin.results.job_metrics import COUNTED, job_metrics, kind_metrics
from twin.results.job_tables import TextTable, job_tables
from twin.results.metrics import metrics_of
from twin.results.outcome import CircuitRecord, FailureRecord, Iteration, JobRecord, TimedSpan, TrainingRecord
from twin.results.percentiles import percentile, spread
from twin.results.span_figure import WORDS, span_figure
from twin.results.storage_metrics import storage_metrics
from twin.results.time_figure import TimeAxis
from twin.workloads.flow_mix import FlowMix, flows_of
from twin.workloads.inference import Inference, Request
from twin.workloads.remoting import Remoting
from twin.workloads.scenario import Training

FRAMES = 9014 / 8948


def spans(name: str, *times: tuple[float, float], parts: int = 1) -> tuple[TimedSpan, ...]:
    return tuple(TimedSpan(name, i, begin, end, parts) for i, (begin, end) in enumerate(times))


def record(kind: str, *found: TimedSpan, planned: int | None = None, ideal_s: float = 0.0) -> JobRecord:
    return JobRecord(kind, 1.0, 1.5, len(found) if planned is None else planned, ideal_s, found)


@pytest.fixture
def far() -> Plan:
    """Sites a and b, 1,000 km of 5 us/km apart; c behind a leased link of 1 Gb/s and 2 ms from b. NICs of 10 Gb/s."""
    lit = [Site(name, 2, Port(10e9), SiteFabric(), Optical(), 1, Port(100e9)) for name in "ab"]
    dark = Site("c", 1, Port(10e9), SiteFabric(), None, 0, None)
    fibres = (FibrePair("a-b", ("a", "b"), 1000.0, delay_s_per_km=5e-6),)
    links = (PacketLink("wan", ("b", "c"), Port(1e9, delay_s=2e-3)),)
    return build_plan(Topology("far", (*lit, dark), fibres, links))


CIRCUIT = (CircuitRecord("a-b", 0.01, 0.01, ("a-b",), 1),)


# -- percentiles ----------------------------------------------------------------------------------------------------


def test_nearest_rank() -> None:
    values = [float(value) for value in range(1, 101)]
    assert [percentile(values, percent) for percent in (50, 95, 99, 100)] == [50, 95, 99, 100]
    assert percentile([7.0], 1) == 7.0


@given(st.lists(st.floats(0, 1e6), min_size=1), st.integers(1, 100))
def test_at_least_so_many_do_not_exceed_it(values: list[float], percent: int) -> None:
    found = percentile(values, percent)
    assert found in values
    assert sum(value <= found for value in values) >= percent / 100 * len(values) - 1e-9


def test_a_spread_of_nothing_is_nothing() -> None:
    assert spread("w.x", [], "s") == {}


# -- jobs -----------------------------------------------------------------------------------------------------------


def test_what_every_job_has() -> None:
    found = job_metrics("w", record("remoting", *spans("call", (1.5, 2.0), (2.0, 3.5))))
    assert found == {
        "w.finished": Metric(2, "1"),
        "w.time": Metric(2.0, "s"),
        "w.call": Metric(1.0, "s"),
        "w.call_p50": Metric(0.5, "s"),
        "w.call_p95": Metric(1.5, "s"),
        "w.call_p99": Metric(1.5, "s"),
        "w.call_max": Metric(1.5, "s"),
    }


def test_a_job_that_is_not_whole_has_no_time() -> None:
    found = job_metrics("w", record("remoting", *spans("call", (1.5, 2.0)), planned=2))
    assert found["w.finished"] == Metric(1, "1")
    assert "w.time" not in found


def test_a_token_is_a_part_of_the_answer() -> None:
    found = job_metrics("w", record("inference", *spans("tpot", (2.0, 3.0), parts=10)))
    assert found["w.tpot"] == Metric(pytest.approx(0.1), "s")


def test_overhead_is_over_what_local_calls_take(far: Plan) -> None:
    calls = Remoting("w", 0.0, "a-1", "b-1", 2, 1, 1, compute_s=0.5)
    found = kind_metrics(far, calls, record("remoting", *spans("call", (1.5, 2.0), (2.0, 4.0)), ideal_s=1.0), CIRCUIT)
    assert found == {"w.overhead": Metric(1.5, "ratio"), "w.idle": Metric(pytest.approx(0.6), "ratio")}


def test_tokens_of_all_answers(far: Plan) -> None:
    requests = (Request(0.0, 5, 3), Request(0.1, 5, 7))
    serving = Inference("w", 0.0, ("a-1",), ("a-2",), ("b-1",), requests, 8, 0.05, 0.5, slots=4)
    found = kind_metrics(far, serving, record("inference", *spans("latency", (1.5, 2.0), (1.6, 3.5))), CIRCUIT)
    assert found == {
        "w.tokens_rate": Metric(5.0, "tokens/s"),
        "w.idle_prefill": Metric(pytest.approx(1 - 10 * 0.05 / 2), "ratio"),
        "w.idle_decode": Metric(pytest.approx(1 - 8 * 0.5 / 4 / 2), "ratio"),
    }


def test_slowdown_is_over_the_flow_alone(far: Plan) -> None:
    mix = FlowMix("w", 0.0, ("a-1",), ("b-1",), 1e9, 2, "1/w")
    alone = [5e-3 + 8 * flow.size_bytes * FRAMES / 10e9 for flow in flows_of(mix)]
    times = spans("fct", *((2.0, 2.0 + factor * time_s) for factor, time_s in zip((2, 3), alone, strict=True)))
    found = kind_metrics(far, mix, record("flows", *times), CIRCUIT)
    assert found["w.slowdown"].value == pytest.approx(2.5)
    assert found["w.slowdown_p99"].value == pytest.approx(3.0)
    assert found["w.throughput"].value == pytest.approx(
        8 * sum(flow.size_bytes for flow in flows_of(mix)) / (0.5 + max(2 * alone[0], 3 * alone[1]))
    )


def test_alone_over_a_circuit_and_a_link(far: Plan) -> None:
    assert alone_s(far, CIRCUIT, "a-1", "b-2") == pytest.approx((5e-3, 8 * FRAMES / 10e9))
    assert alone_s(far, CIRCUIT, "c-1", "a-1") == pytest.approx((7e-3, 8 * FRAMES / 1e9))
    assert alone_s(far, CIRCUIT, "a-1", "a-2") == pytest.approx((0.0, 8 * FRAMES / 10e9))
    assert alone_s(far, (), "a-1", "b-2") is None


def test_alone_over_a_circuit_of_two_fibres() -> None:
    sites = tuple(Site(name, 1, Port(10e9), SiteFabric(), Optical(), 1, Port(100e9)) for name in "abc")
    fibres = tuple(FibrePair(f"{x}-{y}", (x, y), 200.0, delay_s_per_km=5e-6) for x, y in ("ab", "cb"))
    plan = build_plan(Topology("line", sites, fibres))
    circuit = (CircuitRecord("a-c", None, None, ("a-b", "c-b"), 1),)
    assert alone_s(plan, circuit, "a-1", "c-1") == pytest.approx((2e-3, 8 * FRAMES / 10e9))


# -- training with storage ------------------------------------------------------------------------------------------

DONE = TrainingRecord(
    "training",
    1.0,
    2,
    2,
    1,
    0.4,
    0.5,
    0,
    (Iteration(0, 2.0, 0.5), Iteration(1, 4.5, 0.5)),
    waits=(("a", "b", 0.2), ("b", "", 0.6), ("a", "", 0.2)),
    begin_s=2.0,
    spans=spans("checkpoint", (2.5, 2.75)),
    failures=(FailureRecord(3.0, 0.5, 1.5, 1),),
    planned_failures=1,
)


def test_lost_work_and_who_is_waited_for() -> None:
    """From 2 s to 5 s, of which half a second was lost and 1.5 s went by without training."""
    found = storage_metrics("w", ("a", "b"), DONE)
    shown = {name: metric.value for name, metric in found.items() if "checkpoint_" not in name}
    assert shown == {
        "w.waited_for.a": 0.0,
        "w.waited_for.b": 0.1,
        "w.waited_for_network": pytest.approx(0.4),
        "w.checkpoint": 0.25,
        "w.time": 3.0,
        "w.failures": 1,
        "w.lost_work": 0.5,
        "w.downtime": 1.5,
        "w.useful": pytest.approx(1 / 3),
    }


def test_plain_training_has_only_waits() -> None:
    plain = replace(DONE, begin_s=None, spans=(), failures=(), planned_failures=0)
    assert set(storage_metrics("w", ("a", "b"), plain)) == {"w.waited_for.a", "w.waited_for.b", "w.waited_for_network"}


def test_many_servers_are_not_named() -> None:
    assert set(storage_metrics("w", tuple(map(str, range(17))), replace(DONE, begin_s=None, spans=()))) == {
        "w.waited_for_network"
    }


# -- in a run -------------------------------------------------------------------------------------------------------


@pytest.fixture
def run(finished: tuple[Path, Results]) -> Run:
    """A training that failed once and a remote GPU, in place of the usual workloads."""
    usual = bundle.read_run(finished[0])
    servers = ("tokyo-1", "osaka-1")
    training = Training("train", 0.0, servers, "data", 0.4, 1000, rounds=2, failures_s=(1.0,))
    calls = Remoting("gpu", 0.0, "tokyo-1", "osaka-1", 1, 1, 1, compute_s=0.5)
    named = replace(DONE, waits=(("tokyo-1", "osaka-1", 0.2),))
    called = record("remoting", *spans("call", (1.5, 2.5)), ideal_s=0.5)
    outcome = replace(usual.outcome, workloads={"train": named, "gpu": called})
    return replace(usual, scenario=replace(usual.scenario, workloads=(training, calls)), outcome=outcome)


def test_tables_show_what_there_is(run: Run, finished: tuple[Path, Results]) -> None:
    results = replace(finished[1], metrics=metrics_of(run))
    assert list(job_tables(results, run)) == [
        TextTable(
            "Remote GPUs",
            ("workload", "calls", "per call", "99 %", "in all", "over local"),
            (("gpu", "1", "1 s", "1 s", "1 s", "100 %"),),
            5,
        ),
        TextTable("Storage of training", ("workload", "checkpoint"), (("train", "250 ms"),), 1),
        TextTable(
            "Failures of training",
            ("workload", "failures", "lost work", "down", "useful"),
            (("train", "1", "500 ms", "1.5 s", "33.3 %"),),
            4,
        ),
        TextTable(
            "Who waits for whom in train", ("server", "waits for", "per round"), (("tokyo-1", "osaka-1", "100 ms"),), 1
        ),
    ]


def test_each_thing_timed_is_a_point(run: Run) -> None:
    calls = run.outcome.workloads["gpu"]
    assert isinstance(calls, JobRecord)
    figure = span_figure("gpu", calls, TimeAxis(3.0, (), None), 7)
    assert figure is not None
    (panel,) = figure.panels
    assert (figure.identity, panel.title) == ("spans-7", "<b>gpu</b>   call, ms")
    assert (panel.traces[0]["x"], panel.traces[0]["y"]) == ([1.5], [1000.0])
    assert span_figure("gpu", replace(calls, spans=()), TimeAxis(3.0, (), None), 7) is None


def test_of_many_points_the_longest_is_drawn(run: Run) -> None:
    timed = spans("call", *((float(i), i + (9.0 if i == 7 else 1.0)) for i in range(7000)))
    figure = span_figure("gpu", record("remoting", *timed), TimeAxis(7000.0, (), None), 7)
    assert figure is not None
    assert len(figure.panels[0].traces[0]["y"]) <= 3001
    assert max(figure.panels[0].traces[0]["y"]) == 9000.0


def test_every_span_has_words() -> None:
    assert set(COUNTED.values()) <= set(WORDS)


def test_fidelity_names_what_is_missing(run: Run) -> None:
    assert judge_fidelity(run).ok
    short = {
        "train": replace(DONE, failures=()),
        "gpu": record("remoting", planned=1),
    }
    assert judge_fidelity(replace(run, outcome=replace(run.outcome, workloads=short))).reasons == (
        "workload train did not finish: 0 of 1 failures came before its end",
        "workload gpu did not finish: 0 of 1 parts of it ended",
    )
