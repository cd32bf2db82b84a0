"""What jobs come to: inference, remote GPUs, storage, copies and flows.

::

    W.time              from when the connections are there to the end of the last thing timed; only of a whole job
    W.SPAN _p50 _p95 _p99 _max      mean and percentiles of what is timed: flows' fct; ttft, tpot, kv and latency of
                        inference; calls, blocks and copies
    W.finished          how many flows, requests, calls, blocks or copies there were
    W.overhead          time / (what it would be if messages took no time) - 1: remote GPUs and storage
    W.slowdown _p50 ... flow completion time / the time of the flow alone on its path
    W.throughput        payload of flows, blocks and copies over W.time, b/s
    W.tokens_rate       tokens of whole answers over W.time
    W.idle              share of W.time in which readers, or a remote GPU, do not compute
    W.idle_prefill      the same of the servers that prefill; W.idle_decode of the places that decode

The time of a flow alone: one-way delay + size / goodput of the narrowest link, with neither handshake nor slow start.
"""

from __future__ import annotations

from collections.abc import Sequence

from twin.plan.model import Plan
from twin.results.alone import alone_s
from twin.results.document import Metric, Metrics
from twin.results.outcome import CircuitRecord, JobRecord
from twin.results.percentiles import spread
from twin.workloads.flow_mix import FlowMix, flows_of
from twin.workloads.inference import Inference, decode_times
from twin.workloads.remoting import Remoting
from twin.workloads.replication import Replication
from twin.workloads.scenario import JobWorkload
from twin.workloads.storage import StorageReads

#: kind -> the span of which there is one for each thing that is counted.
COUNTED = {"flows": "fct", "inference": "latency", "remoting": "call", "storage": "block", "replication": "copy"}


def job_metrics(name: str, record: JobRecord) -> Metrics:
    """What every job has."""
    counted = [span for span in record.spans if span.name == COUNTED[record.kind]]
    found: Metrics = {f"{name}.finished": Metric(len(counted), "1")}
    time_s = completion_s(record)
    if time_s is not None:
        found[f"{name}.time"] = Metric(time_s, "s")
    for span in dict.fromkeys(span.name for span in record.spans):
        found |= spread(f"{name}.{span}", [timed.time_s for timed in record.spans if timed.name == span], "s")
    return found


def completion_s(record: JobRecord) -> float | None:
    """How long the job took; None where it is not whole."""
    if record.begin_s is None or len(record.spans) < record.planned or not record.spans:
        return None
    return max(span.end_s for span in record.spans) - record.begin_s


def kind_metrics(plan: Plan, workload: JobWorkload, record: JobRecord, circuits: Sequence[CircuitRecord]) -> Metrics:
    """What belongs to one kind of job; ``circuits`` are those at the experiment's zero."""
    found: Metrics = {}
    time_s = completion_s(record)
    if isinstance(workload, FlowMix):
        found |= _slowdown(plan, workload, record, circuits)
    if time_s is None or time_s <= 0:
        return found
    moved = _payload_bytes(workload)
    if moved:
        found[f"{workload.name}.throughput"] = Metric(8 * moved / time_s, "b/s")
    if isinstance(workload, Inference):
        tokens = sum(request.output for request in workload.requests)
        found[f"{workload.name}.tokens_rate"] = Metric(tokens / time_s, "tokens/s")
    for what, busy_s in _busy_s(workload).items():
        found[f"{workload.name}.{what}"] = Metric(max(1 - busy_s / time_s, 0.0), "ratio")
    if isinstance(workload, (Remoting, StorageReads)) and record.ideal_s > 0:
        found[f"{workload.name}.overhead"] = Metric(time_s / record.ideal_s - 1, "ratio")
    return found


def _busy_s(workload: JobWorkload) -> dict[str, float]:
    """Metric of idleness -> how long each of those that compute does so, in the mean."""
    if isinstance(workload, Remoting):
        return {"idle": workload.calls * workload.compute_s}
    if isinstance(workload, StorageReads):
        return {"idle": workload.blocks * workload.compute_s}
    if isinstance(workload, Inference):
        read = sum(request.prompt for request in workload.requests)
        written_s = sum(sum(times) for times in decode_times(workload))
        return {
            "idle_prefill": read * workload.prefill_s / len(workload.prefill),
            "idle_decode": written_s / (len(workload.decode) * workload.slots),
        }
    return {}


def _payload_bytes(workload: JobWorkload) -> int:
    """What a workload is there to move; 0 where it is there for something else."""
    if isinstance(workload, FlowMix):
        return sum(flow.size_bytes for flow in flows_of(workload))
    if isinstance(workload, StorageReads):
        return len(workload.readers) * workload.blocks * workload.block_bytes
    if isinstance(workload, Replication):
        return workload.copies * workload.size_bytes
    return 0


def _slowdown(plan: Plan, mix: FlowMix, record: JobRecord, circuits: Sequence[CircuitRecord]) -> Metrics:
    """Each flow's time over its time alone; nothing where a path is not known."""
    flows = flows_of(mix)
    times: list[float] = []
    known: dict[tuple[str, str], tuple[float, float] | None] = {}
    for span in record.spans:
        flow = flows[span.index]
        pair = flow.source, flow.target
        if pair not in known:
            known[pair] = alone_s(plan, circuits, *pair)
        alone = known[pair]
        if alone is None:
            return {}
        delay_s, s_per_byte = alone
        times.append(span.time_s / (delay_s + flow.size_bytes * s_per_byte))
    return spread(f"{mix.name}.slowdown", times, "1")
