"""A TCP connection as a fluid: a queue of messages, a window that opens in rounds, and the rate it has been given.

::

    window   10 segments   20          40           (of the first, 64 KiB at most: no window is scaled before an answer)
             |####|.......|########|...|################|      # sends at its fair share   . waits for the first answer
             0           RTT          2 RTT

A round lets one window leave and ends one round-trip time after it began, or when the window is used up if that comes
later. What a round has sent is added to the window, as Linux does in slow start, where it was more than half of it or
where the round before had used its window up; until the window is what the sockets hold. Sizes are bits on the wire.

Slow start ends as CUBIC's does in Linux (HyStart, ``tcp_cubic.c``), once the answers to a round come in one train for
longer than half a round trip: the line is about full then. From there on a window that is used up grows by a twentieth
of what it sent.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import inf
from typing import Final

from twin.predict.directions import Path
from twin.predict.pace import Pace
from twin.predict.recovery import CUBIC_BETA, Loss, Recovery, recovery

#: Linux's initial window (RFC 6928), segments.
INITIAL_SEGMENTS: Final = 10
#: What a sender that opened the connection may send before the first answer, bytes: a window in a segment that opens a
#: connection is not scaled (RFC 7323), so it tells 16 bits at most.
FIRST_WINDOW_BYTES: Final = 65_535
#: HyStart: answers further apart than this are no train, s.
TRAIN_GAP_S: Final = 2e-3
#: HyStart allows as much more than half a round trip as half of what four of the largest packets take at twice the
#: window in a round trip (what Linux paces at), and counts no more than this of it, s.
LARGEST_PACKETS_BITS: Final = 4 * 65_536 * 8
MOST_PACING_S: Final = 1e-3
#: CUBIC after slow start, until something is lost: what a window grows by, of what it sent.
GROWTH: Final = 1 / 20


@dataclass(slots=True)
class Message:
    """``arrived`` is called when the last bit is at the other end."""

    bits: float
    arrived: Callable[[], None]
    departed_s: float = 0.0
    lost: bool = False


@dataclass(eq=False, slots=True)
class Channel:
    """``pairs`` are the (source, target) servers of as many connections alike, which advance together.
    ``number`` is unique. ``queued``: whether it keeps a queue in the network. While it sends it has a ``pace``, of
    which it saw ``mark`` bits when it last advanced.

    ``held_back`` is what the first round may not use of its window. ``left`` is what remains of the first message of
    ``queue``, ``credit`` of the round's window. ``train_s`` is until when what the round sends has left in one train,
    and ``on_wire`` what the round before had sent that was not answered when this one began. ``lost`` is
    what was lost for want of a path (None: nothing was), ``recovery`` how the window came back from the last loss, and
    ``repaired_s`` until when what a queue lost is sent again."""

    number: int
    pairs: Sequence[tuple[str, str]]
    window: float
    window_limit: float
    held_back: float = 0.0
    paths: tuple[Path, ...] | None = None
    delay_s: float = 0.0
    rtt_s: float = 0.0
    queue: deque[Message] = field(default_factory=deque)
    flying: deque[Message] = field(default_factory=deque)
    left: float = 0.0
    credit: float = float("inf")
    round_s: float = float("-inf")
    limited: bool = False
    slow_start: bool = True
    train_s: float = float("-inf")
    on_wire: float = 0.0
    pace: Pace | None = None
    mark: float = 0.0
    waits: bool = False
    queued: bool = True
    version: int = 0
    sent: float = 0.0
    last_arrival_s: float = 0.0
    lost: Loss | None = None
    recovery: Recovery | None = None
    repaired_s: float = float("-inf")

    @property
    def sending(self) -> bool:
        """Whether it sends, at whatever rate."""
        return self.pace is not None

    @property
    def rate_bps(self) -> float:
        """What it sends at now; 0: it does not send, or has yet to get a rate."""
        return 0.0 if self.pace is None else self.pace.rate_bps

    @property
    def answered_at_once(self) -> bool:
        """Whether no window holds it up, nor fills a queue: a round that ends lets the next begin, and nobody needs to
        be told."""
        return self.rtt_s == 0.0 and not self.queued

    def advance(self, now_s: float) -> None:
        """Let what was sent since the last call have left."""
        if self.pace is None:
            return
        mark = self.pace.sent_by(now_s)
        bits, self.mark = mark - self.mark, mark
        if bits > 0.0 and now_s - bits / (self.pace.rate_bps or inf) - self.train_s <= TRAIN_GAP_S:
            self.train_s = now_s
        self.left -= bits
        self.credit -= bits
        self.sent += bits
        while self.answered_at_once and self.credit < 0.0:
            bits = -self.credit
            self.credit = 0.0
            self.open_round(now_s - bits / self.pace.rate_bps, grow=True)
            self.train_s = now_s
            self.credit -= bits if self.window < self.window_limit else bits % self.window

    def sent_by(self, now_s: float) -> float:
        """Bits sent up to ``now_s``, without changing anything."""
        return self.sent + (0.0 if self.pace is None else self.pace.sent_by(now_s) - self.mark)

    def open_round(self, now_s: float, grow: bool) -> None:
        """A new round begins; ``grow``: by what the one before has sent."""
        self.on_wire = 0.0
        if self.round_s > float("-inf"):
            sent = self.window - max(self.credit, 0.0) if grow else 0.0
            if now_s > self.round_s:
                self.on_wire = sent * min(self.rtt_s / (now_s - self.round_s), 1.0)
            self.window = min(self.window + self.held_back + self._growth(sent, now_s), self.window_limit)
            self.held_back = 0.0
        owed = min(self.credit, 0.0) if self.recovery is not None else 0.0
        self.round_s, self.credit, self.limited, self.train_s = now_s, self.window + owed, grow, now_s

    def _growth(self, sent: float, now_s: float) -> float:
        """What the window grows by after a round that sent so much, and whether that was the last of slow start."""
        if self.recovery is not None:
            return self.recovery.growth(self.window, sent, now_s)
        if not self.slow_start:
            return sent * GROWTH
        packets_s = min(LARGEST_PACKETS_BITS * self.rtt_s / (2 * self.window), MOST_PACING_S)
        longest_s, train_s = (self.rtt_s + packets_s) / 2, self.train_s - self.round_s
        if train_s <= longest_s:
            return sent
        self.slow_start = False
        return sent * longest_s / train_s

    def begin_again(self, now_s: float) -> None:
        """A round begins after a pause. The one before counts where it used more than half of its window, or sent what
        a round that used all of its window had left."""
        self.open_round(now_s, grow=self.limited or self.credit < self.window / 2)
        self.limited, self.on_wire = False, 0.0

    def ahead_bits(self, now_s: float) -> float:
        """How much of its messages its window has let out that the narrowest link on its way has not yet carried."""
        if not self.sending or not self.queue:
            return 0.0
        sent = self.sent_by(now_s) - self.sent
        room = self.window - max(self.window - self.credit + sent, self.on_wire)
        ahead = self.left - sent
        for message in islice(self.queue, 1, None):
            if ahead >= room:
                break
            ahead += message.bits
        return max(min(ahead, room), 0.0)

    def cut(self, now_s: float, segment: float) -> None:
        """Hear that a queue has lost something: what is under way beyond the window that is left has to be answered
        before more may leave. ``segment`` in bits."""
        self.advance(now_s)
        self.recovery = Recovery(now_s, self.window * CUBIC_BETA, self.window, segment, there_s=now_s)
        self.credit -= self.window - self.recovery.window
        self.window, self.slow_start = self.recovery.window, False

    def recover(self, now_s: float, segment: float) -> float:
        """When a connection that lost something sends again, its path being back at ``now_s``; its window is that of
        the recovery from then on. ``segment`` in bits."""
        assert self.lost is not None
        waiting = self.left + sum(message.bits for message in islice(self.queue, 1, None))
        self.recovery = recovery(self.lost, self.window, waiting, segment, now_s, self.rtt_s)
        self.lost, self.held_back, self.slow_start, self.window = None, 0.0, False, self.recovery.window
        return self.recovery.at_s
