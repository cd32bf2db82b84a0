"""The ``allreduce`` workload, predicted: as in the lab, over persistent connections, after the warm-up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from twin.plan.model import Plan
from twin.predict.play import Play, Process
from twin.predict.simulator import Simulator
from twin.workloads.allreduce import first_record, graph_of, next_start_s, sites_of
from twin.workloads.phases import PhaseLog
from twin.workloads.scenario import AllReduce
from twin.workloads.symmetry import ClassGraph, as_classes, hierarchical_classes, ring_classes


def class_graph(workload: AllReduce, plan: Plan) -> ClassGraph:
    """The graph of one iteration; ranks that are alike share a class."""
    if workload.operation != "all-reduce" or workload.algorithm == "tree":
        return as_classes(graph_of(workload, plan))
    lock_step = workload.schedule == "lock-step"
    sites = sites_of(workload.servers, plan)
    if workload.algorithm == "hierarchical":
        return hierarchical_classes(sites, workload.size_bytes, workload.chunks, lock_step)
    if len(sites) == 1:
        return ring_classes(len(workload.servers), workload.size_bytes, workload.chunks, lock_step)
    return as_classes(graph_of(workload, plan))


def _first_of(classes: ClassGraph, names: Sequence[str]) -> list[str]:
    """The server that a class is called by."""
    first = {near: names[members[0][0]] for (near, _far), members in classes.pairs.items()}
    return [first.get(rank, "") for rank in range(classes.graph.ranks)]


def run(workload: AllReduce, simulator: Simulator, record: dict[str, Any]) -> Process:
    """Play it ``iterations`` times; ``record`` holds what was done so far whenever this is closed."""
    record |= first_record(workload, simulator.now_s)
    classes = class_graph(workload, simulator.plan)
    names = workload.servers
    pairs = {ranks: [(names[a], names[b]) for a, b in members] for ranks, members in classes.pairs.items()}
    play = Play(simulator, classes.graph, pairs)
    log = PhaseLog(workload, classes.graph, _first_of(classes, names))
    try:
        yield from play.connect()
        for _ in range(workload.warmup):
            yield play.play()
        first_s = simulator.now_s
        for index in range(workload.iterations):
            if workload.every_s:
                yield next_start_s(first_s, workload.every_s, simulator.now_s, index)
            start_s = simulator.now_s
            yield play.play()
            record["iterations"].append({"index": index, "start_s": start_s, "time_s": simulator.now_s - start_s})
            record["phases"] = log.add(play.ends)
    finally:
        play.close()
