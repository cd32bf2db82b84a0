"""A sweep as a plot that needs no program to look at: an SVG of bars, one panel for each metric.

::

    step_time                        a group of bars for each point, a bar for each workload,
    |  # #       # #                 its value above it
    |  # # .     # # .
    +--10 Gb/s---100 Gb/s--
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from rich import box
from rich.table import Table

from twin.results.document import Metric
from twin.results.wording import rounded, show

#: Sizes in pixels; the plot is wider where its bars would have less than ``_BAR`` each.
_WIDTH, _HEIGHT, _LEFT, _TOP, _BAR_AREA, _BAR, _LEGEND = 760, 200, 20, 60, 120, 44, 160
#: Colours that those who do not see red and green apart tell apart too (Okabe and Ito).
_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")


@dataclass(frozen=True)
class Series:
    """One workload's values, by point."""

    name: str
    values: tuple[Metric, ...]


@dataclass(frozen=True)
class Panel:
    """One metric of all workloads."""

    metric: str
    series: tuple[Series, ...]


def table(points: Sequence[str], panels: Sequence[Panel]) -> Table:
    """A row for each workload and metric, a column for each point."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    made.add_column("metric")
    for point in points:
        made.add_column(point, justify="right", no_wrap=True)
    for panel in panels:
        for series in panel.series:
            made.add_row(f"{series.name}.{panel.metric}", *(_short(metric) for metric in series.values))
    return made


def svg(title: str, points: Sequence[str], panels: Sequence[Panel]) -> str:
    """The plot as a whole SVG document; the same text for the same values."""
    height = _TOP + len(panels) * _HEIGHT
    width = max(_WIDTH, 2 * _LEFT + len(points) * (len(panels[0].series) + 1) * _BAR)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        _text(_LEFT, 24, title, size=16),
        *_legend([series.name for series in panels[0].series]),
    ]
    for number, panel in enumerate(panels):
        parts += _panel(panel, points, _TOP + number * _HEIGHT, width)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _legend(names: Sequence[str]) -> list[str]:
    parts = []
    for number, name in enumerate(names):
        x = _LEFT + _LEGEND * number
        parts += [_rect(x, 38, 10, 10, number), _text(x + 16, 47, name)]
    return parts


def _panel(panel: Panel, points: Sequence[str], top: float, width: float) -> list[str]:
    highest = max((metric.value for series in panel.series for metric in series.values), default=0) or 1
    base, group = top + 30 + _BAR_AREA, (width - 2 * _LEFT) / len(points)
    bar = min(group / (len(panel.series) + 1), 60)
    parts = [
        _text(_LEFT, top + 16, panel.metric.replace("_", " "), size=13),
        f'<line x1="{_LEFT}" y1="{base:.1f}" x2="{width - _LEFT}" y2="{base:.1f}" stroke="#888"/>',
    ]
    for place, point in enumerate(points):
        left = _LEFT + place * group
        parts.append(_text(left, base + 16, point))
        for number, series in enumerate(panel.series):
            tall = max(_BAR_AREA - 14, 0) * series.values[place].value / highest
            x = left + number * bar
            parts.append(_rect(x, base - tall, bar * 0.85, tall, number))
            parts.append(_text(x, base - tall - 3, _short(series.values[place]), size=9))
    return parts


def _rect(x: float, y: float, width: float, height: float, number: int) -> str:
    colour = _COLOURS[number % len(_COLOURS)]
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'


def _text(x: float, y: float, text: str, size: int = 11) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}">{escape(text)}</text>'


def _short(metric: Metric) -> str:
    """A metric in three digits."""
    return show(metric) if isinstance(metric.value, int) else show(Metric(rounded(metric.value, 3), metric.unit))
