"""One line of ``events.jsonl``: something happened at a time, and somebody said so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

#: events that take a fibre or a link away, and what gives it back
CUTS = {"fibre-cut": "fibre", "link-cut": "link"}
REPAIRS = {"fibre-repaired": "fibre", "link-repaired": "link"}


@dataclass(frozen=True)
class Event:
    """``source`` is ``timeline``, ``controller``, ``emulation`` or a workload's name; ``t_s`` counts from zero."""

    t_s: float
    source: str
    name: str
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def victim(self) -> tuple[str, str] | None:
        """(``fibre`` or ``link``, name) of a cut or a repair; None for other events."""
        kind = CUTS.get(self.name) or REPAIRS.get(self.name)
        return (kind, str(self.details[kind])) if kind and kind in self.details else None

    @property
    def is_cut(self) -> bool:
        return self.source == "timeline" and self.name in CUTS

    @property
    def is_repair(self) -> bool:
        return self.source == "timeline" and self.name in REPAIRS


def from_line(values: dict[str, Any]) -> Event:
    """An event from one JSON object. Raises ``ValueError`` naming the key that is missing."""
    for key in ("t_s", "source", "event"):
        if key not in values:
            raise ValueError(f"the key {key!r} is missing")
    details = {key: value for key, value in values.items() if key not in ("t_s", "source", "event")}
    return Event(t_s=float(values["t_s"]), source=str(values["source"]), name=str(values["event"]), details=details)


def to_line(event: Event) -> dict[str, Any]:
    """The inverse of ``from_line``."""
    return {"t_s": event.t_s, "source": event.source, "event": event.name, **event.details}
