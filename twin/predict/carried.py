"""What links and flows have carried: booked whenever a channel changes its paths, and read at any time."""

from __future__ import annotations

from collections.abc import Iterable

from twin.control.flows import FlowKey
from twin.predict.channel import Channel
from twin.predict.directions import Path
from twin.predict.loads import full_load


class Carried:
    """Of all ``channels``, a view that may change; ``directions`` is how many there are."""

    def __init__(self, channels: Iterable[Channel], directions: int) -> None:
        self._channels = channels
        self._moved = [0.0] * directions
        self._taken: dict[FlowKey, float] = {}

    def book(self, channel: Channel) -> None:
        """Count what the channel sent on its paths so far."""
        paths = channel.paths or ()
        _move(self._moved, paths, channel.sent)
        _take(self._taken, paths, channel.sent)
        channel.sent = 0.0

    def moved_bits(self, now_s: float) -> list[float]:
        """What each direction has carried so far, bits on the wire."""
        moved = list(self._moved)
        for channel in self._channels:
            _move(moved, channel.paths or (), channel.sent_by(now_s))
        return moved

    def counters(self, dpid: int, now_s: float) -> tuple[tuple[FlowKey, int], ...]:
        """The bytes that each flow of the switch ``dpid`` has taken so far, of those that lead by address."""
        taken = dict(self._taken)
        for channel in self._channels:
            _take(taken, channel.paths or (), channel.sent_by(now_s))
        return tuple((key, round(bits / 8)) for key, bits in taken.items() if key.dpid == dpid)


def _move(moved: list[float], paths: tuple[Path, ...], bits: float) -> None:
    """Each direction of ``paths`` carries ``bits`` more, as often as one leads over it."""
    if bits:
        for number, weight in full_load(paths).items():
            moved[number] += weight * bits


def _take(taken: dict[FlowKey, float], paths: tuple[Path, ...], bits: float) -> None:
    """Each flow that leads along one of ``paths`` takes ``bits`` more."""
    for key in (key for path in paths if bits for key in path.flows):
        taken[key] = taken.get(key, 0.0) + bits
