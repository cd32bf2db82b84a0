"""Curves over one number as an SVG that needs no program to look at: x is linear, y logarithmic, each point may have an
interval. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10
from typing import Final

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 760, 460, 70, 20, 84, 50
#: Colours that those who do not see red and green apart tell apart too (Okabe and Ito).
_COLOURS: Final = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")


@dataclass(frozen=True)
class Curve:
    """``points`` are (x, y, half of y's interval). A ``plain`` curve is a line alone, others have marks."""

    name: str
    points: tuple[tuple[float, float, float], ...]
    plain: bool = False


@dataclass(frozen=True)
class Axes:
    """What the axes show; y ends at 1 and begins at ``lowest``, a power of ten."""

    x: str
    y: str
    lowest: float = 1e-5


def svg(title: str, axes: Axes, curves: Sequence[Curve]) -> str:
    """The plot as a whole SVG document; the same text for the same values. Points below the axis are left out."""
    xs = [x for curve in curves for x, _, _ in curve.points]
    frame = _Frame(min(xs), max(xs), axes.lowest)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" font-family="sans-serif">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        _text(_LEFT, 24, title, size=16),
        *_grid(frame, axes),
    ]
    for number, curve in enumerate(curves):
        parts += _legend(curve, number)
        parts += _curve(curve, frame, _COLOURS[number % len(_COLOURS)])
    return "\n".join([*parts, "</svg>"]) + "\n"


@dataclass(frozen=True)
class _Frame:
    left: float
    right: float
    lowest: float

    def x(self, value: float) -> float:
        return _LEFT + (value - self.left) / ((self.right - self.left) or 1) * (_WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        share = log10(max(value, self.lowest)) / log10(self.lowest)
        return _TOP + share * (_HEIGHT - _TOP - _BOTTOM)


def _grid(frame: _Frame, axes: Axes) -> list[str]:
    parts = []
    for power in range(round(log10(frame.lowest)), 1):
        y = frame.y(10.0**power)
        parts.append(_line((_LEFT, y), (_WIDTH - _RIGHT, y), "#ddd"))
        parts.append(_text(_LEFT - 62, y + 4, f"{10.0**power:g}"))
    step = 10.0 ** floor(log10((frame.right - frame.left) or 1))
    for number in range(ceil(frame.left / step), floor(frame.right / step) + 1):
        x = frame.x(number * step)
        parts.append(_line((x, _TOP), (x, _HEIGHT - _BOTTOM), "#ddd"))
        parts.append(_text(x - 8, _HEIGHT - _BOTTOM + 16, f"{number * step:g}"))
    parts.append(_text(_LEFT, _HEIGHT - 10, axes.x))
    return [*parts, _text(8, _TOP - 12, axes.y)]


def _legend(curve: Curve, number: int) -> list[str]:
    x, y = _LEFT + 230 * (number % 3), 42 + 16 * (number // 3)
    return [
        _line((x, y - 4), (x + 18, y - 4), _COLOURS[number % len(_COLOURS)], 2.0),
        _text(x + 24, y, curve.name),
    ]


def _curve(curve: Curve, frame: _Frame, colour: str) -> list[str]:
    seen = [point for point in curve.points if point[1] >= frame.lowest]
    way = " ".join(f"{frame.x(x):.1f},{frame.y(y):.1f}" for x, y, _ in seen)
    parts = [f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="1.5"/>']
    for x, y, half in () if curve.plain else seen:
        at = frame.x(x)
        parts.append(f'<circle cx="{at:.1f}" cy="{frame.y(y):.1f}" r="3" fill="{colour}"/>')
        parts.append(_line((at, frame.y(min(y + half, 1.0))), (at, frame.y(y - half)), colour))
    return parts


def _line(start: tuple[float, float], end: tuple[float, float], colour: str, width: float = 1.0) -> str:
    ends = f'x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width:g}"/>'


def _text(x: float, y: float, text: str, size: int = 11) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}">{escape(text)}</text>'
