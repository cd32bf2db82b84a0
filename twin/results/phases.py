"""Before, during and after the faults of a run.

    first cut             everything repaired (or never)
------|----------------------------|------------------> t
before|          during            |     after
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from twin.results.event import Event
from twin.results.outcome import Iteration

BEFORE, DURING, AFTER = "before", "during", "after"


@dataclass(frozen=True)
class Trouble:
    """From the first cut until all that was cut is repaired; ``until_s`` is infinite where something stays cut."""

    since_s: float
    until_s: float

    def phase(self, start_s: float, end_s: float) -> str:
        """``before`` when it ended by the first cut, ``after`` when it started at the last repair or later."""
        if end_s <= self.since_s:
            return BEFORE
        return AFTER if start_s >= self.until_s else DURING


def find_trouble(events: Iterable[Event]) -> Trouble | None:
    """The time of trouble of a run; None where the timeline cut nothing."""
    since_s: float | None = None
    until_s = math.inf
    down: set[tuple[str, str]] = set()
    for event in sorted(events, key=lambda event: event.t_s):
        if event.victim is None:
            continue
        if event.is_cut:
            since_s = event.t_s if since_s is None else since_s
            down.add(event.victim)
            until_s = math.inf
        elif event.is_repair and event.victim in down:
            down.remove(event.victim)
            until_s = math.inf if down else event.t_s
    return None if since_s is None else Trouble(since_s, until_s)


def by_phase(trouble: Trouble, iterations: Sequence[Iteration]) -> dict[str, list[Iteration]]:
    """The iterations of each phase; phases without any are left out."""
    found: dict[str, list[Iteration]] = {}
    for iteration in iterations:
        found.setdefault(trouble.phase(iteration.start_s, iteration.end_s), []).append(iteration)
    return found
