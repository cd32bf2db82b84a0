"""The ``training`` and ``trace`` workloads: rounds of computing and communicating, back to back."""

from __future__ import annotations

from twin.traffic import job
from twin.traffic.context import Context, Record
from twin.traffic.player import Place, Player
from twin.workloads.allreduce import sites_of
from twin.workloads.phases import PhaseLog
from twin.workloads.scenario import Trace, Training
from twin.workloads.training import first_record, rank_servers, round_graph
from twin.workloads.waits import WaitsLog


async def run(workload: Training | Trace, context: Context, record: Record) -> None:
    """Play it ``rounds`` times; ``record`` holds what was done so far whenever this is cancelled."""
    if isinstance(workload, Training) and workload.is_one_job:
        await job.run(workload, context, record)
        return
    record |= first_record(workload, context.now_s())
    names = rank_servers(workload)
    places = [Place(context.plan.server_by_name[name].ip, context.namespaces[name]) for name in names]
    graph = round_graph(workload, sites_of(workload.servers, context.plan))
    log, phases = WaitsLog(len(names)), PhaseLog(workload, graph, names)
    player = Player(graph, places, workload.port, workload.congestion)
    try:
        await player.connect()
        for _ in range(workload.warmup):
            await player.play()
        for index in range(workload.rounds):
            start_s = context.now_s()
            await player.play()
            record["iterations"].append({"index": index, "start_s": start_s, "time_s": context.now_s() - start_s})
            record["phases"] = phases.add(player.ends)
            record["waits"] = log.add(graph, names, player.ends)
    finally:
        player.close()
