"""The ``training`` and ``trace`` workloads: rounds of computing and communicating, back to back."""

from __future__ import annotations

from twin.traffic.context import Context, Record
from twin.traffic.player import Place, Player
from twin.workloads.allreduce import sites_of
from twin.workloads.scenario import Trace, Training
from twin.workloads.training import first_record, round_graph


async def run(workload: Training | Trace, context: Context, record: Record) -> None:
    """Play it ``rounds`` times; ``record`` holds what was done so far whenever this is cancelled."""
    record |= first_record(workload, context.now_s())
    places = [Place(context.plan.server_by_name[name].ip, context.namespaces[name]) for name in workload.servers]
    graph = round_graph(workload, sites_of(workload.servers, context.plan))
    player = Player(graph, places, workload.port, workload.congestion)
    try:
        await player.connect()
        for _ in range(workload.warmup):
            await player.play()
        for index in range(workload.rounds):
            start_s = context.now_s()
            await player.play()
            record["iterations"].append({"index": index, "start_s": start_s, "time_s": context.now_s() - start_s})
    finally:
        player.close()
