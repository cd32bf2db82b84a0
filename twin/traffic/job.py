"""Workloads that are jobs, over real sockets: inference, remote GPUs, storage, copies, flows; trainings with them."""

from __future__ import annotations

import asyncio

from twin.traffic.context import Context, Record
from twin.traffic.player import Place, Player
from twin.workloads.allreduce import sites_of
from twin.workloads.course import Course, Leg, course_of
from twin.workloads.scenario import JobWorkload, Training


async def run(workload: JobWorkload | Training, context: Context, record: Record) -> None:
    """Follow its course; ``record`` holds what was done so far whenever this is cancelled."""
    sites = sites_of(workload.servers, context.plan) if isinstance(workload, Training) else []
    course = course_of(workload, sites, context.now_s(), record)
    while (leg := course.next()) is not None:
        await asyncio.sleep(leg.pause_s)
        servers = (context.plan.server_by_name[name] for name in leg.job.servers)
        places = [Place(server.ip, context.namespaces[server.name]) for server in servers]
        player = Player(leg.job.graph, places, workload.port, workload.congestion)
        try:
            await player.connect_at_once()
            await _play(player, leg, course, context)
        finally:
            player.close()


async def _play(player: Player, leg: Leg, course: Course, context: Context) -> None:
    limit_s = course.begin(context.now_s())
    try:
        await asyncio.wait_for(player.play(), limit_s)
    except TimeoutError:
        course.note(player.ends)
        course.fail(context.now_s())
    except asyncio.CancelledError:
        course.note(player.ends)
        raise
    else:
        course.note(player.ends)
