from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.results import bundle
from twin.results.bundle import Run
from twin.results.document import Fidelity, Metric, Results, Verdict
from twin.results.expectations import judge
from twin.results.fidelity import judge_fidelity
from twin.results.outcome import AllReduceRecord, Iperf3Record, OverflowRecord, PacketsRecord, QueueRecord
from twin.workloads.scenario import Action, Expectation


@pytest.fixture
def run(finished: tuple[Path, Results]) -> Run:
    return bundle.read_run(finished[0])


def test_a_metric_that_does_not_exist_fails() -> None:
    assert judge([Expectation("no.such", "below 1", maximum=1.0)], {}) == (Verdict("no.such", "below 1", None, False),)


@given(st.floats(-10, 10), st.floats(-10, 10) | st.none(), st.floats(-10, 10) | st.none())
def test_bounds_belong_to_what_is_wanted(value: float, low: float | None, high: float | None) -> None:
    (verdict,) = judge([Expectation("m", "text", low, high)], {"m": Metric(value, "s")})
    assert verdict.got == value
    assert verdict.ok == ((low is None or low <= value) and (high is None or value <= high))


def test_a_run_that_kept_its_promises(run: Run) -> None:
    assert judge_fidelity(run) == Fidelity(ok=True, reasons=())


def test_a_fibre_that_drops_breaks_fidelity(run: Run) -> None:
    dropped = QueueRecord("tokyo-osaka", "tokyo-roadm", "delay", 5, 0)
    broken = replace(run, outcome=replace(run.outcome, queues=(dropped,)))
    reason = "the delay of link tokyo-osaka from tokyo-roadm dropped 5 packets; it should drop none"
    assert judge_fidelity(broken) == Fidelity(ok=False, reasons=(reason,))


def test_a_prediction_says_which_queue_would_have_lost(run: Run) -> None:
    overflow = OverflowRecord("tokyo-t1", "tokyo-border", 0.2543)
    broken = replace(run, outcome=replace(run.outcome, overflows=(overflow,)))
    reason = "the queue of link tokyo-t1 from tokyo-border overflows 254.3 ms after zero; what loss costs is estimated"
    assert judge_fidelity(broken) == Fidelity(ok=False, reasons=(f"{reason}: see twin run",))


def test_a_link_with_loss_may_drop(run: Run) -> None:
    link = run.plan.link_by_name["tokyo-osaka"]
    lossy = replace(link, a=replace(link.a, loss=0.01))
    links = tuple(lossy if one.name == link.name else one for one in run.plan.links)
    queue = QueueRecord(link.name, link.a.node, "delay", 5, 0)
    calm = replace(run, plan=replace(run.plan, links=links), outcome=replace(run.outcome, queues=(queue,)))
    assert judge_fidelity(calm).ok


def test_unfinished_workloads_are_named_with_what_they_lack(run: Run) -> None:
    records = dict(run.outcome.workloads)
    allreduce, packets = records["gradients"], records["probes"]
    assert isinstance(allreduce, AllReduceRecord)
    assert isinstance(packets, PacketsRecord)
    records["gradients"] = replace(allreduce, iterations=allreduce.iterations[:37])
    records["probes"] = replace(packets, sent=12)
    records["bulk"] = Iperf3Record("iperf3", 0.5)
    del records["video"]
    broken = replace(run, outcome=replace(run.outcome, workloads=records))
    assert judge_fidelity(broken).reasons == (
        "workload gradients did not finish: 37 of 100 iterations",
        "workload probes did not finish: 12 of 2400 packets sent",
        "workload bulk did not finish: iperf3 was stopped before its report",
        "workload video did not finish: it left no record",
    )


def test_a_workload_stopped_on_purpose_or_never_started_is_no_failure(run: Run) -> None:
    workloads = (run.scenario.workloads[0], replace(run.scenario.workloads[1], start_s=-1.0))
    timeline = (*run.scenario.timeline, Action(5.0, "stop", "gradients"))
    scenario = replace(run.scenario, workloads=workloads, timeline=timeline)
    assert judge_fidelity(replace(run, scenario=scenario, outcome=replace(run.outcome, workloads={}))).ok
    started = replace(scenario, timeline=(Action(1.0, "start", "probes"),), workloads=workloads[1:])
    broken = replace(run, scenario=started, outcome=replace(run.outcome, workloads={}))
    assert judge_fidelity(broken).reasons == ("workload probes did not finish: it left no record",)


def test_a_machine_that_is_late_says_so(run: Run) -> None:
    assert judge_fidelity(replace(run, outcome=replace(run.outcome, late_s=0.004))).ok
    late = judge_fidelity(replace(run, outcome=replace(run.outcome, late_s=0.025)))
    assert late.reasons == ("this machine was short of CPU: an action came 25 ms late, allowed 5 ms",)


def test_a_small_transfer_that_iperf3_did_not_count_says_so(run: Run) -> None:
    sizes = tuple(replace(one, size_bytes=1000) if one.name == "bulk" else one for one in run.scenario.workloads)
    scenario = replace(run.scenario, workloads=sizes)
    for received, reasons in [(899, 1), (900, 0)]:
        records = {**run.outcome.workloads, "bulk": Iperf3Record("iperf3", 0.5, 1.0, 1000, received, 1e6)}
        judged = judge_fidelity(replace(run, scenario=scenario, outcome=replace(run.outcome, workloads=records)))
        found = [reason for reason in judged.reasons if "counted" in reason]
        what = "iperf3's server counted 90 % of what bulk sent, before the rest arrived"
        assert found == [f"{what}: send more, or use the kind replication"] * reasons
