"""Throughput over time: one panel per link, one direction above the axis and the other below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from twin.plan.model import End, Link, Plan
from twin.results.samples import Direction, RateSeries
from twin.results.time_figure import Figure, Json, Panel, TimeAxis, numbers
from twin.results.topology_layout import joined_sites
from twin.units import show_rate

GIGA = 1e9
PANELS_UP_TO = 24
#: a panel keeps its own scale where it carries less than this share of the busiest
_SMALL = 0.1

Rates = Mapping[Direction, RateSeries]


@dataclass(frozen=True)
class Throughput:
    """A figure of the busiest links, and the names of the links that it leaves out: idle, or too many."""

    figure: Figure | None
    left_out: tuple[str, ...]


def fibre_throughput(plan: Plan, rates: Rates, axis: TimeAxis) -> Throughput:
    """Fibres and packet links between sites."""
    links = [link for link in plan.links if link.kind in ("fibre", "packet")]
    return _throughput("fibres", "Throughput of each fibre and packet link over time, Gb/s", plan, links, rates, axis)


def line_throughput(plan: Plan, rates: Rates, axis: TimeAxis) -> Throughput:
    """The transceivers' line links, which carry the circuits; their rate is the wavelength's."""
    links = [link for link in plan.links if link.kind == "line"]
    return _throughput("lines", "Throughput of each transceiver over time, Gb/s", plan, links, rates, axis)


def server_throughput(plan: Plan, rates: Rates, axis: TimeAxis) -> Throughput:
    """The servers' links, seen from the server."""
    links = [link for link in plan.links if link.kind == "nic"]
    return _throughput("servers", "Throughput of each server over time, Gb/s", plan, links, rates, axis)


def _throughput(
    identity: str, alternative: str, plan: Plan, links: Sequence[Link], rates: Rates, axis: TimeAxis
) -> Throughput:
    peaks = {link.name: _peak_bps(link, rates) for link in links}
    busy = sorted((link for link in links if peaks[link.name] > 0), key=lambda link: -peaks[link.name])
    shown = {link.name for link in busy[:PANELS_UP_TO]}
    left_out = tuple(link.name for link in links if link.name not in shown)
    if not shown:
        return Throughput(None, left_out)
    tops = {link.name: round_up(peaks[link.name]) for link in links if link.name in shown}
    highest = max(tops.values())
    panels = tuple(
        _panel(plan, link, rates, highest if tops[link.name] >= _SMALL * highest else tops[link.name])
        for link in links
        if link.name in shown
    )
    return Throughput(Figure(identity, alternative, panels, axis), left_out)


def _peak_bps(link: Link, rates: Rates) -> float:
    return max((rates[key].peak_bps for end in link.ends if (key := (link.name, end.node)) in rates), default=0.0)


def round_up(value: float) -> float:
    """The next of 1, 2, 3, 4, 5, 6, 8, 10 x 10^k."""
    power = 1.0
    while power * 10 < value:
        power *= 10
    while power > value:
        power /= 10
    return next(step * power for step in (1, 2, 3, 4, 5, 6, 8, 10, 20) if step * power >= value)


def _panel(plan: Plan, link: Link, rates: Rates, top_bps: float) -> Panel:
    """One link. Where only one direction was sampled, only its half is drawn."""
    top = top_bps / GIGA
    sides = [(end, sign) for end, sign in ((link.a, 1), (link.b, -1)) if (link.name, end.node) in rates]
    ways = [(_direction(plan, link, end), sign) for end, sign in sides]
    traces = [_trace(rates[link.name, end.node], way, sign) for (end, sign), (way, _) in zip(sides, ways, strict=True)]
    low, high = min(0, *(sign for _, sign in sides)), max(0, *(sign for _, sign in sides))
    ticks = [sign for sign in (-1, 0, 1) if low <= sign <= high]
    axis = {
        "range": [1.06 * top * low, 1.06 * top * high],
        "tickvals": [sign * top for sign in ticks],
        "ticktext": [f"{abs(sign) * top:g}" for sign in ticks],
    }
    rate_bps = max((end.rate_bps or 0.0 for end in link.ends), default=0.0)
    port = f" port of {show_rate(rate_bps)}" if rate_bps else ""
    wide = _title(link.name, port, ways)
    narrow = _title(link.name, "", [(way.rpartition(" ")[2], sign) for way, sign in ways])
    return Panel(wide, narrow, tuple(traces), axis, tuple(_limits(link, top)), 96 if low < 0 < high else 56)


def _title(name: str, port: str, ways: Sequence[tuple[str, int]]) -> str:
    parts = [
        f"<span style='color:{'$tx' if sign > 0 else '$rx'}'>{'▲' if sign > 0 else '▼'} {escape(way)}</span>"
        for way, sign in ways
    ]
    return f"<b>{escape(name)}</b>{escape(port)}   {'  '.join(parts)}"


def _limits(link: Link, top: float) -> list[Json]:
    """The axis between the two directions, and each direction's rate as a dotted line where it is in sight."""
    lines = [(0.0, "solid")]
    for end, sign in ((link.a, 1), (link.b, -1)):
        if end.rate_bps and end.rate_bps / GIGA <= 1.001 * top:
            lines.append((sign * end.rate_bps / GIGA, "dot"))
    return [
        {
            "type": "line",
            "xref": "paper",
            "x0": 0,
            "x1": 1,
            "y0": y,
            "y1": y,
            "line": {"color": "$muted", "width": 1, "dash": dash},
            "layer": "below",
        }
        for y, dash in lines
    ]


def _direction(plan: Plan, link: Link, end: End) -> str:
    """``tokyo → osaka`` between sites, ``sent`` and ``received`` for a transceiver or a server."""
    sites = joined_sites(plan).get(link.name)
    if sites is not None:
        here = _site_of(plan, end.node)
        there = sites[1] if here == sites[0] else sites[0]
        return f"{here} → {there}"
    near = {server.name for server in plan.servers}
    if link.kind == "line":
        near = {transceiver.switch for transceiver in plan.transceivers}
    return "sent" if end.node in near else "received"


def _site_of(plan: Plan, node: str) -> str:
    sites = {switch.name: switch.site for switch in plan.packet_switches}
    sites |= {switch.name: switch.site for switch in plan.optical_switches}
    return sites[node]


def _trace(series: RateSeries, name: str, sign: int) -> Json:
    values = numbers([rate_bps / GIGA for rate_bps in series.rates_bps])
    # Each rate holds since the sample before: the line goes up first, then along.
    values = [*values[:1], *values]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": numbers(series.times_s),
        "y": [sign * value for value in values],
        "customdata": values,
        "name": name,
        "line": {"shape": "vh", "width": 1.2, "color": "$tx" if sign > 0 else "$rx"},
        "fill": "tozeroy",
        "fillcolor": "$txfill" if sign > 0 else "$rxfill",
        "hovertemplate": f"%{{x:.4f}} s · {escape(name)} %{{customdata:.4g}} Gb/s<extra></extra>",
        "showlegend": False,
    }
