"""What a job timed, over time: one point for each flow, request, call, block or copy."""

from __future__ import annotations

from html import escape
from typing import Final

from twin.results.outcome import JobRecord, TimedSpan, TrainingRecord
from twin.results.time_figure import Figure, Panel, TimeAxis, numbers

_MILLI: Final = 1e-3
#: With more points than this only every so many-th is drawn, and the longest.
_POINTS_UP_TO: Final = 3000
WORDS: Final = {
    "fct": "flow completion time",
    "ttft": "time to first token",
    "tpot": "time per output token",
    "latency": "arrival to last token",
    "kv": "KV cache's transfer",
    "call": "call",
    "block": "block",
    "copy": "copy",
    "read": "batch read",
    "read_wait": "waiting for a batch",
    "checkpoint": "checkpoint",
}


def span_figure(name: str, record: JobRecord | TrainingRecord, axis: TimeAxis, number: int) -> Figure | None:
    """A panel for each thing that was timed; None where nothing was."""
    panels = []
    for what in dict.fromkeys(span.name for span in record.spans):
        timed = _thin([span for span in record.spans if span.name == what])
        panels.append(_panel(name, what, timed))
    if not panels:
        return None
    return Figure(f"spans-{number}", f"Times of {name} by when each began", tuple(panels), axis)


def _panel(name: str, what: str, timed: list[TimedSpan]) -> Panel:
    heights = [span.time_s / _MILLI for span in timed]
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": numbers([span.begin_s for span in timed]),
        "y": numbers(heights),
        "marker": {"size": 4, "color": "$tx"},
        "hovertemplate": "began at %{x:.4f} s · %{y:.5g} ms<extra></extra>",
        "showlegend": False,
    }
    title = f"<b>{escape(name)}</b>   {WORDS[what]}, ms"
    return Panel(title, title, (trace,), {"range": [0, 1.08 * max(*heights, 1e-6)]}, height_px=120)


def _thin(timed: list[TimedSpan]) -> list[TimedSpan]:
    if len(timed) <= _POINTS_UP_TO:
        return timed
    longest = max(timed, key=lambda span: span.time_s)
    return sorted({*timed[:: -(-len(timed) // _POINTS_UP_TO)], longest}, key=lambda span: span.begin_s)
