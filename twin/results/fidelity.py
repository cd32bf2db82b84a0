"""Whether the lab kept its promises: a run that did not says why, and never passes for a good one."""

from __future__ import annotations

from collections.abc import Iterator

from twin.plan.model import Plan
from twin.results.bundle import Run
from twin.results.document import Fidelity
from twin.results.event import Event
from twin.results.outcome import (
    AllReduceRecord,
    Iperf3Record,
    JobRecord,
    Outcome,
    PacketsRecord,
    TrainingRecord,
    WorkloadRecord,
)
from twin.units import show_time
from twin.workloads.scenario import AllReduce, Iperf3, JobWorkload, Packets, Scenario, Trace, Training, Workload

#: How late an action of the real clock may come before the run says so. Assumed: a tenth of the usual target for
#: restoration, 50 ms.
LATE_ALLOWED_S = 0.005
#: What iperf3's server has to count of a transfer for its throughput to be that of the whole. Assumed.
COUNTED_SHARE = 0.9


def judge_fidelity(run: Run) -> Fidelity:
    """The reasons not to trust ``run``, in a fixed order."""
    reasons = [
        *_delay_drops(run.plan, run.outcome),
        *_unfinished(run.scenario, run.outcome, run.events),
        *_counted_short(run.scenario, run.outcome),
        *_overflows(run.outcome),
        *_late(run.outcome),
    ]
    return Fidelity(ok=not reasons, reasons=tuple(reasons))


def _delay_drops(plan: Plan, outcome: Outcome) -> Iterator[str]:
    """A fibre holds all that is in flight; a drop there means that the emulation's own queue was too short."""
    for queue in outcome.queues:
        if queue.kind != "delay" or queue.dropped_packets == 0:
            continue
        if plan.link_by_name[queue.link].at(queue.node).loss == 0:
            direction = f"the delay of link {queue.link} from {queue.node}"
            yield f"{direction} dropped {queue.dropped_packets} packets; it should drop none"


def _unfinished(scenario: Scenario, outcome: Outcome, events: tuple[Event, ...]) -> Iterator[str]:
    stopped = {action.target for action in scenario.timeline if action.do == "stop"}
    started = {action.target for action in scenario.timeline if action.do == "start"}
    for workload in scenario.workloads:
        if workload.name in stopped or (workload.start_s < 0 and workload.name not in started):
            continue
        record = outcome.workloads.get(workload.name)
        lack = "it left no record" if record is None else _lack(workload, record)
        if lack:
            yield f"workload {workload.name} did not finish: {lack}"


def _counted_short(scenario: Scenario, outcome: Outcome) -> Iterator[str]:
    """iperf3's server stops counting when its client says that it has written all; of a small transfer much is then
    still under way, and the throughput is that of a part."""
    for workload in scenario.workloads:
        record = outcome.workloads.get(workload.name)
        if not isinstance(workload, Iperf3) or not isinstance(record, Iperf3Record) or workload.size_bytes is None:
            continue
        if workload.protocol == "tcp" and record.sent_bytes and record.received_bytes is not None:
            share = record.received_bytes / record.sent_bytes
            if share < COUNTED_SHARE:
                what = f"iperf3's server counted {share * 100:.0f} % of what {workload.name} sent"
                yield f"{what}, before the rest arrived: send more, or use the kind replication"


def _overflows(outcome: Outcome) -> Iterator[str]:
    """What loss costs is known for one window at a time, which windows lose what is not."""
    for overflow in outcome.overflows:
        queue = f"the queue of link {overflow.link} from {overflow.node}"
        yield f"{queue} overflows {show_time(overflow.at_s)} after zero; what loss costs is estimated: see twin run"


def _lack(workload: Workload, record: WorkloadRecord) -> str:
    """What a workload's record lacks to be whole; empty where nothing does."""
    if isinstance(workload, AllReduce) and isinstance(record, AllReduceRecord):
        done = len(record.iterations)
        return "" if done >= record.planned else f"{done} of {record.planned} iterations"
    if isinstance(workload, (Training, Trace)) and isinstance(record, TrainingRecord):
        done, came = len(record.iterations), len(record.failures)
        if came < record.planned_failures:
            return f"{came} of {record.planned_failures} failures came before its end"
        return "" if done >= record.planned else f"{done} of {record.planned} rounds"
    if isinstance(workload, JobWorkload) and isinstance(record, JobRecord):
        done = len(record.spans)
        return "" if done >= record.planned else f"{done} of {record.planned} parts of it ended"
    if isinstance(workload, Packets) and isinstance(record, PacketsRecord):
        return "" if record.sent >= workload.count else f"{record.sent} of {workload.count} packets sent"
    if isinstance(workload, Iperf3) and isinstance(record, Iperf3Record):
        if record.sent_bytes is None:
            return "iperf3 was stopped before its report"
        wanted = workload.size_bytes or 0
        return "" if record.sent_bytes >= wanted else f"{record.sent_bytes} of {wanted} bytes sent"
    return f"its record is of the kind {record.kind}, not {workload.kind}"


def _late(outcome: Outcome) -> Iterator[str]:
    if outcome.late_s is not None and outcome.late_s > LATE_ALLOWED_S:
        late, allowed = show_time(outcome.late_s), show_time(LATE_ALLOWED_S)
        yield f"this machine was short of CPU: an action came {late} late, allowed {allowed}"
