"""Acknowledgements that wait behind the other direction's data: what two-way traffic costs windows.

::

    window of A   |########|  wait  |########|        A and B send a window each into the queue before a narrow link;
    window of B   |########|  wait  |########|        B's answers to A leave only when B's own queue is empty, and
                  0       W/C      W/C + d            then take the delay d back

So a link that both directions keep busy works for W/C of every W/C + d, until something is lost: what is repaired goes
out by the answers, and windows no longer as a whole. It happens only where the queue is in the network: a sender whose
own cable is its bottleneck keeps no queue there (TCP small queues). And it is all of d only where data come much faster
than they leave: the answer to what left A's queue at t comes to B's at t + d, when B has sent N (t + d) at its own rate
N, and leaves it at N (t + d) / C. What such early answers let A send by W/C keeps the link busy for (W/C - d) C/N - d
longer, so that it is idle for 2d - (W/C - d) C/N, at least 0 and at most d.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import inf

from twin.predict.channel import Channel
from twin.predict.directions import Path


class Queues:
    """Which connections keep a queue before which direction, which answers come back over it, and which queues are too
    short for what is sent. ``rates_bps`` are the directions' as they are at any time, ``depths`` how many bits wait at
    most. ``overfull`` has the directions that would have lost something, and when first."""

    def __init__(self, rates_bps: Mapping[int, float], depths: Mapping[int, float]) -> None:
        self._rates_bps = rates_bps
        self._depths = depths
        self.overfull: dict[int, float] = {}
        #: direction -> how crowded the queue before it is by a connection -> these, with how many paths each has there
        self._before: dict[int, dict[float, dict[Channel, int]]] = {}
        self._of: dict[Channel, dict[int, float]] = {}
        #: direction -> how many bits more may wait before it, at least
        self._room: dict[int, float] = {}
        self._back: dict[Channel, Path | None] = {}

    def follow(self, channel: Channel, paths: Sequence[Path], back: Path | None) -> None:
        """The connection now leads over ``paths``, and its answers come ``back`` (None: nobody knows how)."""
        self.forget(channel)
        own = self._of[channel] = {}
        lead_there = Counter(number for path in paths for number in path.directions)
        for path in paths:
            for number in _queues(path, self._rates_bps):
                own[number] = max(self._crowding(path, number), own.get(number, 1.0))
        self._back[channel] = back
        for number, crowding in own.items():
            self._before.setdefault(number, {}).setdefault(crowding, {})[channel] = lead_there[number]
            self._room.pop(number, None)

    def forget(self, channel: Channel) -> None:
        """The connection is gone, or leads elsewhere."""
        for number, crowding in self._of.pop(channel, {}).items():
            del self._before[number][crowding][channel]
            if not self._before[number][crowding]:
                del self._before[number][crowding]
            if not self._before[number]:
                del self._before[number]
        self._back.pop(channel, None)

    def has(self, channel: Channel) -> bool:
        """Whether the connection keeps a queue before some direction."""
        return bool(self._of.get(channel))

    def fill(self, channel: Channel, now_s: float) -> float | None:
        """The connection sends more, or has more to send: where that is too much for a queue, how long what stands in
        it takes to leave, s. Queues are looked at when they could be overfull, had all that was let out since the last
        look stayed."""
        for number in self._of.get(channel, ()):
            room = self._room.get(number, 0.0) - channel.window * len(channel.paths or ())
            if room < 0.0:
                room = self._depths[number] - self._waiting_bits(number, now_s)
            self._room[number] = room
            if room < 0.0:
                self.overfull.setdefault(number, now_s)
                return self._depths[number] / self._rates_bps[number]
        return None

    def _waiting_bits(self, number: int, now_s: float) -> float:
        """What waits before the direction ``number``: what was let out to it and came faster than it leaves. What is
        more than fits is not counted to its end."""
        waiting = 0.0
        for crowding, channels in self._before[number].items():
            for channel, paths in channels.items():
                if channel.sending and (ahead := channel.ahead_bits(now_s)):
                    waiting += ahead * paths * (1 - 1 / crowding)
                    if waiting > self._depths[number]:
                        return waiting
        return waiting

    def crowding(self, channel: Channel) -> float:
        """How many times as fast as they leave it data come to the queue in which answers to ``channel`` stand; 1:
        they stand in none."""
        if not self._before:
            return 1.0
        back = self._back.get(channel)
        found = 1.0
        for number in back.directions if back is not None else ():
            for crowding, others in self._before.get(number, {}).items():
                if crowding > found and any((o.sending or o.waits) and o is not channel for o in others):
                    found = crowding
        return found

    def _crowding(self, path: Path, number: int) -> float:
        """The narrowest rate of ``path`` before the direction ``number``, over that one's."""
        before = path.directions[: path.directions.index(number)]
        rates_bps = [self._rates_bps[other] for other in before if other in self._rates_bps]
        return min(rates_bps, default=inf) / self._rates_bps[number]


def _queues(path: Path, rates_bps: Mapping[int, float]) -> list[int]:
    """The narrowest direction of ``path``, where a queue stands before it in the network."""
    limited = [(rates_bps[number], number) for number in path.directions if number in rates_bps]
    if not limited or min(limited)[0] == limited[0][0]:
        return []
    return [min(limited)[1]]
