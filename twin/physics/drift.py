"""What gets worse or better bit by bit, and when that first makes a difference. Pure; standard library only.

Levels move steadily in dB. Between two events all else stands still, so what the receivers make of it can be asked for
any time ahead, and the moment at which it changes is found by halving: no grid of time, however fine, is stepped
through. That needs a change that does not come and go between the times that are asked: where everything drifts one
way none does, and where some get better while others get worse ``SLICE_DB`` bounds what can be missed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from twin.physics.quality import Harm

#: Between drifts in opposite ways, receivers are asked whenever a level has moved by this much, dB.
SLICE_DB = 0.05
#: A moment is found when it is known this well, s.
RESOLUTION_S = 1e-9


@dataclass(frozen=True)
class Drift:
    """An ``amplifier`` or a ``fibre`` (``kind``) on its way from one level to another, in dB over what was planned."""

    kind: str
    name: str
    from_db: float
    to_db: float
    since_s: float
    until_s: float

    @property
    def fibre(self) -> str:
        """The fibre, also of an amplifier."""
        return fibre_of(self.kind, self.name)

    def level_db(self, now_s: float) -> float:
        """The level at ``now_s``; the last one from ``until_s`` on."""
        if now_s >= self.until_s:
            return self.to_db
        return self.from_db + (self.to_db - self.from_db) * (now_s - self.since_s) / (self.until_s - self.since_s)


def fibre_of(kind: str, name: str) -> str:
    """The fibre of an amplifier ``FIBRE.NUMBER``; of a fibre its name."""
    return name.rpartition(".")[0] if kind == "amplifier" else name


def harmed_fibres(before: Harm, after: Harm) -> set[str]:
    """The fibres whose light the two tell differently."""
    if before is after:
        return set()
    found = set()
    for kind, old, new in (("amplifier", before.amplifiers, after.amplifiers), ("fibre", before.fibres, after.fibres)):
        found |= {fibre_of(kind, name) for name in old.keys() | new.keys() if old.get(name, 0.0) != new.get(name, 0.0)}
    return found


def set_level(harm: Harm, kind: str, name: str, level_db: float) -> Harm:
    """``harm`` with another level of one amplifier or fibre."""
    if kind == "amplifier":
        return replace(harm, amplifiers={**harm.amplifiers, name: level_db})
    return replace(harm, fibres={**harm.fibres, name: level_db})


def level_of(harm: Harm, kind: str, name: str) -> float:
    """What is wrong with an amplifier or a fibre now, dB."""
    return (harm.amplifiers if kind == "amplifier" else harm.fibres).get(name, 0.0)


def harm_at(harm: Harm, drifts: Iterable[Drift], now_s: float) -> Harm:
    """``harm`` with the levels of all that drifts at ``now_s``."""
    for drift in drifts:
        harm = set_level(harm, drift.kind, drift.name, drift.level_db(now_s))
    return harm


def first_change(
    drifts: Iterable[Drift], outcome: Callable[[float], object], now_s: float, limit_s: float
) -> float | None:
    """When ``outcome`` first differs from what it is at ``now_s``, up to ``limit_s``, to ``RESOLUTION_S``; None where
    it stays."""
    before = outcome(now_s)
    low_s = now_s
    for high_s in _asked(tuple(drifts), now_s, limit_s):
        if outcome(high_s) != before:
            return _halve(outcome, before, low_s, high_s)
        low_s = high_s
    return None


def _asked(drifts: tuple[Drift, ...], now_s: float, limit_s: float) -> list[float]:
    """Times to ask at: the last one alone, or as many as drifts in opposite ways need."""
    slopes = [(drift.to_db - drift.from_db) / (drift.until_s - drift.since_s) for drift in drifts]
    count = 1
    if any(slope > 0 for slope in slopes) and any(slope < 0 for slope in slopes):
        count = math.ceil(max(map(abs, slopes)) * (limit_s - now_s) / SLICE_DB) or 1
    return [*(now_s + (limit_s - now_s) * k / count for k in range(1, count)), limit_s]


def _halve(outcome: Callable[[float], object], before: object, low_s: float, high_s: float) -> float:
    """The end of a step as short as the resolution in which ``outcome`` leaves ``before``."""
    while high_s - low_s > RESOLUTION_S:
        middle_s = (low_s + high_s) / 2
        if outcome(middle_s) == before:
            low_s = middle_s
        else:
            high_s = middle_s
    return high_s
