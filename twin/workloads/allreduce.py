"""The all-reduce workload, as every engine plays it: its graph, and when each iteration starts."""

from __future__ import annotations

import math
from collections.abc import Sequence

from twin.plan.model import Plan
from twin.workloads.collectives import hierarchical_all_reduce, ring_all_reduce
from twin.workloads.graph import Graph
from twin.workloads.scenario import AllReduce


def graph_of(workload: AllReduce, plan: Plan) -> Graph:
    """The graph of one iteration; rank i is the i-th of the workload's servers."""
    lock_step = workload.schedule == "lock-step"
    if workload.algorithm == "ring":
        return ring_all_reduce(len(workload.servers), workload.size_bytes, workload.chunks, lock_step)
    return hierarchical_all_reduce(sites_of(workload.servers, plan), workload.size_bytes, workload.chunks, lock_step)


def sites_of(servers: Sequence[str], plan: Plan) -> list[list[int]]:
    """The ranks of each site; rank i is the i-th of ``servers``."""
    sites: dict[str, list[int]] = {}
    for rank, name in enumerate(servers):
        sites.setdefault(plan.server_by_name[name].site, []).append(rank)
    return list(sites.values())


def next_start_s(first_s: float, every_s: float, now_s: float, index: int) -> float:
    """The next multiple of ``every_s`` after ``first_s``: an iteration that overran skips the starts it missed."""
    if index == 0:
        return first_s
    return first_s + math.ceil((now_s - first_s) / every_s - 1e-9) * every_s
