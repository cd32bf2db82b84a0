"""How a connection goes on that lost what was under way, as Linux's does. Pure.

::

    light goes          window used up, or nothing more to send
        |---- sends on ------|---- 2 RTT ----| tail loss probe        200 ms + RTT after the last answer: time-out
        :  back by now: later data tell of the gap, and a round trip later what is missing goes out again (CUBIC's beta)
                             :  back by now: the probe's answer tells that all is lost, and one segment goes out, half
                                as many again with each round trip (PRR, an answer for two segments), until all that was
                                lost is sent again
                                             :  else after a time-out, each twice as long as the one before, from one
                                                segment, twice as many with each round trip up to beta of what was
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cbrt
from typing import Final

#: Linux's least retransmission time-out, s (TCP_RTO_MIN), to which the round trip is added.
RTO_MIN_S: Final = 0.2
#: What is left of a window after a loss: CUBIC's beta (RFC 9438).
CUBIC_BETA: Final = 0.7
CUBIC_C: Final = 0.4
#: A tail loss probe comes two round trips after the last segment (RFC 8985), and Linux's least time-out, two ticks.
PROBE_ROUNDS: Final = 2
TICKS_S: Final = 2e-3
#: What a window grows by in a round, of what the round sent. Proportional rate reduction (RFC 6937, slow start) lets a
#: segment more leave with each answer, which stands for two; slow start lets as much more leave as was answered.
PROPORTIONAL: Final = 0.5
SLOW_START: Final = 1.0


@dataclass(frozen=True, slots=True)
class Loss:
    """``since_s`` is when something was first lost, ``answered_s`` when the last answer came to what was not;
    ``rate_bps`` and ``rtt_s`` are those of the path that is gone."""

    since_s: float
    answered_s: float
    rate_bps: float
    rtt_s: float


@dataclass(slots=True)
class Recovery:
    """At ``at_s`` the connection sends again, with ``window``, which grows by ``climb`` of what a round sends up to
    ``goal``, and is there at once when ``repair`` has been sent again. From then, at ``there_s``, it grows as CUBIC's
    does (RFC 9438): ``C (t - K)^3`` segments beside the ``peak`` that it had before the loss. Bits."""

    at_s: float
    window: float
    peak: float
    segment: float
    climb: float = 0.0
    repair: float = 0.0
    there_s: float | None = None

    @property
    def goal(self) -> float:
        """What the window comes back to."""
        return max(self.peak * CUBIC_BETA, self.segment)

    def growth(self, window: float, sent: float, now_s: float) -> float:
        """What ``window`` grows by after a round that sent so much."""
        if self.there_s is not None:
            k_s = cbrt(self.peak / self.segment * (1 - CUBIC_BETA) / CUBIC_C)
            target = self.peak + CUBIC_C * (now_s - self.there_s - k_s) ** 3 * self.segment
            return min(max(target - window, 0.0), sent / 2)
        self.repair -= min(sent, self.repair)
        grown = self.climb * sent
        if window + grown < self.goal and (self.repair or self.climb == SLOW_START):
            return grown
        self.there_s = now_s
        return max(self.goal - window, 0.0)


def recovery(loss: Loss, window: float, waiting: float, segment: float, now_s: float, rtt_s: float) -> Recovery:
    """The path is back at ``now_s``, with a round trip of ``rtt_s``. ``window`` is what it was, ``waiting`` all that
    has to be sent, ``segment`` a segment, bits."""
    lost = min(window, waiting)
    last_s = loss.since_s + lost / loss.rate_bps
    if now_s <= last_s:
        whole = Recovery(now_s + rtt_s, window, window, segment)
        whole.window = whole.goal
        return whole
    probe_s = max(last_s, loss.answered_s) + PROBE_ROUNDS * loss.rtt_s + TICKS_S
    if now_s <= probe_s:
        return Recovery(probe_s + rtt_s, segment, window, segment, PROPORTIONAL, lost)
    pause_s = RTO_MIN_S + loss.rtt_s
    at_s = loss.answered_s + pause_s
    while at_s < now_s:
        pause_s *= 2
        at_s += pause_s
    return Recovery(at_s, segment, window, segment, SLOW_START)
