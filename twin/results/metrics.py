"""What was measured, as named numbers: pure functions from a run to ``{"NAME": Metric}``.

A metric that the run cannot tell is left out; nothing is ever NaN. The names are a contract (emulation, prediction,
expectations and ``twin compare`` use them), so each is written here once:

    circuit.NAME.rtt  .rtt_planned  .rtt_error            s, s, ratio (always >= 0)
    W.time .time_min .time_max .time_before/_during/_after .algbw .busbw .iterations          W: an all-reduce
    W.sent .received .lost .reordered .delay_min .delay_mean .delay_max .outage .rate         W: probes
    W.time_closed_form                                                     W: an all-reduce within one site
    W.step_time .step_time_min/_max/_before/_during/_after .slowdown .exposed .idle .tokens_rate .rounds   W: training
    W.throughput .retransmits .loss                                                           W: iperf3
    W.time and the spans of a job, .slowdown of flows, .waited_for.SERVER of a training ...     see job_metrics.py
    fibre.NAME.restoration  fibre.NAME.lost_circuits      per fibre that was cut while it carried circuits
    load.requests .blocked .blocking                      only with a circuit_load (blocking.py)
    link.NAME.NODE.dropped                                only where something was dropped
    optics.power  .energy_per_bit                         only with transceivers of the catalogue (energy.py)
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Final

from twin.results.blocking import blocking_metrics
from twin.results.bundle import Run
from twin.results.closed_form import closed_form_s
from twin.results.document import Metric, Metrics
from twin.results.event import Event
from twin.results.job_metrics import job_metrics, kind_metrics
from twin.results.outcome import (
    AllReduceRecord,
    CircuitRecord,
    Iperf3Record,
    JobRecord,
    PacketsRecord,
    QueueRecord,
    TrainingRecord,
    WorkloadRecord,
)
from twin.results.phases import by_phase, find_trouble
from twin.results.probes import outage_s, rate_bps, reordered
from twin.results.restoration import restorations
from twin.results.storage_metrics import storage_metrics
from twin.results.training_metrics import training_metrics
from twin.workloads.collectives import bus_factor
from twin.workloads.scenario import AllReduce, JobWorkload, Packets, Trace, Training

#: Header and check sequence of a frame.
ETHERNET_BYTES: Final = 18


def metrics_of(run: Run) -> Metrics:
    """Every metric of ``run``."""
    found: Metrics = {}
    for circuit in run.outcome.circuits:
        found.update(circuit_metrics(circuit))
    for name, record in run.records:
        found.update(workload_metrics(name, record, run.events))
    for workload in run.scenario.workloads:
        left = run.outcome.workloads.get(workload.name)
        if isinstance(workload, (Training, Trace)) and isinstance(left, TrainingRecord):
            found.update(storage_metrics(workload.name, workload.servers, left))
        elif isinstance(workload, JobWorkload) and isinstance(left, JobRecord):
            found.update(kind_metrics(run.plan, workload, left, run.outcome.circuits))
    found.update(closed_form_metrics(run))
    found.update(probe_rate_metrics(run))
    found.update(restoration_metrics(run.outcome.circuits, run.events))
    found.update(blocking_metrics(run.events))
    found.update(queue_metrics(run.outcome.queues))
    return found


def closed_form_metrics(run: Run) -> Metrics:
    """What theory says of those all-reduces for which it says something."""
    found: Metrics = {}
    for workload in run.scenario.workloads:
        time_s = closed_form_s(run.plan, workload) if isinstance(workload, AllReduce) else None
        if time_s is not None and workload.name in run.outcome.workloads:
            found[f"{workload.name}.time_closed_form"] = Metric(time_s, "s")
    return found


def probe_rate_metrics(run: Run) -> Metrics:
    """The rate of each train of probes as it arrived, Ethernet frames without preamble."""
    found: Metrics = {}
    for workload in run.scenario.workloads:
        record = run.outcome.workloads.get(workload.name)
        if isinstance(workload, Packets) and isinstance(record, PacketsRecord):
            arrived_bps = rate_bps(record, workload.size_bytes + ETHERNET_BYTES)
            if arrived_bps is not None:
                found[f"{workload.name}.rate"] = Metric(arrived_bps, "b/s")
    return found


def circuit_metrics(circuit: CircuitRecord) -> Metrics:
    """A circuit's measured and planned round trip; the error is ``|measured - planned| / planned``."""
    prefix = f"circuit.{circuit.name}"
    measured_s, planned_s = circuit.rtt_s, circuit.planned_rtt_s
    found: Metrics = {}
    if planned_s is not None:
        found[f"{prefix}.rtt_planned"] = Metric(planned_s, "s")
    if measured_s is not None:
        found[f"{prefix}.rtt"] = Metric(measured_s, "s")
    if measured_s is not None and planned_s:
        found[f"{prefix}.rtt_error"] = Metric(abs(measured_s - planned_s) / planned_s, "ratio")
    return found


def workload_metrics(name: str, record: WorkloadRecord, events: Sequence[Event]) -> Metrics:
    """The metrics of one workload, whatever its kind."""
    if isinstance(record, AllReduceRecord):
        return allreduce_metrics(name, record, events)
    if isinstance(record, PacketsRecord):
        return packets_metrics(name, record)
    if isinstance(record, TrainingRecord):
        return training_metrics(name, record, events)
    if isinstance(record, JobRecord):
        return job_metrics(name, record)
    return iperf3_metrics(name, record)


def allreduce_metrics(name: str, record: AllReduceRecord, events: Sequence[Event]) -> Metrics:
    """Times of the iterations; bandwidths by nccl-tests' formula, over the mean time."""
    found = {f"{name}.iterations": Metric(len(record.iterations), "1")}
    times = [iteration.time_s for iteration in record.iterations]
    if not times:
        return found
    mean_s = fmean(times)
    found[f"{name}.time"] = Metric(mean_s, "s")
    found[f"{name}.time_min"] = Metric(min(times), "s")
    found[f"{name}.time_max"] = Metric(max(times), "s")
    if mean_s > 0:
        algbw_bps = record.size_bytes * 8 / mean_s
        found[f"{name}.algbw"] = Metric(algbw_bps, "b/s")
        found[f"{name}.busbw"] = Metric(algbw_bps * bus_factor(record.operation, record.ranks), "b/s")
    trouble = find_trouble(events)
    if trouble is not None:
        for phase, iterations in by_phase(trouble, record.iterations).items():
            found[f"{name}.time_{phase}"] = Metric(fmean(iteration.time_s for iteration in iterations), "s")
    return found


def packets_metrics(name: str, record: PacketsRecord) -> Metrics:
    """Losses, the longest gap, disorder and one-way delays of a train of probes."""
    arrived = len({sequence for sequence, _, _ in record.received})
    found = {
        f"{name}.sent": Metric(record.sent, "packets"),
        f"{name}.received": Metric(arrived, "packets"),
        f"{name}.lost": Metric(record.sent - arrived, "packets"),
        f"{name}.reordered": Metric(reordered(record.received), "packets"),
        f"{name}.outage": Metric(outage_s(record), "s"),
    }
    delays = [delay_s for _, _, delay_s in record.received]
    if delays:
        found[f"{name}.delay_min"] = Metric(min(delays), "s")
        found[f"{name}.delay_mean"] = Metric(fmean(delays), "s")
        found[f"{name}.delay_max"] = Metric(max(delays), "s")
    return found


def iperf3_metrics(name: str, record: Iperf3Record) -> Metrics:
    """What the receiver got; ``loss`` where iperf3 counts datagrams, ``retransmits`` where it counts segments."""
    found: Metrics = {}
    if record.received_bps is not None:
        found[f"{name}.throughput"] = Metric(record.received_bps, "b/s")
    if record.retransmits is not None:
        found[f"{name}.retransmits"] = Metric(record.retransmits, "packets")
    if record.lost_packets is not None and record.packets:
        found[f"{name}.loss"] = Metric(record.lost_packets / record.packets, "ratio")
    return found


def restoration_metrics(circuits: Sequence[CircuitRecord], events: Sequence[Event]) -> Metrics:
    """Per fibre, over all its cuts: the longest restoration (absent where a circuit never came back) and how many
    circuits were not restored."""
    found: Metrics = {}
    by_fibre: dict[str, list[float | None]] = {}
    lost: dict[str, int] = {}
    for restoration in restorations(circuits, events):
        by_fibre.setdefault(restoration.fibre, []).append(restoration.restored_s)
        lost[restoration.fibre] = lost.get(restoration.fibre, 0) + len(restoration.lost)
    for fibre, times in by_fibre.items():
        found[f"fibre.{fibre}.lost_circuits"] = Metric(lost[fibre], "1")
        known = [time_s for time_s in times if time_s is not None]
        if len(known) == len(times):
            found[f"fibre.{fibre}.restoration"] = Metric(max(known), "s")
    return found


def queue_metrics(queues: Sequence[QueueRecord]) -> Metrics:
    """Packets dropped by all the queues of a direction, where there were any."""
    dropped: dict[str, int] = {}
    for queue in queues:
        key = f"link.{queue.link}.{queue.node}.dropped"
        dropped[key] = dropped.get(key, 0) + queue.dropped_packets
    return {name: Metric(count, "packets") for name, count in dropped.items() if count > 0}
