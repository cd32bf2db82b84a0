"""A plan's light as tables for the terminal: lightpaths, and what was refused."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from twin.plan.light import Light, Lightpath, Refusal
from twin.units import show_length, show_rate, show_time


def render(light: Light) -> list[RenderableType]:
    """The parts that a plan's view shows, each after an empty line."""
    parts: list[RenderableType] = []
    if light.lightpaths:
        parts += [Text(), _lightpaths(light), *_routes(light.lightpaths), Text(), _receivers(light.lightpaths)]
    if light.refusals:
        parts += [Text(), Text("Refused lightpaths", style="bold"), _refusals(light.refusals)]
    return parts


def _table(title: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    table.show_edge, table.padding = False, (0, 1, 0, 0)
    table.add_column("lightpath", overflow="fold", min_width=9)
    return table


def _lightpaths(light: Light) -> Table:
    table = _table("Lightpaths")
    table.add_column("mode", overflow="fold", max_width=12)
    for column in ("rate", "length", "one way", "GSNR", "margin", "ch", "dBm"):
        table.add_column(column, justify="right", no_wrap=True)
    for path in light.lightpaths:
        table.add_row(*(Text(cell) for cell in _cells(path)))
    types = ", ".join(kind.name for kind in light.transceivers)
    table.caption = (
        f"{types}; line system {light.line_system}. GSNR in dB in 0.1 nm with every channel of the band lit; margin "
        f"over the mode's need, {light.margin_db:g} dB or more. ch: channel; dBm: a channel's power into a span."
    )
    table.caption_justify = "left"
    return table


def _cells(path: Lightpath) -> tuple[str, ...]:
    return (
        path.name,
        path.mode,
        show_rate(path.rate_bps),
        show_length(round(path.length_km, 1)),
        show_time(float(f"{path.delay_s:.4g}")),
        f"{path.gsnr_db:.2f}",
        f"{path.margin_db:.2f}",
        str(path.channel),
        f"{path.power_dbm:.1f}",
    )


def _receivers(paths: Sequence[Lightpath]) -> Table:
    table = _table("At the receivers")
    for column in ("frequency", "OSNR", "dispersion", "PMD", "PDL"):
        table.add_column(column, justify="right", no_wrap=True)
    for path in paths:
        cells = (
            path.name,
            f"{path.frequency_hz / 1e12:.5f} THz" if path.channel else "whole fibre",
            f"{path.osnr_db:.2f} dB",
            f"{path.dispersion_ps_nm:.0f} ps/nm",
            f"{path.pmd_ps:.2f} ps",
            f"{path.pdl_db:.2f} dB",
        )
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _routes(paths: Sequence[Lightpath]) -> list[RenderableType]:
    """Where a lightpath runs, for those that are not simply one fibre of their own name."""
    rows = Table.grid(padding=(0, 1))
    for path in paths:
        if path.fibres != (path.name,):
            rows.add_row("-", Text(f"{path.name}: {' - '.join(path.sites)} over {', '.join(path.fibres)}"))
    return [Text(), Text("Routes", style="bold"), rows] if rows.row_count else []


def _refusals(refusals: tuple[Refusal, ...]) -> Table:
    rows = Table.grid(padding=(0, 1))
    for refusal in refusals:
        remedy = f"; {refusal.remedy}" if refusal.remedy else "; nothing near it closes"
        rows.add_row("-", Text(f"{refusal.name} ({' - '.join(refusal.sites)}): {refusal.reason}{remedy}"))
    return rows
