"""Growth as an SVG that needs no program to look at: panels whose axes are both logarithmic. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10
from typing import Final

_WIDTH, _PANEL, _LEFT, _RIGHT, _TOP, _GAP = 760, 220, 70, 20, 96, 60
#: Colours that those who do not see red and green apart tell apart too (Okabe and Ito).
_COLOURS: Final = ("#0072b2", "#e69f00", "#009e73", "#cc79a7")


@dataclass(frozen=True)
class Line:
    """``points`` are (x, y), both above zero."""

    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Panel:
    """``bound``: a dashed line that the values should stay below; None: there is none."""

    title: str
    lines: tuple[Line, ...]
    bound: float | None = None


def svg(title: str, panels: Sequence[Panel]) -> str:
    """The plot as a whole SVG document; the same text for the same values."""
    height = _TOP + len(panels) * (_PANEL + _GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" font-family="sans-serif">',
        f'<rect width="{_WIDTH}" height="{height}" fill="white"/>',
        _text(_LEFT, 24, title, 16),
    ]
    for number, line in enumerate(panels[0].lines):
        parts.append(f'<circle cx="{_LEFT}" cy="{38 + 14 * number}" r="4" fill="{_COLOURS[number]}"/>')
        parts.append(_text(_LEFT + 10, 42 + 14 * number, line.name))
    for number, panel in enumerate(panels):
        parts += _panel(panel, _TOP + number * (_PANEL + _GAP))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(panel: Panel, top: float) -> list[str]:
    xs = [x for line in panel.lines for x, _ in line.points]
    ys = [y for line in panel.lines for _, y in line.points] + ([] if panel.bound is None else [panel.bound])
    x_axis, y_axis = _Axis(xs, _LEFT, _WIDTH - _RIGHT), _Axis(ys, top + 20 + _PANEL, top + 20)
    parts = [_text(_LEFT, top + 8, panel.title, 13)]
    for x in x_axis.ticks:
        parts.append(_stroke(x_axis.at(x), y_axis.start, x_axis.at(x), y_axis.end, "#ddd"))
        parts.append(_text(x_axis.at(x) - 12, y_axis.start + 16, f"{x:,g}"))
    for y in y_axis.ticks:
        parts.append(_stroke(_LEFT, y_axis.at(y), _WIDTH - _RIGHT, y_axis.at(y), "#ddd"))
        parts.append(_text(10, y_axis.at(y) + 4, f"{y:,g}"))
    if panel.bound is not None:
        level = y_axis.at(panel.bound)
        parts.append(_stroke(_LEFT, level, _WIDTH - _RIGHT, level, "#d55e00", ' stroke-dasharray="6 4"'))
    for number, line in enumerate(panel.lines):
        places = [(x_axis.at(x), y_axis.at(y)) for x, y in line.points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{_COLOURS[number]}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{_COLOURS[number]}"/>' for x, y in places]
    return parts


class _Axis:
    """From the power of ten below the least of ``values`` to the one above the largest, over pixels."""

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        self._low = floor(log10(min(values)))
        self._high = max(ceil(log10(max(values))), self._low + 1)
        self.start, self.end = start, end
        self.ticks = [10.0**power for power in range(self._low, self._high + 1)]

    def at(self, value: float) -> float:
        return self.start + (log10(value) - self._low) / (self._high - self._low) * (self.end - self.start)


def _stroke(x1: float, y1: float, x2: float, y2: float, colour: str, more: str = "") -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"{more}/>'


def _text(x: float, y: float, text: str, size: int = 11) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}">{escape(text)}</text>'
