"""Where light goes: from a transmitter over cross-connects and fibres to a receiver. Pure; standard library only.

::

    t1 --client--> [ROADM A: port 1 -> port 3, channel 7] ==fibre==> [ROADM B: port 4, channel 7 -> port 1] --> t2
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from twin.plan.light import Line
from twin.plan.model import Plan, Transceiver


@dataclass(frozen=True, order=True)
class CrossConnect:
    """Light that enters ``switch`` at ``in_port`` on ``in_channel`` leaves at ``out_port`` on ``out_channel``. Channel
    0: as a transceiver sends and receives it, and all light of an ``ocs``."""

    switch: str
    in_port: int
    in_channel: int
    out_port: int
    out_channel: int


@dataclass(frozen=True)
class Beam:
    """Light of ``sender`` that arrives at ``receiver`` over ``lines``. ``channel`` is that of the first fibre."""

    sender: str
    receiver: str
    lines: tuple[Line, ...]
    channel: int


class Wiring:
    """The plant's ports, and what is at their other ends. The plan must have light."""

    def __init__(self, plan: Plan) -> None:
        if plan.light is None:
            raise ValueError("the plan has no light")
        self.transceivers: dict[str, Transceiver] = {item.name: item for item in plan.transceivers}
        self._lines = {(line.fibre, line.source): line for line in plan.light.lines}
        site_of = {switch.name: switch.site for switch in plan.optical_switches}
        self._client: dict[str, tuple[str, int]] = {}
        self._receiver: dict[tuple[str, int], str] = {}
        self._far: dict[tuple[str, int], tuple[Line, str, int]] = {}
        for transceiver in plan.transceivers:
            port = plan.link_by_name[transceiver.link].at(transceiver.optical).port
            self._client[transceiver.name] = (transceiver.optical, port)
            self._receiver[transceiver.optical, port] = transceiver.name
        for link in plan.links:
            if link.kind == "fibre":
                for near, far in (link.ends, link.ends[::-1]):
                    self._far[near.node, near.port] = (self._lines[link.name, site_of[near.node]], far.node, far.port)

    def beams(self, connects: Iterable[CrossConnect], cuts: Collection[str]) -> dict[str, Beam]:
        """Receiver -> the light that reaches it. Where two lights meet, on one channel of a fibre or at one receiver,
        neither can be read, and both are left out."""
        table = {(item.switch, item.in_port, item.in_channel): item for item in connects}
        found: list[tuple[Beam, list[tuple[str, str, int]]]] = []
        for name in self._client:
            traced = self._trace(name, table, cuts)
            if traced is not None:
                found.append(traced)
        used = Counter(place for _, places in found for place in places)
        clear = [beam for beam, places in found if all(used[place] == 1 for place in places)]
        arrivals = Counter(beam.receiver for beam, _ in found)
        return {beam.receiver: beam for beam in clear if arrivals[beam.receiver] == 1}

    def _trace(
        self, sender: str, table: dict[tuple[str, int, int], CrossConnect], cuts: Collection[str]
    ) -> tuple[Beam, list[tuple[str, str, int]]] | None:
        """The beam of ``sender`` and the (fibre, source, channel) it fills; None where it ends in the dark."""
        switch, port = self._client[sender]
        channel, lines, places = 0, list[Line](), list[tuple[str, str, int]]()
        seen: set[tuple[str, int, int]] = set()
        while (key := (switch, port, channel)) in table and key not in seen:
            seen.add(key)
            cross = table[key]
            receiver = self._receiver.get((switch, cross.out_port))
            if receiver is not None:
                fits = cross.out_channel == 0 and receiver != sender and lines
                first = places[0][2] if places else 0
                return (Beam(sender, receiver, tuple(lines), first), places) if fits else None
            if (switch, cross.out_port) not in self._far:
                return None
            line, switch, port = self._far[switch, cross.out_port]
            if line.fibre in cuts:
                return None
            channel = cross.out_channel
            lines.append(line)
            places.append((line.fibre, line.source, channel))
        return None
