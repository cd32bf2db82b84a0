"""Acknowledgements that wait behind the other direction's data: what two-way traffic costs windows.

::

    window of A   |########|  wait  |########|        A and B send a window each into the queue before a narrow link;
    window of B   |########|  wait  |########|        B's answers to A leave only when B's own queue is empty, and
                  0       W/C      W/C + d            then take the delay d back

So a link that both directions keep busy works for W/C of every W/C + d. It happens only where the queue is in the
network: a sender whose own cable is its bottleneck keeps no queue there (TCP small queues).
"""

from __future__ import annotations

from collections.abc import Sequence

from twin.predict.channel import Channel
from twin.predict.directions import Direction, Path


class Queues:
    """Which connections keep a queue before which direction, and which answers come back over it."""

    def __init__(self, directions: list[Direction]) -> None:
        self._directions = directions
        self._before: dict[int, dict[Channel, None]] = {}
        self._of: dict[Channel, set[int]] = {}
        self._back: dict[Channel, Path | None] = {}

    def follow(self, channel: Channel, paths: Sequence[Path], back: Path | None) -> None:
        """The connection now leads over ``paths``, and its answers come ``back`` (None: nobody knows how)."""
        self.forget(channel)
        self._of[channel] = {number for path in paths for number in _queues(path, self._directions)}
        self._back[channel] = back
        for number in self._of[channel]:
            self._before.setdefault(number, {})[channel] = None

    def forget(self, channel: Channel) -> None:
        """The connection is gone, or leads elsewhere."""
        for number in self._of.pop(channel, set()):
            del self._before[number][channel]
        self._back.pop(channel, None)

    def hold_answers_of(self, channel: Channel) -> bool:
        """Do answers to ``channel`` stand in a queue that another connection keeps filled?"""
        back = self._back.get(channel)
        if back is None:
            return False
        return any(
            other.sending or other.waits
            for number in back.directions
            for other in self._before.get(number, ())
            if other is not channel
        )


def _queues(path: Path, directions: list[Direction]) -> list[int]:
    """The narrowest direction of ``path``, where a queue stands before it in the network."""
    limited = [(rate_bps, number) for number in path.directions if (rate_bps := directions[number].rate_bps)]
    if not limited or min(limited)[0] == limited[0][0]:
        return []
    return [min(limited)[1]]
