"""How long the controller took to bring the circuits of a cut fibre back, from its own events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from twin.results.event import Event
from twin.results.outcome import CircuitRecord


@dataclass(frozen=True)
class Restoration:
    """What became of the circuits that used a fibre when it was cut.

    ``restored_s`` is from the cut until the last of them was active again; None where one never was."""

    fibre: str
    cut_s: float
    circuits: tuple[str, ...]
    lost: tuple[str, ...]
    restored_s: float | None


def restorations(circuits: Sequence[CircuitRecord], events: Sequence[Event]) -> list[Restoration]:
    """One for each cut of a fibre that carried a circuit, in the order of the cuts."""
    found = []
    for cut in events:
        if cut.is_cut and cut.name == "fibre-cut":
            fibre = str(cut.details["fibre"])
            users = _users(fibre, cut.t_s, circuits, events)
            if users:
                found.append(_restoration(fibre, cut.t_s, users, events))
    return found


def _users(fibre: str, cut_s: float, circuits: Sequence[CircuitRecord], events: Sequence[Event]) -> list[str]:
    """The circuits that were active over ``fibre`` just before the cut."""
    routes: dict[str, tuple[str, ...]] = {circuit.name: circuit.fibres for circuit in circuits}
    for event in events:
        # An event at the very time of the cut is its consequence: the lab's clock stands still while programs think.
        if event.t_s >= cut_s or event.source != "controller" or "circuit" not in event.details:
            continue
        name = str(event.details["circuit"])
        if event.name == "circuit-active":
            routes[name] = tuple(event.details.get("fibres", ()))
        elif event.name in ("circuit-down", "circuit-failed", "circuit-released"):
            routes.pop(name, None)
    return [name for name, fibres in routes.items() if fibre in fibres]


def _restoration(fibre: str, cut_s: float, users: Sequence[str], events: Sequence[Event]) -> Restoration:
    lost = []
    last_s = 0.0
    for name in users:
        back = _next_fate(name, fibre, cut_s, events)
        if back is None:
            lost.append(name)
        elif back.name == "circuit-active":
            last_s = max(last_s, back.t_s - cut_s)
    return Restoration(fibre, cut_s, tuple(users), tuple(lost), None if lost else last_s)


def _next_fate(circuit: str, fibre: str, cut_s: float, events: Sequence[Event]) -> Event | None:
    """The event that made the circuit active again or gave it back on purpose; None where neither came."""
    for event in events:
        if event.t_s < cut_s or event.source != "controller" or event.details.get("circuit") != circuit:
            continue
        if event.name == "circuit-released":
            return event
        if event.name == "circuit-active" and (event.t_s > cut_s or fibre not in event.details.get("fibres", ())):
            return event
    return None
