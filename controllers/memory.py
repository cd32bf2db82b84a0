"""The file in which a controller keeps what it was asked for, so that its next life knows it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from twin.control import kept
from twin.control.commands import Command, Record
from twin.control.desk import CircuitBooked, DeskEvent
from twin.control.events import CircuitChanged, CircuitReleased, CircuitRequested, CircuitsRequested
from twin.control.northbound import service_of
from twin.errors import BadInput
from twin.plan.codec import to_json
from twin.workloads.scenario import Circuit

#: Records after which other circuits may be wanted than before.
_CHANGES: Final = ("circuit-computed", "circuit-failed", "circuit-released")


def concerns(event: DeskEvent, commands: Iterable[Command]) -> bool:
    """Whether other circuits may be wanted after ``event``, which led to ``commands``."""
    if isinstance(event, CircuitRequested | CircuitsRequested | CircuitChanged | CircuitReleased | CircuitBooked):
        return True
    return any(isinstance(command, Record) and command.event in _CHANGES for command in commands)


class Memory:
    """``path`` None: nothing is kept. ``services`` is what the northbound had to keep."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._text = ""
        self._requests: list[dict[str, Any]] | None = None
        self.services: dict[str, dict[str, Any]] = {}
        if path is not None and path.exists():
            try:
                data = json.loads(path.read_text(encoding="utf-8"))
                self._requests, self.services = data["requests"], data["services"]
            except (OSError, ValueError, KeyError, TypeError) as problem:
                raise BadInput("TWIN_KEPT", str(path), f"{type(problem).__name__}: {problem}") from None

    def wanted(self, first: Iterable[Circuit]) -> Iterator[kept.Wanted]:
        """What an earlier life was asked for; in the first life, the circuits ``first``."""
        if self._requests is not None:
            yield from kept.read(self._requests)
            return
        for circuit in first:
            asked = to_json(circuit)
            name, (a, b) = asked.pop("name"), asked.pop("sites")
            yield CircuitRequested(name, (a, b), service_of(asked))

    def keep(self, wanted: Iterable[kept.Wanted], services: dict[str, dict[str, Any]]) -> None:
        """Write what is wanted now, if it changed: whole, or not at all."""
        if self._path is None:
            return
        text = json.dumps({"requests": kept.write(wanted), "services": services})
        if text != self._text:
            fresh = self._path.with_suffix(".new")
            fresh.write_text(text, encoding="utf-8")
            fresh.replace(self._path)
            self._text = text
