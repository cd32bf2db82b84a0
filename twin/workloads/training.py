"""Training steps as graphs. Bytes, for P parameters of 2 bytes (bf16), b sequences of s tokens, hidden size h:

    data          2P all-reduced per step, in buckets, while the backward pass goes on
    local steps   2P all-reduced once in H steps (DiLoCo), or a fragment of it every H/F steps while computing goes on
    pipeline      2bsh per micro-batch and boundary, forward, and again backward
    tensor        4 all-reduces of 2bsh per layer
    experts       4 all-to-alls per layer of tokens x top-k x h x 2

A step's computing is one third forward and two thirds backward (*assumed*: two products for each one of the forward
pass). One collective runs at a time on a rank, as on a communicator's stream.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Any

from twin.workloads.collectives import Ready, add_all_to_all, add_hierarchy, add_ring, split
from twin.workloads.critical_path import end_times
from twin.workloads.graph import COMPUTE, Graph, GraphBuilder
from twin.workloads.scenario import Trace, Training

#: Collectives per layer of tensor and of expert parallelism, forward and backward together.
PER_LAYER = 4
_FORWARD, _BACKWARD = 1 / 3, 2 / 3

#: rank -> the steps after which it may go on
After = dict[int, tuple[int, ...]]


def model_bytes(workload: Training) -> int:
    """What a whole exchange of gradients or parameters moves, once: P numbers."""
    return workload.parameters * workload.precision_bytes


def activation_bytes(workload: Training) -> int:
    """Activations of one micro-batch at a boundary: b s h numbers."""
    sequences = workload.batch // workload.micro_batches
    return sequences * workload.sequence * workload.hidden * workload.precision_bytes


def dispatch_bytes(workload: Training) -> int:
    """What one rank sends to experts in one all-to-all: its tokens, each to ``top_k`` of them."""
    return activation_bytes(workload) * workload.top_k


def tokens_per_round(workload: Training) -> int:
    """Tokens that all servers together train on in one round."""
    replicas = 1 if workload.parallel in ("pipeline", "tensor") else len(workload.servers)
    return replicas * workload.batch * workload.sequence * steps_per_round(workload)


def steps_per_round(workload: Training) -> int:
    """Training steps in one round."""
    return workload.local_steps if workload.parallel == "local-steps" else 1


def paces(workload: Training) -> list[float]:
    """How long each server computes, over what those that are not slow take."""
    slow = dict(workload.slow)
    return [1 + slow.get(server, 0.0) for server in workload.servers]


def ideal_round_s(workload: Training) -> float:
    """What a round takes when communication takes no time: computing on the slowest server, and a pipeline's bubble,
    (P - 1)/(M + P - 1) where all stages are alike."""
    factors = paces(workload)
    if workload.parallel == "pipeline":
        micro = workload.micro_batches
        return workload.compute_s * (sum(factors) + (micro - 1) * max(factors)) / micro
    return workload.compute_s * max(factors) * steps_per_round(workload)


def round_graph(workload: Training | Trace, sites: Sequence[Sequence[int]]) -> Graph:
    """One round of a training or of a trace."""
    return workload.graph if isinstance(workload, Trace) else training_graph(workload, sites)


def rank_servers(workload: Training | Trace) -> tuple[str, ...]:
    """The server of each rank."""
    if isinstance(workload, Trace) and workload.rank_files:
        return tuple(workload.servers[number] for number in workload.rank_files)
    return workload.servers


def first_record(workload: Training | Trace, start_s: float) -> dict[str, Any]:
    """What every engine records of it; a round is added to ``iterations`` when it is done. A trace's computing is that
    of its busiest rank."""
    if isinstance(workload, Trace):
        ends = end_times(workload.graph)
        busy_s = [0.0] * workload.graph.ranks
        for step in workload.graph.steps:
            busy_s[step.rank] += step.seconds
        own = {"steps": 1, "compute_s": max(busy_s), "ideal_s": max(end or 0.0 for end in ends), "tokens": 0}
    else:
        own = {
            "steps": steps_per_round(workload),
            "compute_s": workload.compute_s * fmean(paces(workload)),
            "ideal_s": ideal_round_s(workload),
            "tokens": tokens_per_round(workload),
        }
    return {
        "kind": workload.kind,
        "start_s": start_s,
        "ranks": len(workload.servers),
        "planned": workload.rounds,
        **own,
        "iterations": [],
    }


def training_graph(workload: Training, sites: Sequence[Sequence[int]]) -> Graph:
    """One round; ``sites`` holds the ranks of each site."""
    builder = GraphBuilder(len(workload.servers))
    add_round(builder, workload, sites, {})
    return builder.build()


def add_round(builder: GraphBuilder, workload: Training, sites: Sequence[Sequence[int]], after: After) -> None:
    """Add one round, on the ranks from 0; a rank begins once it has done what ``after`` says."""
    steps = _Steps(builder, workload, sites, after)
    {
        "data": steps.data,
        "pipeline": steps.pipeline,
        "tensor": steps.tensor,
        "experts": steps.experts,
        "local-steps": steps.local_steps,
    }[workload.parallel]()


class _Steps:
    """Adds steps to ``graph``; ``now`` says after which of them each rank may go on."""

    def __init__(self, graph: GraphBuilder, workload: Training, sites: Sequence[Sequence[int]], after: After) -> None:
        self.workload = workload
        self.sites = sites
        self.ranks = range(len(workload.servers))
        self.graph = graph
        self.paces = paces(workload)
        self.now: After = {rank: after.get(rank, ()) for rank in self.ranks}

    def compute(self, seconds: float) -> None:
        """Every rank computes."""
        for rank in self.ranks:
            own_s = seconds * self.paces[rank]
            self.now[rank] = (self.graph.add(rank, COMPUTE, seconds=own_s, after=self.now[rank]),)

    def all_reduce(self, size_bytes: int, after: After) -> After:
        """An all-reduce over all ranks; returns after what each has its result."""
        slices = self.workload.chunks
        ready: Ready = {(rank, piece): after[rank] for rank in self.ranks for piece in range(slices)}
        if self.workload.algorithm == "hierarchical":
            done = add_hierarchy(self.graph, self.sites, size_bytes, slices, ready)
        else:
            done = add_ring(self.graph, self.ranks, size_bytes, slices, ready)
        found: dict[int, list[int]] = {rank: [] for rank in self.ranks}
        for (rank, _piece), steps in done.items():
            found[rank] += steps
        return {rank: tuple(steps) for rank, steps in found.items()}

    def data(self) -> None:
        """Forward; then a part of the backward pass, and its bucket's all-reduce beside the next part."""
        workload = self.workload
        self.compute(workload.compute_s * _FORWARD)
        exchanged: After = dict.fromkeys(self.ranks, ())
        for size_bytes in split(model_bytes(workload), workload.buckets):
            self.compute(workload.compute_s * _BACKWARD / workload.buckets)
            exchanged = self.all_reduce(size_bytes, {rank: self.now[rank] + exchanged[rank] for rank in self.ranks})

    def local_steps(self) -> None:
        """Plain DiLoCo: compute, then exchange everything. Streaming: each fragment has one step to be exchanged in."""
        workload = self.workload
        if workload.fragments == 1:
            for _step in range(workload.local_steps):
                self.compute(workload.compute_s)
            self.all_reduce(model_bytes(workload), self.now)
            return
        starts = {i * workload.local_steps // workload.fragments: i for i in range(workload.fragments)}
        sizes = split(model_bytes(workload), workload.fragments)
        under_way: After = dict.fromkeys(self.ranks, ())
        for step in range(workload.local_steps):
            self.compute(workload.compute_s)
            self.now = {rank: self.now[rank] + under_way[rank] for rank in self.ranks}
            under_way = dict.fromkeys(self.ranks, ())
            if step in starts:
                under_way = self.all_reduce(sizes[starts[step]], self.now)

    def tensor(self) -> None:
        """All ranks share every layer."""
        workload = self.workload
        for _part in range(PER_LAYER * workload.layers):
            self.compute(workload.compute_s / (PER_LAYER * workload.layers))
            self.now = self.all_reduce(activation_bytes(workload), self.now)

    def experts(self) -> None:
        """Tokens go to the experts' ranks and come back, forward and backward."""
        workload = self.workload
        for _part in range(PER_LAYER * workload.layers):
            self.compute(workload.compute_s / (PER_LAYER * workload.layers))
            self.now = add_all_to_all(self.graph, self.ranks, dispatch_bytes(workload), self.now)

    def pipeline(self) -> None:
        """All micro-batches forward through the stages, then all of them backward (GPipe)."""
        stages = list(self.ranks)
        self._wave(stages, self.workload.compute_s * _FORWARD)
        self._wave(stages[::-1], self.workload.compute_s * _BACKWARD)

    def _wave(self, stages: Sequence[int], compute_s: float) -> None:
        micro = self.workload.micro_batches
        for _micro in range(micro):
            arrived: tuple[int, ...] = ()
            for place, rank in enumerate(stages):
                after = (*self.now[rank], *arrived)
                own_s = compute_s / micro * self.paces[rank]
                self.now[rank] = (self.graph.add(rank, COMPUTE, seconds=own_s, after=after),)
                if place + 1 < len(stages):
                    size = activation_bytes(self.workload)
                    arrived = (self.graph.message(rank, stages[place + 1], size, self.now[rank]),)
