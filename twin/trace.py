"""A workload's graph, written as Chakra traces: for other simulators, or to be changed and played again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from twin.errors import BadInput
from twin.plan.build import build_plan
from twin.plan.model import Plan
from twin.spec import chakra, load_experiment
from twin.workloads.allreduce import graph_of, sites_of
from twin.workloads.course import job_of
from twin.workloads.job import Job
from twin.workloads.scenario import AllReduce, Iperf3, JobWorkload, Packets, Trace, Training, Workload
from twin.workloads.training import rank_servers, round_graph
from twin.workloads.training_job import stretch

#: What has a graph.
Graphed = AllReduce | Training | Trace | JobWorkload


def write(experiment: Path, workload: str, folder: Path, sets: Sequence[str] = ()) -> list[tuple[Path, str]]:
    """Write one round of ``workload`` into ``folder``, or all of it where it is one job, as ``WORKLOAD.NUMBER.et``, one
    for each server that takes part; returns the files' paths, each with its server.

    Raises ``BadInput`` where the experiment has no such workload, or one that is no graph."""
    loaded = load_experiment(experiment, sets)
    found = {one.name: one for one in loaded.scenario.workloads}
    if workload not in found:
        raise BadInput("WORKLOAD", "", f"found {workload!r}", ", ".join(found) or "none: the experiment has none")
    job = _job(_graphed(found[workload]), build_plan(loaded.topology))
    servers = list(dict.fromkeys(job.servers))
    folder.mkdir(parents=True, exist_ok=True)
    paths = chakra.write(job.graph, folder, workload, [servers.index(server) for server in job.servers])
    return list(zip(paths, servers, strict=True))


def _graphed(workload: Workload) -> Graphed:
    if isinstance(workload, (Iperf3, Packets)):
        what = "an iperf3 test, which sends as fast as it can" if isinstance(workload, Iperf3) else "a train of probes"
        found = f"found {workload.name!r}, {what}: nothing in it waits for anything"
        raise BadInput("WORKLOAD", "", found, "a workload that is a graph")
    if isinstance(workload, Training) and workload.failures_s:
        found = f"found {workload.name!r}, whose failures end its graph at times that depend on the network"
        raise BadInput("WORKLOAD", "", found, "", "remove 'failures'")
    return workload


def _job(workload: Graphed, plan: Plan) -> Job:
    """Its graph, with a server for each rank."""
    if isinstance(workload, AllReduce):
        return Job(graph_of(workload, plan), workload.servers, ())
    if isinstance(workload, Training) and workload.is_one_job:
        return stretch(workload, sites_of(workload.servers, plan)).job
    if isinstance(workload, (Training, Trace)):
        return Job(round_graph(workload, sites_of(workload.servers, plan)), rank_servers(workload), ())
    return job_of(workload)
