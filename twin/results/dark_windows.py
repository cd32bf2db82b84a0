"""Where the time of each dark window went, from what the plant told.

::

    carrier down        cross-connect ordered       light is back            carrier up
    |------ waiting ---------|------ switching ----------|----- locking --------|
                             |-- the controller's barrier is held --|

Waiting is for whoever brings the light back: the controller that orders another cross-connect, or, where none was
needed, a repair or a line that recovers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from twin.results.event import Event

#: What the plant tells of one moment is written down within so much, s.
_AT_ONCE_S = 1e-6


@dataclass(frozen=True)
class DarkWindow:
    """One receiver without a carrier, from ``since_s`` until ``until_s`` (None, and so are its parts: it stayed dark).

    ``switch`` is the optical switch that brought the light back; None where it came back by itself. ``barrier_s`` is
    how long that switch held the controller's barrier, None where the controller did not ask."""

    transceiver: str
    reason: str
    since_s: float
    until_s: float | None = None
    waiting_s: float | None = None
    switching_s: float | None = None
    locking_s: float | None = None
    switch: str | None = None
    barrier_s: float | None = None

    @property
    def total_s(self) -> float | None:
        return None if self.until_s is None else self.until_s - self.since_s


def dark_windows(events: Sequence[Event]) -> list[DarkWindow]:
    """Every time after zero that a transceiver lost its carrier, in the order of time."""
    told = [event for event in events if event.source == "plant"]
    return [_window(down, told) for down in told if down.name == "carrier-down" and down.t_s >= 0]


def _window(down: Event, told: Sequence[Event]) -> DarkWindow:
    name, since_s = str(down.details["transceiver"]), down.t_s
    mine = [event for event in told if event.details.get("transceiver") == name and event.t_s > since_s]
    up = next((event for event in mine if event.name == "carrier-up"), None)
    dark = DarkWindow(name, str(down.details["reason"]), since_s)
    if up is None:
        return dark
    locks = [event.t_s for event in mine if event.name == "receiver-locking" and event.t_s < up.t_s]
    back_s = max(locks, default=up.t_s)
    switch, ordered_s = _ordered(told, since_s, back_s)
    return DarkWindow(
        transceiver=name,
        reason=dark.reason,
        since_s=since_s,
        until_s=up.t_s,
        waiting_s=ordered_s - since_s,
        switching_s=back_s - ordered_s,
        locking_s=up.t_s - back_s,
        switch=switch,
        barrier_s=None if switch is None else _barrier(told, switch, back_s),
    )


def _ordered(told: Sequence[Event], since_s: float, back_s: float) -> tuple[str | None, float]:
    """(the switch whose cross-connect brought the light back, when that was ordered)."""
    lit = [event for event in told if event.name == "cross-connect-lit" and 0 <= back_s - event.t_s < _AT_ONCE_S]
    if not lit:
        return None, back_s
    last = lit[-1].details
    orders = [
        event.t_s
        for event in told
        if event.name == "cross-connect-switching"
        and event.t_s < back_s
        and all(event.details[key] == last[key] for key in ("switch", "port", "to"))
    ]
    return str(last["switch"]), max([since_s, *orders[-1:]])


def _barrier(told: Sequence[Event], switch: str, back_s: float) -> float | None:
    held = (
        float(event.details["held_s"])
        for event in told
        if event.name == "barrier-passed" and event.details["switch"] == switch and event.t_s >= back_s - _AT_ONCE_S
    )
    return next(held, None)
