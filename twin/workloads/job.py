"""A job: a graph, the servers that its ranks run on, and what in it is timed.

::

    client   wait until 0.3 s -> send prompt                  receive token #1 ... receive token #n
             |<------------------ time to first token ------------->|

Emulation and prediction play any job with the same code. "Start at time t" is a compute step of t seconds that waits
for nothing. Several ranks may run on one server: each pair of ranks that talks has a connection of its own, so that
messages whose order is not known beforehand go between ranks of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from twin.workloads.graph import COMPUTE, SEND, Graph, GraphBuilder

#: Stands for the job's beginning where a step is named.
BEGINNING: Final = -1


@dataclass(frozen=True)
class Span:
    """From the end of step ``begin`` to the end of step ``end``; ``parts`` equal parts make it up. ``name`` says what
    it is, and becomes part of the metrics' names."""

    name: str
    begin: int
    end: int
    parts: int = 1


@dataclass(frozen=True)
class Job:
    """``servers[i]`` is where rank ``i`` runs."""

    graph: Graph
    servers: tuple[str, ...]
    spans: tuple[Span, ...]


class JobBuilder(GraphBuilder):
    """Collects ranks, steps and spans."""

    def __init__(self) -> None:
        super().__init__(0)
        self.servers: list[str] = []
        self.spans: list[Span] = []

    def rank(self, server: str) -> int:
        """A new rank on ``server``."""
        self.servers.append(server)
        self.ranks = len(self.servers)
        return self.ranks - 1

    def compute(self, rank: int, seconds: float, after: Iterable[int]) -> int:
        """Computing, or waiting, of ``seconds``; with 0 it joins what it waits for. Returns the step."""
        return self.add(rank, COMPUTE, seconds=seconds, after=after)

    def join(self, rank: int, since: int) -> int:
        """A step that waits for every step from ``since`` on that nothing waits for; a send ends with its receive."""
        steps = self._steps[since:]
        waited_for = {before for step in steps for before in step.after}
        ends = (since + i for i, step in enumerate(steps) if step.kind != SEND and since + i not in waited_for)
        return self.compute(rank, 0.0, tuple(ends))

    def message(self, source: int, target: int, size_bytes: int, after: Iterable[int]) -> int:
        """As ``GraphBuilder.message``; between ranks of one server nothing is sent, and it takes no time."""
        if self.servers[source] == self.servers[target]:
            return self.compute(target, 0.0, after)
        return super().message(source, target, size_bytes, after)

    @property
    def count(self) -> int:
        """How many steps there are: the next one's number."""
        return len(self._steps)

    def span(self, name: str, begin: int, end: int, parts: int = 1) -> None:
        """Time what lies between two steps."""
        self.spans.append(Span(name, begin, end, parts))

    def job(self) -> Job:
        return Job(self.build(), tuple(self.servers), tuple(self.spans))
