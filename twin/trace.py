"""A workload's graph, written as Chakra traces: for other simulators, or to be changed and played again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from twin.errors import BadInput
from twin.plan.build import build_plan
from twin.spec import chakra, load_experiment
from twin.workloads.allreduce import graph_of, sites_of
from twin.workloads.course import job_of
from twin.workloads.graph import Graph
from twin.workloads.scenario import AllReduce, JobWorkload, Trace, Training
from twin.workloads.training import round_graph
from twin.workloads.training_job import stretch


def write(experiment: Path, workload: str, folder: Path, sets: Sequence[str] = ()) -> list[Path]:
    """Write one round of ``workload`` into ``folder``, or all of it where it is one job, as a file ``WORKLOAD.RANK.et``
    for each rank; returns their paths.

    Raises ``BadInput`` where the experiment has no such workload, or one whose graph a trace cannot hold."""
    loaded = load_experiment(experiment, sets)
    plan = build_plan(loaded.topology)
    graphs: dict[str, Graph] = {}
    for one in loaded.scenario.workloads:
        if isinstance(one, AllReduce):
            graphs[one.name] = graph_of(one, plan)
        elif isinstance(one, Training) and one.is_one_job:
            graphs[one.name] = stretch(one, sites_of(one.servers, plan)).job.graph
        elif isinstance(one, (Training, Trace)):
            graphs[one.name] = round_graph(one, sites_of(one.servers, plan))
        elif isinstance(one, JobWorkload):
            graphs[one.name] = job_of(one).graph
    if workload not in graphs:
        raise BadInput("WORKLOAD", "", f"found {workload!r}", ", ".join(graphs) or "none: no workload has a graph")
    steps = graphs[workload].steps
    if any(steps[before].rank != step.rank for step in steps for before in step.after):
        found = f"found {workload!r}, in which ranks wait for each other without a message"
        raise BadInput("WORKLOAD", "", found, "", "a trace cannot say that; write another workload")
    folder.mkdir(parents=True, exist_ok=True)
    return chakra.write(graphs[workload], folder, workload)
