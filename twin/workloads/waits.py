"""Who waits for whom: a step of training cannot go on before its slowest rank has come to it.

Wherever a rank stands still between two pieces of its computing, what it waited for is followed back, always to what
came last, over messages and ranks, to the piece of computing that held it up::

    rank 0   compute |.... stands still ....| compute           rank 0 waits for rank 1 until its computing ends,
    rank 1   compute compute compute |---- message -->          and for the network from there on
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from twin.workloads.graph import COMPUTE, Graph

#: Stands for the network where a rank is waited for.
NETWORK: Final = -1
#: What is shorter is no waiting, s.
LEAST_S: Final = 1e-6

#: When each step ended, s; None: it did not.
Ends = Sequence[float | None]
#: (rank that waits, rank that it waits for or ``NETWORK``) -> s
Waits = dict[tuple[int, int], float]


def waits(graph: Graph, ends: Ends, workers: int, last: int | None = None) -> Waits:
    """How long each of the first ``workers`` ranks stood still, by whom it waited for. ``ends`` are the ends of the
    steps, s from the beginning; those that never ended are left out. All wait for step ``last`` in the end (None: the
    one that ended last)."""
    walk = _Walk(graph, ends)
    found: Waits = {}
    free: dict[int, float] = {}
    for index in walk.pieces(workers):
        step = graph.steps[index]
        _add(found, step.rank, free.get(step.rank, 0.0), walk.end(index) - step.seconds, walk.cause(step.after))
        free[step.rank] = walk.end(index)
    final = max(range(len(ends)), key=walk.end) if last is None else last
    for rank, since_s in free.items():
        _add(found, rank, since_s, walk.end(final), walk.cause((final,)))
    return found


def _add(found: Waits, rank: int, since_s: float, until_s: float, cause: tuple[int, float]) -> None:
    """``rank`` stood still for ``cause``: (a rank, when it had computed)."""
    other, computed_s = cause
    for_other_s = max(min(computed_s, until_s) - since_s, 0.0) if other not in (rank, NETWORK) else 0.0
    for waited_for, waited_s in ((other, for_other_s), (NETWORK, until_s - since_s - for_other_s)):
        if waited_s >= LEAST_S:
            found[rank, waited_for] = found.get((rank, waited_for), 0.0) + waited_s


class _Walk:
    """Back through a graph that was played."""

    def __init__(self, graph: Graph, ends: Ends) -> None:
        self._steps = graph.steps
        self._ends = ends
        self._sends: Mapping[int, int] = graph.sends()

    def end(self, index: int) -> float:
        return self._ends[index] or 0.0

    def pieces(self, workers: int) -> list[int]:
        """The computing of the first ``workers`` ranks that ended, in the order of its end."""
        found = [i for i, step in enumerate(self._steps) if step.kind == COMPUTE and step.seconds > 0]
        return sorted((i for i in found if self._steps[i].rank < workers and self._ends[i] is not None), key=self.end)

    def cause(self, after: tuple[int, ...]) -> tuple[int, float]:
        """The computing that what ends last in ``after`` goes back to: its rank and end; else the network."""
        while after:
            index = max(after, key=self.end)
            step = self._steps[index]
            if step.kind == COMPUTE and step.seconds > 0:
                return step.rank, self.end(index)
            after = (*step.after, self._sends[index]) if index in self._sends else step.after
        return NETWORK, 0.0


class WaitsLog:
    """Adds up the waits of several plays, of the first ``workers`` ranks."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._total: dict[tuple[str, str], float] = {}

    def add(self, graph: Graph, servers: Sequence[str], ends: Ends, last: int | None = None) -> list[list[str | float]]:
        """Add one play, with rank i on ``servers[i]``. Returns all so far as [server that waits, server waited for, s];
        an empty text stands for the network."""
        for (rank, other), seconds in sorted(waits(graph, ends, self._workers, last).items()):
            pair = servers[rank], "" if other == NETWORK else servers[other]
            if pair[0] == pair[1]:
                continue  # two ranks of a trace on one server
            self._total[pair] = self._total.get(pair, 0.0) + seconds
        return [[waiting, other, round(seconds, 9)] for (waiting, other), seconds in self._total.items()]
