"""GSNR over time: one panel for each receiver, with what its mode needs; the gap between the two is the margin."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from twin.results.time_figure import Figure, Json, Panel, TimeAxis

PANELS_UP_TO = 16
POINTS_UP_TO = 3000
#: A panel shows so much below the least need, dB.
_BELOW_DB = 4.0

_Row = tuple[float, float | None, float | None, str | None]


def gsnr_figure(readings: pa.Table, axis: TimeAxis) -> tuple[Figure | None, tuple[str, ...]]:
    """The figure, None where no receiver ever had light; and the receivers that it leaves out: there are too many, and
    less happened to them."""
    rows = _rows(readings)
    lit = {name: found for name, found in rows.items() if any(gsnr_db is not None for _, gsnr_db, _, _ in found)}
    # Stable: among receivers to which as much happened the order of names stays.
    chosen = sorted(lit, key=lambda name: -len(lit[name]))[:PANELS_UP_TO]
    panels = tuple(_panel(name, lit[name], axis.end_s) for name in lit if name in chosen)
    left_out = tuple(name for name in lit if name not in chosen)
    if not panels:
        return None, left_out
    alternative = "GSNR at each receiver over time, and what its mode needs, dB in 0.1 nm"
    return Figure("gsnr", alternative, panels, axis), left_out


def _rows(readings: pa.Table) -> dict[str, list[_Row]]:
    """Receiver -> (time, GSNR, need, mode), where it differs from the row before."""
    mine = readings.filter(pc.equal(readings["kind"], pa.scalar("transceiver")))
    names = ("t_s", "element", "gsnr_db", "margin_db", "mode")
    found: dict[str, list[_Row]] = {}
    for t_s, element, gsnr_db, margin_db, mode in zip(*(mine[name].to_pylist() for name in names), strict=True):
        need_db = gsnr_db - margin_db if margin_db is not None else None
        rows = found.setdefault(element, [])
        if not rows or rows[-1][1:] != (gsnr_db, need_db, mode):
            rows.append((t_s, gsnr_db, need_db, mode))
    return found


def _panel(name: str, rows: Sequence[_Row], end_s: float) -> Panel:
    found = [gsnr_db for _, gsnr_db, _, _ in rows if gsnr_db is not None]
    needs = [need_db for _, _, need_db, _ in rows if need_db is not None]
    # Far below what any mode needs it does not matter how far.
    low, high = max(min([*found, *needs]), min(needs, default=min(found)) - _BELOW_DB), max([*found, *needs])
    room = max(0.1 * (high - low), 0.5)
    modes = list(dict.fromkeys(mode for *_, mode in rows if mode is not None))
    title = f"<b>{escape(name)}</b>   <span style='color:$tx'>GSNR</span> and <span style='color:$rx'>need</span>, dB"
    traces = (_trace(rows, 1, "GSNR", "$tx", end_s), _trace(rows, 2, "need", "$rx", end_s))
    axis = {"range": [float(f"{low - room:.6g}"), float(f"{high + room:.6g}")]}
    return Panel(f"{title} ({escape(', '.join(modes)) or 'no mode closes'})", title, traces, axis, height_px=120)


def _trace(rows: Sequence[_Row], column: int, name: str, colour: str, end_s: float) -> Json:
    """A level that holds until the next row, and the last one to the end."""
    points: list[tuple[float, Any]] = []
    for row in rows[:: -(-len(rows) // POINTS_UP_TO)]:
        if row[column] is None and points:
            points.append((row[0], points[-1][1]))  # it holds up to the gap
        points.append((row[0], row[column]))
    points.append((end_s, rows[-1][column]))
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [float(f"{t_s:.9g}") for t_s, _ in points],
        "y": [None if level is None else float(f"{level:.6g}") for _, level in points],
        "name": name,
        "line": {"shape": "hv", "width": 1.4, "color": colour, "dash": "solid" if column == 1 else "dot"},
        "hovertemplate": f"%{{x:.6f}} s · {name} %{{y:.2f}} dB<extra></extra>",
        "showlegend": False,
    }
