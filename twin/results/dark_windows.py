"""Where the time of each dark window went, from what the plant told.

::

    carrier down        cross-connect ordered       light is back            carrier up
    |------ waiting ---------|------ switching ----------|----- locking --------|
                             |-- the controller's barrier is held --|

Waiting is for whoever brings the light back: the controller that orders another cross-connect, or, where none was
needed, a repair or a line that recovers.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from twin.results.event import Event

#: What the plant tells of one moment is written down within so much, s.
_AT_ONCE_S: Final = 1e-6
#: What tells one cross-connect from another.
_CROSS: Final = ("switch", "port", "to")


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
    told = sorted((event for event in events if event.source == "plant"), key=_time_s)
    index = _Index(told)
    return [_window(down, index) for down in told if down.name == "carrier-down" and down.t_s >= 0]


class _Index:
    """What the plant told, by whom it is about and then by time, so that many windows are found quickly."""

    def __init__(self, told: Sequence[Event]) -> None:
        self._about: dict[tuple[Any, ...], list[Event]] = {}
        for event in told:
            self._about.setdefault(_about(event), []).append(event)

    def since(self, at_s: float, *about: Any) -> Iterator[Event]:
        """From ``at_s`` on, in the order of time."""
        found = self._about.get(about, [])
        return (found[i] for i in range(bisect_left(found, at_s, key=_time_s), len(found)))

    def last(self, at_s: float, *about: Any) -> Event | None:
        """The latest one up to ``at_s``."""
        found = self._about.get(about, [])
        count = bisect_right(found, at_s, key=_time_s)
        return found[count - 1] if count else None


def _time_s(event: Event) -> float:
    return event.t_s


def _about(event: Event) -> tuple[Any, ...]:
    keys = {"cross-connect-lit": (), "cross-connect-switching": _CROSS, "barrier-passed": ("switch",)}
    if event.name in keys:
        return event.name, *(event.details[key] for key in keys[event.name])
    return ("transceiver", event.details.get("transceiver"))


def _window(down: Event, told: _Index) -> DarkWindow:
    name, since_s = str(down.details["transceiver"]), down.t_s
    dark = DarkWindow(name, str(down.details["reason"]), since_s)
    locked_s: float | None = None
    for event in told.since(since_s, "transceiver", name):
        if event.t_s > since_s and event.name == "receiver-locking":
            locked_s = event.t_s
        if event.t_s > since_s and event.name == "carrier-up":
            return _parts(dark, event.t_s, event.t_s if locked_s is None else locked_s, told)
    return dark


def _parts(dark: DarkWindow, until_s: float, back_s: float, told: _Index) -> DarkWindow:
    """``dark`` with the light back at ``back_s`` and the carrier at ``until_s``."""
    switch, ordered_s = _ordered(told, dark.since_s, back_s)
    return replace(
        dark,
        until_s=until_s,
        waiting_s=ordered_s - dark.since_s,
        switching_s=back_s - ordered_s,
        locking_s=until_s - back_s,
        switch=switch,
        barrier_s=None if switch is None else _barrier(told, switch, back_s),
    )


def _ordered(told: _Index, since_s: float, back_s: float) -> tuple[str | None, float]:
    """(the switch whose cross-connect brought the light back, when that was ordered)."""
    lit = told.last(back_s, "cross-connect-lit")
    if lit is None or back_s - lit.t_s >= _AT_ONCE_S:
        return None, back_s
    order = told.last(lit.t_s, "cross-connect-switching", *(lit.details[key] for key in _CROSS))
    return str(lit.details["switch"]), since_s if order is None else max(since_s, order.t_s)


def _barrier(told: _Index, switch: str, back_s: float) -> float | None:
    held = told.since(back_s - _AT_ONCE_S, "barrier-passed", switch)
    return next((float(event.details["held_s"]) for event in held), None)
