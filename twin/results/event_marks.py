"""The run's landmarks as lettered marks for the plots: grouped where they are close, labelled without overlap.

    C repaired        <- row 1
    |    D back       <- row 0
----|----|-----------
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from twin.results.event import Event
from twin.results.wording import LANDMARKS, TRAINING_LANDMARKS, short
from twin.units import show_time

#: events closer than this share of the plot's time share a mark
_TOGETHER = 0.015
_LETTER_PX = 6.7
_PADDING_PX = 12.0
_ROWS_UP_TO = 5


@dataclass(frozen=True)
class Mark:
    """``events`` close together, from ``t_s`` on; ``kind`` is ``cut``, ``repair`` or ``control``, the gravest."""

    letter: str
    t_s: float
    kind: str
    text: str
    events: tuple[Event, ...]


@dataclass(frozen=True)
class Label:
    """A mark's label: in ``row`` above the plot (0 is the lowest), from the mark's own x to the right."""

    mark: Mark
    text: str
    row: int


def marks_of(events: Sequence[Event], end_s: float) -> list[Mark]:
    """The marks of a plot from 0 to ``end_s``, in the order of time. Events before zero have none."""
    groups: list[list[Event]] = []
    for event in events:
        planned = event.name in LANDMARKS and event.source in ("timeline", "controller")
        if event.t_s < 0 or not (planned or event.name in TRAINING_LANDMARKS):
            continue
        if groups and event.t_s - groups[-1][0].t_s <= _TOGETHER * end_s:
            groups[-1].append(event)
        else:
            groups.append([event])
    return [_mark(number, tuple(group)) for number, group in enumerate(groups)]


def _mark(number: int, events: tuple[Event, ...]) -> Mark:
    kind = "control"
    if any(event.is_cut or event.name == "failure" for event in events):
        kind = "cut"
    elif any(event.is_repair or event.name == "restarted" for event in events):
        kind = "repair"
    return Mark(letter_of(number), events[0].t_s, kind, _text(events), events)


def letter_of(number: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _text(events: tuple[Event, ...]) -> str:
    """The first thing that the timeline did or that befell a training, and when the last circuit came back."""
    first = next((event for event in events if event.source == "timeline"), events[0])
    back = [event for event in events if event.name == "circuit-active" and event.t_s > first.t_s]
    if back:
        return f"{short(first)}, active +{show_time(float(f'{back[-1].t_s - first.t_s:.3g}'))}"
    more = f", {len(events) - 1} more" if len(events) > 1 and first is events[0] and first.source != "timeline" else ""
    return short(first) + more


def labels(marks: Sequence[Mark], end_s: float, width_px: float) -> list[Label]:
    """A label for each mark on a plot ``width_px`` wide: letter and words, or letters alone where it gets crowded."""
    full = _placed(marks, end_s, width_px, [f"{mark.letter} {mark.text}" for mark in marks])
    if all(label.row < _ROWS_UP_TO for label in full):
        return full
    return _placed(marks, end_s, width_px, [mark.letter for mark in marks])


def label_width_px(text: str) -> float:
    """How much room a label takes."""
    return len(text) * _LETTER_PX + _PADDING_PX


def _placed(marks: Sequence[Mark], end_s: float, width_px: float, texts: Sequence[str]) -> list[Label]:
    """From right to left: a label goes above every label whose mark its own words would reach."""
    placed: list[Label] = []
    for mark, text in sorted(zip(marks, texts, strict=True), key=lambda pair: -pair[0].t_s):
        left_px = mark.t_s / end_s * width_px
        words = text if left_px + label_width_px(text) <= width_px else mark.letter
        right_px = left_px + label_width_px(words)
        reached = [label.row for label in placed if label.mark.t_s / end_s * width_px < right_px]
        placed.append(Label(mark, words, 1 + max(reached, default=-1)))
    return placed[::-1]
