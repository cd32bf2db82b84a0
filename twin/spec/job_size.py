"""How many steps a job has, about: asked before its graph is made, which a slip of the pen could make endless."""

from __future__ import annotations

from typing import Final

from twin.spec.document import Document, Path_
from twin.workloads.flow_mix import FlowMix
from twin.workloads.inference import Inference
from twin.workloads.remoting import Remoting
from twin.workloads.replication import Replication
from twin.workloads.scenario import JobWorkload

#: The most steps that a job may have: what the lab plays in a few minutes of wall time.
STEPS_UP_TO: Final = 500_000


def check(steps: int, document: Document, path: Path_) -> None:
    """Raise ``BadInput`` where there are too many."""
    if steps > STEPS_UP_TO:
        raise document.bad(path, f"found a workload of about {steps:,} steps", f"{STEPS_UP_TO:,} or less")


def steps_of(workload: JobWorkload) -> int:
    """Sends, receives and pieces of computing, about."""
    if isinstance(workload, FlowMix):
        return 3 * workload.flows
    if isinstance(workload, Inference):
        return sum(3 * request.output + 2 * workload.kv_parts + 4 for request in workload.requests)
    if isinstance(workload, Remoting):
        return 6 * workload.calls
    if isinstance(workload, Replication):
        return 2 * workload.copies * len(workload.sources) * workload.streams
    return 7 * len(workload.readers) * workload.blocks
