"""What workloads send from site to site: what is announced to a controller that engineers its topology."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import inf

from twin.plan.model import Plan
from twin.workloads.allreduce import graph_of, sites_of
from twin.workloads.graph import SEND
from twin.workloads.scenario import AllReduce, Iperf3, Trace, Training, Workload
from twin.workloads.training import rank_servers, round_graph

#: The workloads whose bytes are known beforehand.
Announceable = AllReduce | Training | Trace | Iperf3

#: (from, to) -> bytes
SiteTraffic = dict[tuple[str, str], int]


def is_announceable(workload: Workload) -> bool:
    """Whether what the workload sends is known beforehand: a graph of messages that is played again and again, or a
    transfer of a given size."""
    if isinstance(workload, Iperf3):
        return workload.size_bytes is not None
    return isinstance(workload, (AllReduce, Trace)) or (isinstance(workload, Training) and not workload.is_one_job)


def announced(plan: Plan, workloads: Iterable[Workload], since_s: float, until_s: float | None) -> SiteTraffic:
    """What ``workloads`` send between sites from ``since_s`` until ``until_s`` (None: until they end). Iterations count
    that begin then, at their planned times, with the warm-up before the first; where they follow each other at once,
    all of them do."""
    total: Counter[tuple[str, str]] = Counter()
    for workload in workloads:
        times = _times(workload, since_s, until_s)
        for pair, size_bytes in once(plan, workload).items():
            total[pair] += times * size_bytes
    return {pair: size_bytes for pair, size_bytes in total.items() if size_bytes}


def once(plan: Plan, workload: Workload) -> SiteTraffic:
    """What one iteration or round sends between different sites; nothing for what is not announceable."""
    if isinstance(workload, Iperf3):
        ends = plan.server_by_name[workload.source].site, plan.server_by_name[workload.destination].site
        return {ends: workload.size_bytes or 0} if ends[0] != ends[1] else {}
    if isinstance(workload, AllReduce):
        graph, servers = graph_of(workload, plan), workload.servers
    elif isinstance(workload, (Training, Trace)):
        graph, servers = round_graph(workload, sites_of(workload.servers, plan)), rank_servers(workload)
    else:
        return {}
    sites = [plan.server_by_name[name].site for name in servers]
    found: Counter[tuple[str, str]] = Counter()
    for step in graph.steps:
        if step.kind == SEND and sites[step.rank] != sites[step.peer]:
            found[sites[step.rank], sites[step.peer]] += step.size_bytes
    return dict(found)


def _times(workload: Workload, since_s: float, until_s: float | None) -> int:
    """How many iterations begin in that time."""
    if isinstance(workload, AllReduce):
        if not workload.every_s or workload.start_s < 0:
            return workload.warmup + workload.iterations
        end_s = inf if until_s is None else until_s
        begins = (workload.start_s + number * workload.every_s for number in range(workload.iterations))
        counted = sum(since_s <= at_s < end_s for at_s in begins)
        return counted + (workload.warmup if since_s <= workload.start_s < end_s else 0)
    if isinstance(workload, (Training, Trace)):
        return workload.warmup + workload.rounds
    return 1
