"""One counter for all that go at one rate: a new rate costs the same for one channel and for ten thousand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(eq=False, slots=True)
class Pace:
    """``sent`` is what whoever went at this pace from the beginning had sent at ``since_s``, bits."""

    rate_bps: float = 0.0
    sent: float = 0.0
    since_s: float = 0.0

    def sent_by(self, now_s: float) -> float:
        """Bits sent up to ``now_s``, without changing anything."""
        return self.sent + self.rate_bps * (now_s - self.since_s)

    def change(self, rate_bps: float, now_s: float) -> None:
        """Another rate from now on."""
        self.sent, self.since_s, self.rate_bps = self.sent_by(now_s), now_s, rate_bps
