"""The ``allreduce`` workload: repeated, timed, over persistent connections, as nccl-tests does it."""

from __future__ import annotations

import math

from twin.plan.model import Plan
from twin.traffic.context import Context, Record
from twin.traffic.player import Place, Player
from twin.workloads.collectives import hierarchical_all_reduce, ring_all_reduce
from twin.workloads.graph import Graph
from twin.workloads.scenario import AllReduce


def graph_of(workload: AllReduce, plan: Plan) -> Graph:
    """The graph of one iteration; rank i is the i-th of the workload's servers."""
    lock_step = workload.schedule == "lock-step"
    if workload.algorithm == "ring":
        return ring_all_reduce(len(workload.servers), workload.size_bytes, workload.chunks, lock_step)
    sites: dict[str, list[int]] = {}
    for rank, name in enumerate(workload.servers):
        sites.setdefault(plan.server_by_name[name].site, []).append(rank)
    return hierarchical_all_reduce(list(sites.values()), workload.size_bytes, workload.chunks, lock_step)


async def run(workload: AllReduce, context: Context, record: Record) -> None:
    """Play it ``iterations`` times; ``record`` holds what was done so far whenever this is cancelled."""
    record |= {
        "kind": "allreduce",
        "start_s": context.now_s(),
        "ranks": len(workload.servers),
        "size_bytes": workload.size_bytes,
        "planned": workload.iterations,
        "iterations": [],
    }
    places = [Place(context.plan.server_by_name[name].ip, context.namespaces[name]) for name in workload.servers]
    player = Player(graph_of(workload, context.plan), places, workload.port, workload.congestion)
    try:
        await player.connect()
        for _ in range(workload.warmup):
            await player.play()
        first_s = context.now_s()
        for index in range(workload.iterations):
            if workload.every_s:
                await context.sleep_until(_next_start_s(first_s, workload.every_s, context.now_s(), index))
            start_s = context.now_s()
            await player.play()
            record["iterations"].append({"index": index, "start_s": start_s, "time_s": context.now_s() - start_s})
    finally:
        player.close()


def _next_start_s(first_s: float, every_s: float, now_s: float, index: int) -> float:
    """The next multiple of ``every_s`` after ``first_s``: an iteration that overran skips the starts it missed."""
    if index == 0:
        return first_s
    return first_s + math.ceil((now_s - first_s) / every_s - 1e-9) * every_s
