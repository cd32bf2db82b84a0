"""The ``packets`` workload, predicted: probes are too small to matter to others, so that they are not channels.

While nothing changes, a probe takes what its path takes. When a table or a link does, all that are under way are
looked up where they are, and from then on each copy meets every switch as it is when it gets there::

    sent ----leg----[switch]----leg----+            change: here is the probe now; what does the next switch do with it
                        '------leg-----+-----       when it arrives, and is the fibre still whole?
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from twin.predict.forwarding import Frame
from twin.predict.play import Process
from twin.predict.simulator import Simulator
from twin.workloads.scenario import Packets

#: How long a late probe may take before it counts as lost, as in the lab, s.
GRACE_S: Final = 1.0


@dataclass(frozen=True)
class _Leg:
    """A copy of a frame on a direction, which it enters ``begins_s`` after it was sent."""

    number: int
    begins_s: float
    frame: Frame


class _Probes:
    """Those of one workload. ``received`` holds (sequence, sent at, delay) of each copy that has arrived, s."""

    def __init__(self, workload: Packets, simulator: Simulator) -> None:
        self.received: list[tuple[int, float, float]] = []
        self._simulator = simulator
        self._source, self._target = workload.source, workload.destination
        self._frame = simulator.forwarding.frame(self._source, self._target)
        #: (sequence, sent at) of those that have met no change yet, in the order of their times
        self._calm: list[tuple[int, float]] = []
        self._legs, self._delay_s = self._look()
        #: (sequence, sent at, direction) of each copy that has met one
        self._flying: dict[int, tuple[int, float, int]] = {}
        self._count = 0

    def send(self, sequence: int) -> None:
        """One more probe."""
        self._calm.append((sequence, self._simulator.now_s))

    def changed(self) -> None:
        """A table or a link is no longer what it was."""
        self.end()
        now_s = self._simulator.now_s
        for sequence, sent_s in self._calm:
            for leg in self._legs:
                lands_s = sent_s + leg.begins_s + self._simulator.directions.all[leg.number].delay_s
                if sent_s + leg.begins_s <= now_s < lands_s:
                    self._fly(sequence, sent_s, leg.number, leg.frame, lands_s)
        self._calm.clear()
        self._legs, self._delay_s = self._look()
        for flight, (_, _, number) in list(self._flying.items()):
            if self._is_down(number):
                del self._flying[flight]

    def end(self) -> None:
        """Count those that have arrived without meeting a change."""
        if self._delay_s is None:
            return
        for sequence, sent_s in self._calm:
            if sent_s + self._delay_s <= self._simulator.now_s:
                self.received.append((sequence, sent_s, self._delay_s))

    def _look(self) -> tuple[list[_Leg], float | None]:
        """All ways of all copies of a probe as things are now, and how long the first takes that arrives (None: none
        does)."""
        directions, legs = self._simulator.directions.all, list[_Leg]()
        todo = [_Leg(self._simulator.forwarding.first(self._source), 0.0, self._frame)]
        arrivals_s: list[float] = []
        while todo and len(legs) <= 4 * len(directions):  # more would be a loop
            leg = todo.pop()
            if self._is_down(leg.number):
                continue
            legs.append(leg)
            lands_s = leg.begins_s + directions[leg.number].delay_s
            node, port = directions[leg.number].far
            if node == self._target:
                arrivals_s.append(lands_s)
            elif node not in self._simulator.plan.server_by_name:
                copies = self._simulator.forwarding.switch(node, port, leg.frame)[1]
                todo += [_Leg(number, lands_s, frame) for number, frame in copies]
        return legs, min(arrivals_s, default=None)

    def _fly(self, sequence: int, sent_s: float, number: int, frame: Frame, lands_s: float) -> None:
        self._count += 1
        self._flying[self._count] = sequence, sent_s, number
        self._simulator.at(lands_s, self._land, self._count, frame)

    def _land(self, flight: int, frame: Frame) -> None:
        """A copy is at the end of its direction, if nothing has happened to it."""
        if flight not in self._flying:
            return
        sequence, sent_s, number = self._flying.pop(flight)
        node, port = self._simulator.directions.all[number].far
        now_s = self._simulator.now_s
        if node == self._target:
            self.received.append((sequence, sent_s, now_s - sent_s))
        elif node not in self._simulator.plan.server_by_name:
            for onward, copy in self._simulator.forwarding.switch(node, port, frame)[1]:
                if not self._is_down(onward):
                    delay_s = self._simulator.directions.all[onward].delay_s
                    self._fly(sequence, sent_s, onward, copy, now_s + delay_s)

    def _is_down(self, number: int) -> bool:
        return self._simulator.directions.all[number].link in self._simulator.forwarding.down


def run(workload: Packets, simulator: Simulator, record: dict[str, Any]) -> Process:
    """One probe at a time; ``record`` holds what was sent and received so far whenever this is closed."""
    first_s, sent = simulator.now_s, 0
    record |= {"kind": "packets", "start_s": first_s, "interval_s": workload.interval_s, "sent": 0, "received": []}
    probes = _Probes(workload, simulator)
    simulator.watchers[probes.changed] = None
    try:
        for sequence in range(workload.count):
            yield first_s + sequence * workload.interval_s
            probes.send(sequence)
            sent += 1
        yield simulator.now_s + GRACE_S
    finally:
        del simulator.watchers[probes.changed]
        probes.end()
        record["sent"] = sent
        arrivals = sorted(probes.received, key=lambda probe: (probe[1] + probe[2], probe[0]))
        record["received"] = [[sequence, round(sent_s, 9), round(delay_s, 9)] for sequence, sent_s, delay_s in arrivals]
