"""The ``training`` and ``trace`` workloads, predicted."""

from __future__ import annotations

from typing import Any

from twin.predict import job
from twin.predict.play import Play, Process
from twin.predict.simulator import Simulator
from twin.workloads.allreduce import sites_of
from twin.workloads.phases import PhaseLog
from twin.workloads.scenario import Trace, Training
from twin.workloads.training import first_record, rank_servers, round_graph
from twin.workloads.waits import WaitsLog


def run(workload: Training | Trace, simulator: Simulator, record: dict[str, Any]) -> Process:
    """Play it ``rounds`` times; ``record`` holds what was done so far whenever this is closed."""
    if isinstance(workload, Training) and workload.is_one_job:
        yield from job.run(workload, simulator, record)
        return
    record |= first_record(workload, simulator.now_s)
    graph = round_graph(workload, sites_of(workload.servers, simulator.plan))
    names = rank_servers(workload)
    log, phases = WaitsLog(len(names)), PhaseLog(workload, graph, names)
    play = Play(simulator, graph, {(a, b): [(names[a], names[b])] for a, b in graph.channels()})
    try:
        yield from play.connect()
        for _ in range(workload.warmup):
            yield play.play()
        for index in range(workload.rounds):
            start_s = simulator.now_s
            yield play.play()
            record["iterations"].append({"index": index, "start_s": start_s, "time_s": simulator.now_s - start_s})
            record["phases"] = phases.add(play.ends)
            record["waits"] = log.add(graph, names, play.ends)
    finally:
        play.close()
