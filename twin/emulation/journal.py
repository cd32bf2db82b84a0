"""The experiment's own events, with those of other programs merged in, as ``events.jsonl``."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import Any


class Journal:
    """Collects events; times are seconds after ``zero_s`` on the monotonic clock."""

    def __init__(self) -> None:
        self.zero_s = 0.0
        self._events: list[dict[str, Any]] = []

    def record(self, source: str, event: str, **details: Any) -> None:
        """Add an event of now."""
        self._add(time.monotonic(), source, event, details)

    def record_at(self, at_s: float, source: str, event: str, details: Mapping[str, Any]) -> None:
        """Add an event of ``at_s`` seconds after zero."""
        self._add(self.zero_s + at_s, source, event, details)

    def _add(self, monotonic_s: float, source: str, event: str, details: Mapping[str, Any]) -> None:
        self._events.append({"monotonic_s": monotonic_s, "source": source, "event": event, **details})

    def write(self, path: Path, logs: Mapping[str, Path]) -> None:
        """Write all events, in the order of time, to ``path``; ``logs`` holds other programs' events, by source."""
        events = list(self._events)
        for source, log in logs.items():
            events += [{"source": source, **line} for line in _lines(log)]
        # The sort is stable: of two events at one time the experiment's, which is the cause, stays first.
        events.sort(key=lambda event: event["monotonic_s"])
        events = _in_one_order(events)
        self._write(path, events)

    def _write(self, path: Path, lines: list[dict[str, Any]]) -> None:
        with path.open("w") as out:
            for line in lines:
                at_s = round(line.pop("monotonic_s") - self.zero_s, 9)
                out.write(json.dumps({"t_s": at_s, **line}) + "\n")


def _lines(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def _in_one_order(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Where one thing befalls several circuits at one instant, which comes first is chance: then they go by name."""
    ordered: list[dict[str, Any]] = []
    for _, alike in groupby(events, key=lambda event: (event["monotonic_s"], event["source"], event["event"])):
        ordered += sorted(alike, key=lambda event: str(event.get("circuit", "")))
    return ordered
