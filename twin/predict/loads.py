"""What channels put on links. Links that the same channels load alike are one *stretch*, and channels that go over the
same full stretches are one *class*::

    channels 1, 2, 3      ====a====b====+====c====      stretches {a, b} of 1 to 4 and {c} of 1 to 3;
    channel  4                          +====d====      {d} of channel 4 alone

A stretch is as wide as its narrowest link. The members of a class have one rate and share its counter (``pace``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf

from twin.predict.agenda import Entry
from twin.predict.channel import Channel
from twin.predict.directions import Path
from twin.predict.pace import Pace


@dataclass(eq=False, slots=True)
class Stretch:
    """``weights`` has every channel that leads over it, sending or not, and with how many of its connections; ``load``
    the classes that send, and what 1 b/s of each puts on it; ``weight`` is the sum of that.

    ``full`` is a stretch that limits somebody, or did so lately: ``idle`` times in a row now it has not. Any other is
    ``watched`` while somebody has more than an even share of it. A class may have ``room_bps`` whatever others have,
    which is nothing while it is watched."""

    number: int
    size: int
    weights: dict[Channel, float] = field(default_factory=dict)
    load: dict[FlowClass, float] = field(default_factory=dict)
    weight: float = 0.0
    capacity_bps: float = inf
    full: bool = False
    idle: int = 0
    watched: bool = False
    room_bps: float = inf

    @property
    def even_share_bps(self) -> float:
        """What each has when all have the same. If nobody has more, the stretch has room for all."""
        return self.capacity_bps / self.weight if self.weight > 0 else inf

    def widen(self, capacity_bps: float) -> None:
        """It is that wide now, which may be narrower."""
        self.capacity_bps = capacity_bps
        self.watch(self.watched)

    def watch(self, watched: bool) -> None:
        """Whether somebody has more than an even share."""
        self.watched = watched
        self.room_bps = 0.0 if watched else self.even_share_bps

    def put(self, flows: FlowClass, weight: float) -> None:
        """1 b/s of the class puts ``weight`` more on it, which may be less than nothing."""
        self.weight += weight
        self.watch(self.watched)
        total = self.load.get(flows, 0.0) + weight
        if total > 0:
            self.load[flows] = flows.load[self] = total
        else:
            del self.load[flows], flows.load[self]


@dataclass(eq=False, slots=True)
class FlowClass(Pace):
    """``limits`` are the full stretches that all members go over; ``load`` all stretches, as ``Stretch.load`` has it.

    ``due`` is a heap of (what the class has sent when a member's message or window ends, order, version, member). Up to
    ``room_bps`` it makes none of the other stretches too narrow."""

    key: tuple[tuple[int, float], ...] = ()
    limits: tuple[Stretch, ...] = ()
    members: dict[Channel, None] = field(default_factory=dict)
    load: dict[Stretch, float] = field(default_factory=dict)
    due: list[tuple[float, int, int, Channel]] = field(default_factory=list)
    room_bps: float = inf
    next: Entry | None = None


def full_load(paths: Sequence[Path]) -> dict[int, float]:
    """Direction -> how many of ``paths`` lead over it."""
    found: dict[int, float] = {}
    for path in paths:
        for number in path.directions:
            found[number] = found.get(number, 0.0) + 1.0
    return found
