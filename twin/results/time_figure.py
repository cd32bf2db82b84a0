"""A plot over the run's time: panels one above the other, with the timeline's and the controller's marks across all.

A figure is what the page's script hands to plotly, as plain values. Colours are names with a dollar (``$cut``), which
the script looks up in the page's style, light or dark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from twin.results.bundle import Run
from twin.results.event_marks import Label, Mark, labels, marks_of
from twin.results.outcome import AllReduceRecord, Iperf3Record, PacketsRecord
from twin.results.phases import Trouble, find_trouble

Json = dict[str, Any]

#: what remains for the plot itself on a wide page and on a phone, px; labels are laid out for these
WIDTHS_PX = {"wide": 860.0, "narrow": 270.0}
_ROW_PX = 18
_TITLE_PX = 26
_COLOURS = {"cut": "$cut", "repair": "$good", "control": "$control"}


@dataclass(frozen=True)
class TimeAxis:
    """From 0 to ``end_s``, with the marks and the time of trouble that every plot shows."""

    end_s: float
    marks: tuple[Mark, ...]
    trouble: Trouble | None


@dataclass(frozen=True)
class Panel:
    """One plot of the stack: a title for wide and one for narrow pages (plotly's markup), traces without axes, a
    y axis, shapes in its own y."""

    title: str
    narrow_title: str
    traces: tuple[Json, ...]
    yaxis: Json
    shapes: tuple[Json, ...] = ()
    height_px: int = 96


@dataclass(frozen=True)
class Figure:
    """``identity`` names its place in the page; ``alternative`` says in words what it shows."""

    identity: str
    alternative: str
    panels: tuple[Panel, ...]
    axis: TimeAxis
    extra: Json = field(default_factory=dict)


def time_axis(run: Run, last_sample_s: float) -> TimeAxis:
    """The axis of a run: until the last thing that was measured."""
    ends = [last_sample_s, *(event.t_s for event in run.events)]
    for _, record in run.records:
        if isinstance(record, AllReduceRecord):
            ends += [iteration.end_s for iteration in record.iterations]
        elif isinstance(record, Iperf3Record):
            ends.append(record.start_s if record.end_s is None else record.end_s)
        elif isinstance(record, PacketsRecord):
            ends.append(record.start_s + record.sent * record.interval_s)
    end_s = max([*ends, 1e-6])
    return TimeAxis(end_s, tuple(marks_of(run.events, end_s)), find_trouble(run.events))


def to_plotly(figure: Figure) -> Json:
    """The figure as plotly's ``data`` and ``layout``, with the annotations of a wide and of a narrow page."""
    plot_px = sum(panel.height_px + _TITLE_PX for panel in figure.panels)
    data, axes, titles, shapes = _stack(figure.panels, plot_px)
    placed = {name: labels(figure.axis.marks, figure.axis.end_s, width) for name, width in WIDTHS_PX.items()}
    views = {}
    for name, found in placed.items():
        rows = max((label.row for label in found), default=-1) + 1
        top_px = rows * _ROW_PX + 8
        views[name] = {
            "annotations": [*(title[name] for title in titles), *(_annotation(label) for label in found)],
            "shapes": [*_shade(figure.axis), *shapes, *(_line(label, plot_px) for label in found)],
            "height": plot_px + top_px + 44,
            "margin": {"l": 46 if name == "wide" else 40, "r": 12, "t": top_px, "b": 44},
        }
    lowest = "y" if len(figure.panels) == 1 else f"y{len(figure.panels)}"
    layout = {**axes, "xaxis": _x_axis(figure.axis, lowest), **figure.extra}
    return {"id": figure.identity, "data": data, "layout": layout, "views": views}


def _stack(panels: Sequence[Panel], plot_px: int) -> tuple[list[Json], Json, list[Json], list[Json]]:
    """The panels' traces, y axes, titles and shapes, from top to bottom."""
    data, axes, titles, shapes = [], {}, [], []
    used_px = 0
    for number, panel in enumerate(panels, start=1):
        suffix = "" if number == 1 else str(number)
        top = 1 - (used_px + _TITLE_PX) / plot_px
        used_px += _TITLE_PX + panel.height_px
        bottom = max(1 - used_px / plot_px, 0.0)
        axes[f"yaxis{suffix}"] = {"domain": [bottom, top], "zeroline": False, "fixedrange": True, **panel.yaxis}
        data += [{**trace, "xaxis": "x", "yaxis": f"y{suffix}"} for trace in panel.traces]
        shapes += [{**shape, "yref": f"y{suffix}"} for shape in panel.shapes]
        titles.append({"wide": _title(panel.title, top), "narrow": _title(panel.narrow_title, top)})
    return data, axes, titles, shapes


def _title(text: str, top: float) -> Json:
    place = {"x": 0, "xref": "paper", "xanchor": "left", "y": top, "yref": "paper", "yanchor": "bottom"}
    return {"text": text, "showarrow": False, "font": {"size": 12, "color": "$ink"}, "align": "left", **place}


def _x_axis(axis: TimeAxis, anchor: str) -> Json:
    return {
        "range": [0, axis.end_s],
        "anchor": anchor,
        "title": {"text": "lab time after the experiment's zero, s", "standoff": 8, "font": {"size": 12}},
        "showspikes": True,
        "spikemode": "across",
        "spikethickness": 1,
        "spikedash": "dot",
        "spikecolor": "$muted",
    }


def _shade(axis: TimeAxis) -> list[Json]:
    if axis.trouble is None:
        return []
    place = {"x0": axis.trouble.since_s, "x1": min(axis.trouble.until_s, axis.end_s), "y0": 0, "y1": 1}
    look = {"fillcolor": "$shade", "line": {"width": 0}, "layer": "below"}
    return [{"type": "rect", "xref": "x", "yref": "paper", **place, **look}]


def _line(label: Label, plot_px: int) -> Json:
    above = (label.row * _ROW_PX + _ROW_PX - 2) / plot_px
    place = {"x0": label.mark.t_s, "x1": label.mark.t_s, "y0": 0, "y1": 1 + above}
    look = {"line": {"color": _COLOURS[label.mark.kind], "width": 1.25}, "layer": "above"}
    return {"type": "line", "xref": "x", "yref": "paper", **place, **look}


def _annotation(label: Label) -> Json:
    letter, _, words = label.text.partition(" ")
    place = {"x": label.mark.t_s, "xref": "x", "xanchor": "left", "y": 1, "yref": "paper", "yanchor": "bottom"}
    return {
        "text": f"<b>{letter}</b> {escape(words)}".strip(),
        "showarrow": False,
        "font": {"size": 12, "color": _COLOURS[label.mark.kind]},
        "yshift": label.row * _ROW_PX - 2,
        "xshift": 1,
        **place,
    }


def numbers(values: Sequence[float]) -> list[float]:
    """The values to six significant digits: what a plot can show, in a page that stays small."""
    return [float(f"{value:.6g}") for value in values]
