"""What happened to a plant, as lines that can be played again. Pure; standard library only.

The plant's rules are a function of events and their times, so its events tell everything: the lab writes each of them
down once, and the host plays them again to read any element at any time. The lab pays nothing for being looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, get_args

from twin.physics.events import Event, Tick
from twin.physics.plant import Plant, State
from twin.plan.codec import from_json, to_json
from twin.plan.model import Plan

_KINDS: dict[str, Any] = {kind.__name__.lower(): kind for kind in get_args(Event)}


@dataclass(frozen=True)
class Moment:
    """The plant at ``at_s``: because it was asked for (``sampled``), or because something happened."""

    at_s: float
    state: State
    sampled: bool


def to_line(event: Event, at_s: float) -> dict[str, Any]:
    """``{"at_s": 12.5, "event": "cut", "fibre": "polder"}``."""
    return {"at_s": at_s, "event": type(event).__name__.lower(), **to_json(event)}


def from_line(line: Any) -> tuple[float, Event]:
    """The inverse of ``to_line``. Raises ``ValueError``."""
    if not isinstance(line, dict) or line.get("event") not in _KINDS or not isinstance(line.get("at_s"), float):
        raise ValueError(f"found {line!r}; allowed: an event of a plant and its time")
    details = {key: value for key, value in line.items() if key not in ("at_s", "event")}
    event: Event = from_json(_KINDS[line["event"]], details)
    return line["at_s"], event


def play(plan: Plan, record: Iterable[tuple[float, Event]], samples_s: Iterable[float]) -> Iterator[Moment]:
    """The plant at each of ``samples_s``, and after everything that happened to it by the last of them, in the order
    of time; at one time the sample comes last."""
    plant = Plant(plan)
    state = plant.start()
    entries = [*((at_s, 0, event) for at_s, event in record), *((at_s, 1, Tick()) for at_s in samples_s)]
    end_s = max((at_s for at_s, order, _ in entries if order), default=0.0)
    for at_s, order, event in sorted(entries, key=lambda entry: entry[:2]):
        if at_s > end_s:
            return
        while (due_s := state.next_s) is not None and due_s <= at_s:
            state, _effects = plant.step(state, Tick(), due_s)
            yield Moment(due_s, state, False)
        if order == 0 or state.drifts:
            state, _effects = plant.step(state, event, at_s)
        yield Moment(at_s, state, order == 1)
