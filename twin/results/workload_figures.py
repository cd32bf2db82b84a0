"""All-reduce iterations and probes over time."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from twin.results.outcome import AllReduceRecord, PacketsRecord
from twin.results.probes import lost_runs
from twin.results.time_figure import Figure, Json, Panel, TimeAxis, numbers

MILLI = 1e-3
POINTS_UP_TO = 3000


def allreduce_figure(name: str, record: AllReduceRecord, axis: TimeAxis, number: int) -> Figure | None:
    """Each iteration as a block: as wide as the time that it took, and as high."""
    if not record.iterations:
        return None
    xs: list[float | None] = []
    ys: list[float | None] = []
    for iteration in record.iterations:
        height = iteration.time_s / MILLI
        xs += [*numbers([iteration.start_s, iteration.start_s, iteration.end_s, iteration.end_s]), None]
        ys += [*numbers([0.0, height, height, 0.0]), None]
    trace = {
        "type": "scatter",
        "mode": "lines",
        "x": xs,
        "y": ys,
        "line": {"width": 1, "color": "$tx"},
        "fill": "tozeroy",
        "fillcolor": "$txfill",
        "hovertemplate": "%{x:.4f} s · %{y:.5g} ms<extra></extra>",
        "showlegend": False,
    }
    highest = max(iteration.time_s for iteration in record.iterations) / MILLI
    title = f"<b>{escape(name)}</b>   time of each iteration, ms"
    panel = Panel(title, title, (trace,), {"range": [0, 1.08 * highest]}, height_px=200)
    return Figure(f"allreduce-{number}", f"Time of each iteration of {name}", (panel,), axis)


def probes_figure(name: str, record: PacketsRecord, axis: TimeAxis, number: int) -> Figure | None:
    """The one-way delay of each probe by the time it was sent; lost ones as crosses at the bottom."""
    if not record.received:
        return None
    points = _thin(sorted((sent_s, delay_s / MILLI) for _, sent_s, delay_s in record.received))
    delays = [delay_s / MILLI for _, _, delay_s in record.received]
    low, high = min(delays), max(delays)
    # At least a twentieth of the delay around it: a plot of nothing but rounding would look like jitter.
    room = max(0.1 * (high - low), 0.05 * high)
    arrived = {
        "type": "scatter",
        "mode": "markers",
        "x": numbers([sent_s for sent_s, _ in points]),
        "y": numbers([delay for _, delay in points]),
        "marker": {"size": 3, "color": "$tx"},
        "hovertemplate": "sent at %{x:.4f} s · %{y:.6g} ms<extra></extra>",
        "showlegend": False,
    }
    title = f"<b>{escape(name)}</b>   one-way delay, ms   <span style='color:$cut'>✕ lost</span>"
    panel = Panel(
        title,
        title,
        (arrived, _lost(record, low - 0.6 * room)),
        {"range": [low - room, high + room]},
        height_px=200,
    )
    return Figure(f"probes-{number}", f"One-way delay of {name} over time, and what was lost", (panel,), axis)


def _lost(record: PacketsRecord, y: float) -> Json:
    times = [
        record.start_s + sequence * record.interval_s
        for run in lost_runs(record)
        for sequence in range(run.first, run.first + run.count)
    ]
    shown = times[:: -(-len(times) // POINTS_UP_TO)] if times else []
    return {
        "type": "scatter",
        "mode": "markers",
        "x": numbers(shown),
        "y": numbers([y] * len(shown)),
        "marker": {"size": 7, "color": "$cut", "symbol": "x-thin", "line": {"width": 1.5, "color": "$cut"}},
        "hovertemplate": "lost, due at %{x:.4f} s<extra></extra>",
        "showlegend": False,
    }


def _thin(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Of many points, the lowest and the highest of each stretch: no peak is hidden."""
    if len(points) <= POINTS_UP_TO:
        return list(points)
    step = -(-2 * len(points) // POINTS_UP_TO)
    kept: list[tuple[float, float]] = []
    for start in range(0, len(points), step):
        stretch = points[start : start + step]
        ends = {min(stretch, key=lambda point: point[1]), max(stretch, key=lambda point: point[1])}
        kept += sorted(ends)
    return kept
