"""The ``allreduce`` and ``collective`` workloads: repeated, timed, over persistent connections, as in nccl-tests."""

from __future__ import annotations

from twin.traffic.context import Context, Record
from twin.traffic.player import Place, Player
from twin.workloads.allreduce import first_record, graph_of, next_start_s
from twin.workloads.phases import PhaseLog
from twin.workloads.scenario import AllReduce


async def run(workload: AllReduce, context: Context, record: Record) -> None:
    """Play it ``iterations`` times; ``record`` holds what was done so far whenever this is cancelled."""
    record |= first_record(workload, context.now_s())
    places = [Place(context.plan.server_by_name[name].ip, context.namespaces[name]) for name in workload.servers]
    graph = graph_of(workload, context.plan)
    player = Player(graph, places, workload.port, workload.congestion)
    log = PhaseLog(workload, graph, workload.servers)
    try:
        await player.connect()
        for _ in range(workload.warmup):
            await player.play()
        first_s = context.now_s()
        for index in range(workload.iterations):
            if workload.every_s:
                await context.sleep_until(next_start_s(first_s, workload.every_s, context.now_s(), index))
            start_s = context.now_s()
            await player.play()
            record["iterations"].append({"index": index, "start_s": start_s, "time_s": context.now_s() - start_s})
            record["phases"] = log.add(player.ends)
    finally:
        player.close()
