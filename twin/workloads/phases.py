"""What a play's time went to: its longest chain of steps, from the last one back to the first.

Every moment of the chain is a rank's computing or a message's way from one rank to another (waiting behind others on
its connection included), so that the phases add up to the time of the play::

    step that ended last <- what it waited for last <- ... <- the beginning
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twin.workloads.graph import COMPUTE, SEND, Graph, Step
from twin.workloads.scenario import AllReduce, Trace, Training
from twin.workloads.training import PER_LAYER

COMPUTING = "computing"
#: (which message of its connection, of how many) -> what it belongs to
Stage = Callable[[int, int], str]
#: (what, rank, rank that it goes to; -1 for computing) -> s
Phases = dict[tuple[str, int, int], float]


def stage_of(workload: AllReduce | Training | Trace) -> Stage:
    """What the messages of ``workload`` belong to: half of an all-reduce, bucket, micro-batch..."""
    if isinstance(workload, Trace):
        return lambda index, _count: f"message {index + 1}"
    if isinstance(workload, AllReduce):
        if workload.operation == "all-reduce" and workload.algorithm != "tree":
            return lambda index, count: "reduce-scatter" if 2 * index < count else "all-gather"
        return lambda _index, _count: workload.operation
    name, parts = _parts(workload)
    return lambda index, count: f"{name} {index * parts // count + 1}" if parts else f"{name} {index + 1}"


def _parts(workload: Training) -> tuple[str, int]:
    """What a round's messages on one connection are divided into, and into how many (0: each is one)."""
    return {
        "data": ("bucket", workload.buckets),
        "local-steps": ("fragment", workload.fragments),
        "tensor": ("all-reduce", PER_LAYER * workload.layers),
        "experts": ("all-to-all", PER_LAYER * workload.layers),
    }.get(workload.parallel, ("micro-batch", 0))


class Chain:
    """Follows plays of ``graph`` back; ``stage`` names what messages belong to."""

    def __init__(self, graph: Graph, stage: Stage) -> None:
        self._steps = graph.steps
        self._sends = graph.sends()
        self._places = _places(graph)
        self._stage = stage

    def phases(self, ends: Sequence[float | None]) -> Phases:
        """Where the time went until the last of ``ends`` (s; None: did not end)."""

        def end_s(step: int) -> float:
            return ends[step] or 0.0

        found: Phases = {}
        index = max(range(len(ends)), key=end_s, default=None)
        while index is not None:
            step = self._steps[index]
            before = (*step.after, self._sends[index]) if index in self._sends else step.after
            previous = max(before, key=end_s, default=None)
            seconds = end_s(index) - (0.0 if previous is None else end_s(previous))
            if seconds > 0:
                key = _key(step, self._stage, self._places.get(index, (0, 0)))
                found[key] = found.get(key, 0.0) + seconds
            index = previous
        return found


def _key(step: Step, stage: Stage, place: tuple[int, int]) -> tuple[str, int, int]:
    """A send that is not done at once waits for room in its socket, behind its connection's other messages."""
    if step.kind == COMPUTE:
        return COMPUTING, step.rank, -1
    near, far = (step.rank, step.peer) if step.kind == SEND else (step.peer, step.rank)
    return stage(*place), near, far


def _places(graph: Graph) -> dict[int, tuple[int, int]]:
    """Of each send and each receive: which one of its connection's it is, and of how many."""
    channels: dict[tuple[str, int, int], list[int]] = {}
    for index, step in enumerate(graph.steps):
        if step.kind != COMPUTE:
            channels.setdefault((step.kind, step.rank, step.peer), []).append(index)
    return {index: (k, len(each)) for each in channels.values() for k, index in enumerate(each)}


class PhaseLog:
    """Adds up the phases of several plays of ``graph``, with rank i on ``servers[i]``."""

    def __init__(self, workload: AllReduce | Training | Trace, graph: Graph, servers: Sequence[str]) -> None:
        self._chain = Chain(graph, stage_of(workload))
        self._servers = servers
        self._total: dict[tuple[str, str, str], float] = {}

    def add(self, ends: Sequence[float | None]) -> list[list[str | float]]:
        """Add one play. Returns all so far as [what, server, server that it goes to, s]; computing goes to none, an
        empty text."""
        for (what, rank, peer), seconds in self._chain.phases(ends).items():
            key = what, self._servers[rank], self._servers[peer] if peer >= 0 else ""
            self._total[key] = self._total.get(key, 0.0) + seconds
        return [[what, near, far, round(seconds, 9)] for (what, near, far), seconds in sorted(self._total.items())]
