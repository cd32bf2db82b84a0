"""The all-reduce workload, as every engine plays it: its graph, and when each iteration starts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from twin.plan.model import Plan
from twin.workloads.collectives import (
    add_all_to_all,
    add_broadcast,
    add_trees,
    all_gather,
    hierarchical_all_reduce,
    reduce_scatter,
    ring_all_reduce,
)
from twin.workloads.graph import Graph, GraphBuilder
from twin.workloads.scenario import AllReduce


def graph_of(workload: AllReduce, plan: Plan) -> Graph:
    """The graph of one iteration; rank i is the i-th of the workload's servers."""
    lock_step = workload.schedule == "lock-step"
    if workload.operation != "all-reduce" or workload.algorithm == "tree":
        return _other_graph(workload, 1 if lock_step else workload.chunks)
    if workload.algorithm == "ring":
        return ring_all_reduce(len(workload.servers), workload.size_bytes, workload.chunks, lock_step)
    return hierarchical_all_reduce(sites_of(workload.servers, plan), workload.size_bytes, workload.chunks, lock_step)


def _other_graph(workload: AllReduce, slices: int) -> Graph:
    """Everything but the all-reduces of rings."""
    ranks = range(len(workload.servers))
    builder = GraphBuilder(len(ranks))
    if workload.operation == "all-reduce":
        add_trees(builder, ranks, workload.size_bytes, slices)
    elif workload.operation == "reduce-scatter":
        reduce_scatter(builder, ranks, workload.size_bytes, slices, {})
    elif workload.operation == "all-gather":
        all_gather(builder, ranks, workload.size_bytes, slices, {})
    elif workload.operation == "broadcast":
        add_broadcast(builder, ranks, workload.size_bytes, slices, {})
    else:
        add_all_to_all(builder, ranks, workload.size_bytes, {})
    return builder.build()


def first_record(workload: AllReduce, start_s: float) -> dict[str, Any]:
    """What every engine records of it; an iteration is added to ``iterations`` when it is done."""
    return {
        "kind": "allreduce",
        "operation": workload.operation,
        "start_s": start_s,
        "ranks": len(workload.servers),
        "size_bytes": workload.size_bytes,
        "planned": workload.iterations,
        "iterations": [],
    }


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
