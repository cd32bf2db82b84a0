"""Plays a graph over channels, as ``twin/traffic/player.py`` plays it over sockets.

A send is done when it is in its channel's queue; a receive when its bytes have arrived and all before it is done.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from functools import partial

from twin.predict.channel import Channel
from twin.predict.simulator import Simulator
from twin.workloads.graph import COMPUTE, RECEIVE, SEND, Graph

#: A process: it yields the time at which to go on, or ``Until`` something has happened.
Process = Generator["float | Until", None, None]


class Until:
    """Something that has happened once ``happen`` was called ``times`` times."""

    def __init__(self, times: int = 1) -> None:
        self._left = times
        self._then: Callable[[], None] | None = None

    def happen(self) -> None:
        """It, or one part of it, happens now."""
        self._left -= 1
        if self._left == 0 and self._then is not None:
            self._then()

    def then(self, call: Callable[[], None]) -> None:
        """Call ``call`` when it has happened, or now if it has."""
        self._then = call
        if self._left <= 0:
            call()


class Play:
    """The connections of ``graph``; ``pairs`` says which servers stand behind each (from, to) pair of ranks."""

    def __init__(
        self, simulator: Simulator, graph: Graph, pairs: Mapping[tuple[int, int], Sequence[tuple[str, str]]]
    ) -> None:
        self._simulator = simulator
        self._graph = graph
        self._pairs = pairs
        self._channels: dict[tuple[int, int], Channel] = {}
        self._receives: dict[tuple[int, int], list[int]] = {}
        self._expected: dict[tuple[int, int], deque[int]] = {}
        self._followers: list[list[int]] = [[] for _ in graph.steps]
        for index, step in enumerate(graph.steps):
            for before in step.after:
                self._followers[before].append(index)
            if step.kind == RECEIVE:
                self._receives.setdefault((step.peer, step.rank), []).append(index)
        self._waiting: list[int] = []
        self._arrived: set[int] = set()
        self._left = 0
        self._closed = False
        self._begin_s = 0.0
        #: When each step of the play under way or last done ended, s after it began; None: it has not.
        self.ends: list[float | None] = [None] * len(graph.steps)
        self._done = Until()

    def connect(self) -> Process:
        """Open the connections one after the other; each takes TCP's handshake, one and a half round trips."""
        for ranks in self._graph.channels():
            channel = self._simulator.open(self._pairs[ranks])
            self._channels[ranks] = channel
            yield self._simulator.now_s + len(channel.pairs) * (channel.rtt_s + channel.delay_s)

    def connect_at_once(self) -> Process:
        """Open the connections at the same time, in one handshake over the longest path."""
        opened = {ranks: self._simulator.open(self._pairs[ranks]) for ranks in self._graph.channels()}
        self._channels |= opened
        yield self._simulator.now_s + max((one.rtt_s + one.delay_s for one in opened.values()), default=0.0)

    def close(self) -> None:
        """Close the connections; a play that is under way never ends."""
        self._closed = True
        for channel in self._channels.values():
            self._simulator.close(channel)
        self._channels.clear()

    def play(self) -> Until:
        """Play the graph once; returns what happens at its end."""
        steps = self._graph.steps
        self._waiting = [len(step.after) for step in steps]
        self._arrived.clear()
        self._left = len(steps)
        self._begin_s = self._simulator.now_s
        self.ends = [None] * len(steps)
        self._done = Until()
        self._expected = {ranks: deque(receives) for ranks, receives in self._receives.items()}
        self._go([index for index, count in enumerate(self._waiting) if count == 0])
        return self._done

    def _go(self, ready: list[int]) -> None:
        """Begin the steps ``ready`` and all that becomes ready by steps that take no time."""
        steps = self._graph.steps
        done: list[int] = []
        for index in ready:
            step = steps[index]
            if step.kind == SEND:
                ranks = (step.rank, step.peer)
                self._simulator.send(self._channels[ranks], step.size_bytes, partial(self._receive, ranks))
                done.append(index)
            elif step.kind == COMPUTE:
                self._simulator.at(self._simulator.now_s + step.seconds, self._finish, [index])
            elif index in self._arrived:
                done.append(index)
        if done:
            self._finish(done)

    def _finish(self, done: list[int]) -> None:
        if self._closed:
            return  # computing of a play that was stopped
        ready: list[int] = []
        self._left -= len(done)
        for index in done:
            self.ends[index] = self._simulator.now_s - self._begin_s
            for follower in self._followers[index]:
                self._waiting[follower] -= 1
                if self._waiting[follower] == 0:
                    ready.append(follower)
        if ready:
            self._go(ready)
        elif self._left == 0:
            self._done.happen()

    def _receive(self, ranks: tuple[int, int]) -> None:
        index = self._expected[ranks].popleft()
        self._arrived.add(index)
        if self._waiting[index] == 0:
            self._finish([index])
