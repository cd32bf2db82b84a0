"""A workload as a graph: steps of ranks with dependencies. Emulation and prediction play the same graph.

::

    rank 0   send #0 ------------------.            send #4
                                        \\           ^ after #2
    rank 1   recv #1 <-------------------'   recv #2 (from rank 0)

Messages from one rank to another arrive in the order of their ids: the k-th receive of a channel takes the k-th send.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

SEND, RECEIVE, COMPUTE = "send", "receive", "compute"


@dataclass(frozen=True)
class Step:
    """One thing that ``rank`` does once every step in ``after`` is done.

    ``peer`` is the other rank of a send or receive (-1 for compute), ``size_bytes`` what moves, ``seconds`` how long a
    compute step lasts."""

    rank: int
    kind: str
    peer: int = -1
    size_bytes: int = 0
    seconds: float = 0.0
    after: tuple[int, ...] = ()


@dataclass(frozen=True)
class Graph:
    """``steps[i]`` has the id ``i``; dependencies point to smaller ids, so there is no cycle."""

    ranks: int
    steps: tuple[Step, ...]

    def channels(self) -> list[tuple[int, int]]:
        """Every (from, to) pair of ranks that something is sent between, in order of first use."""
        return list(dict.fromkeys((step.rank, step.peer) for step in self.steps if step.kind == SEND))

    def sent_bytes(self) -> int:
        """Bytes of all sends together."""
        return sum(step.size_bytes for step in self.steps if step.kind == SEND)

    def sends(self) -> dict[int, int]:
        """The send that each receive takes."""
        under_way: dict[tuple[int, int], deque[int]] = {}
        for index, step in enumerate(self.steps):
            if step.kind == SEND:
                under_way.setdefault((step.rank, step.peer), deque()).append(index)
        return {
            index: under_way[step.peer, step.rank].popleft()
            for index, step in enumerate(self.steps)
            if step.kind == RECEIVE
        }


class GraphBuilder:
    """Collects steps; ids count from 0."""

    def __init__(self, ranks: int) -> None:
        self.ranks = ranks
        self._steps: list[Step] = []

    def add(
        self, rank: int, kind: str, *, peer: int = -1, size_bytes: int = 0, seconds: float = 0.0, after: Iterable[int]
    ) -> int:
        """Add a step and return its id."""
        self._steps.append(Step(rank, kind, peer, size_bytes, seconds, tuple(after)))
        return len(self._steps) - 1

    def message(self, source: int, target: int, size_bytes: int, after: Iterable[int]) -> int:
        """A send that starts after ``after`` and its receive; returns the receive's id."""
        self.add(source, SEND, peer=target, size_bytes=size_bytes, after=after)
        return self.add(target, RECEIVE, peer=source, size_bytes=size_bytes, after=())

    def build(self) -> Graph:
        return Graph(self.ranks, tuple(self._steps))
