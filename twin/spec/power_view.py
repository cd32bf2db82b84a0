"""Power, and prices where they are known, as tables for the terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from twin.optics.power import BETWEEN, IN_SITE, SWITCH, Alternative, Item, alternatives, items, missing
from twin.plan.model import Plan
from twin.plan.topology import Topology
from twin.units import show_length, show_time

_UNKNOWN = "?"


def render(topology: Topology, plan: Plan) -> RenderableType:
    """What the plant draws, what others would, and what the catalogue does not know. The plan must have light."""
    present, others = items(topology, plan), alternatives(topology, plan)
    parts: list[RenderableType] = [_items(present), Text()]
    for job in (IN_SITE, BETWEEN):
        parts += [_modules(job, [other for other in others if other.job == job]), Text()]
    parts += [_switches([other for other in others if other.job == SWITCH]), Text(), _notes((*present, *others))]
    return Group(*parts)


def _table(title: str, texts: tuple[str, ...], numbers: tuple[str, ...]) -> Table:
    """The last column is the source of the power, and folds."""
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    table.show_edge = False
    table.caption_justify = "left"
    for column in texts:
        table.add_column(column, no_wrap=True)
    for column in numbers:
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("source of the power")
    return table


def _items(present: tuple[Item, ...]) -> Table:
    priced = any(item.price is not None for item in present)
    numbers = ("count", "W each", "W", *(("price each",) if priced else ()))
    table = _table("Power of the optical plant", ("what", "type"), numbers)
    for item in present:
        price = (item.price or _UNKNOWN,) if priced else ()
        cells = (item.kind, item.name, str(item.count), _watts(item.each_w), _watts(item.total_w), *price, item.source)
        table.add_row(*(Text(cell) for cell in cells))
    more = " and what is missing" if any(item.each_w is None for item in present) else ""
    table.caption = f"{sum(item.total_w or 0.0 for item in present):.6g} W{more}"
    return table


def _modules(job: str, others: list[Alternative]) -> Table:
    table = _table(job, ("type",), ("reach", "W each", "W per Tb/s", "price"))
    for other in others:
        reach = show_length(other.reach_km) if other.reach_km is not None else "by light"
        source = f"{other.source} (unfit here: {other.unfit})" if other.unfit else other.source
        cells = (other.name, reach, _watts(other.each_w), _watts(other.per_tbps_w), other.price or _UNKNOWN, source)
        table.add_row(*(Text(cell) for cell in cells))
    table.caption = "W each: of one end. W per Tb/s: of both."
    return table


def _switches(others: list[Alternative]) -> Table:
    table = _table(SWITCH, ("type",), ("ports", "dark for", "W a port", "price"))
    for other in others:
        dark = "packets" if other.switching_s is None else show_time(other.switching_s)
        cells = (other.name, str(other.ports), dark, _watts(other.each_w), other.price or _UNKNOWN, other.source)
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _notes(found: Sequence[Item | Alternative]) -> Table:
    rows = Table.grid(padding=(0, 1))
    for line in missing(found):
        rows.add_row("-", Text(line))
    rows.add_row("-", Text("your own prices and watts go into a catalogue file: 'catalogue: my.yaml' in the topology"))
    return rows


def _watts(value: float | None) -> str:
    return _UNKNOWN if value is None else f"{value:.4g}"
