"""Workloads that are jobs, predicted: they follow the same course as in the lab."""

from __future__ import annotations

from typing import Any

from twin.predict.play import Play, Process, Until
from twin.predict.simulator import Simulator
from twin.workloads.allreduce import sites_of
from twin.workloads.course import Course, Leg, course_of
from twin.workloads.scenario import JobWorkload, Training


def run(workload: JobWorkload | Training, simulator: Simulator, record: dict[str, Any]) -> Process:
    """Follow its course; ``record`` holds what was done so far whenever this is closed."""
    sites = sites_of(workload.servers, simulator.plan) if isinstance(workload, Training) else []
    course = course_of(workload, sites, simulator.now_s, record)
    while (leg := course.next()) is not None:
        if leg.pause_s:
            yield simulator.now_s + leg.pause_s
        yield from _play(leg, course, simulator)


def _play(leg: Leg, course: Course, simulator: Simulator) -> Process:
    names, graph = leg.job.servers, leg.job.graph
    play = Play(simulator, graph, {(a, b): [(names[a], names[b])] for a, b in graph.channels()})
    try:
        yield from play.connect_at_once()
        limit_s = course.begin(simulator.now_s)
        over = Until()
        play.play().then(over.happen)
        if limit_s is not None:
            simulator.at(simulator.now_s + limit_s, over.happen)
        try:
            yield over
        finally:
            course.note(play.ends)
    finally:
        play.close()
    if None in play.ends:
        course.fail(simulator.now_s)
