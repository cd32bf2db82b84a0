"""What became of a load of circuit requests: how many were asked for, refused, and failed afterwards."""

from __future__ import annotations

from collections.abc import Sequence

from twin.results.document import Metric, Metrics
from twin.results.event import Event

#: How the circuits of a load are called.
_PREFIX = "load-"


def blocking_metrics(events: Sequence[Event]) -> Metrics:
    """``load.requests``, ``load.blocked`` and ``load.blocking``, their ratio; nothing where there was no load.

    A request is blocked where the controller refuses it, or gives up its circuit before it was ever active."""
    asked: set[str] = set()
    decided: set[str] = set()
    blocked: set[str] = set()
    for event in events:
        name = str(event.details.get("circuit", ""))
        if not name.startswith(_PREFIX):
            continue
        if event.name == "circuit-requested" and event.source == "timeline":
            asked.add(name)
        elif name not in decided and event.name in ("circuit-refused", "circuit-failed"):
            blocked.add(name)
        elif event.name in ("circuit-active", "circuit-released"):
            decided.add(name)  # what is refused from now on is its release
    if not asked:
        return {}
    return {
        "load.requests": Metric(len(asked), "1"),
        "load.blocked": Metric(len(blocked), "1"),
        "load.blocking": Metric(len(blocked) / len(asked), "ratio"),
    }
