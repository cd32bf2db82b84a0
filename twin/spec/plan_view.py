"""A plan as tables for the terminal, readable from 80 columns up. Links and servers that are alike share a row."""

from __future__ import annotations

from collections.abc import Iterable

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from twin.plan.model import Fibre, Link, Plan, Server
from twin.spec import light_view
from twin.units import show_length, show_rate, show_size, show_time

_KINDS = {
    "nic": "server - switch",
    "fabric": "within the site",
    "line": "transceiver",
    "fibre": "fibre",
    "packet": "packet link",
}


def render(plan: Plan) -> RenderableType:
    """The whole plan: sites, links, fibres, addresses, notes."""
    parts: list[RenderableType] = [_headline(plan)]
    for table in (_sites(plan), _links(plan), _fibres(plan), _addresses(plan)):
        if table.row_count:
            parts += [Text(), table]
    if plan.light is not None:
        parts += light_view.render(plan.light)
    if plan.notes:
        notes = Table.grid(padding=(0, 1))
        for note in plan.notes:
            notes.add_row("-", Text(note))
        parts += [Text(), Text("Notes", style="bold"), notes]
    return Group(*parts)


def _headline(plan: Plan) -> Text:
    sizes = f"MTU {plan.mtu}, socket buffers {show_size(plan.socket_bytes)} (2 x the largest bandwidth-delay product)"
    return Text(plan.name, style="bold").append(f"\n{count_nodes(plan)}\n{sizes}", style="not bold dim")


def count_nodes(plan: Plan) -> str:
    """``3 sites, 6 servers, 6 transceivers, 15 links``."""
    counts = {
        "site": len(plan.sites),
        "server": len(plan.servers),
        "transceiver": len(plan.transceivers),
        "link": len(plan.links),
    }
    return ", ".join(_many(count, noun) for noun, count in counts.items())


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _table(title: str, *columns: str, numbers: int) -> Table:
    """A table whose last ``numbers`` columns are numbers: to the right, never folded."""
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    table.show_edge = False
    for index, column in enumerate(columns):
        number = index >= len(columns) - numbers
        table.add_column(column, justify="right" if number else "left", no_wrap=number, overflow="fold")
    return table


def _sites(plan: Plan) -> Table:
    table = _table("Sites", "site", "optical switch", "addresses", "servers", "transceivers", numbers=3)
    for site in plan.sites:
        transceivers = sum(transceiver.site == site.name for transceiver in plan.transceivers)
        servers = len(plan.servers_of(site.name))
        cells = (site.name, site.optical or "none", site.prefix, str(servers), str(transceivers))
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _links(plan: Plan) -> Table:
    """One row for all links of a kind with the same rates, queues, delays and losses."""
    table = _table("Links", "kind", "links", "rate", "queue", "delay", "loss", numbers=4)
    groups: dict[tuple[str, ...], list[str]] = {}
    for link in plan.links:
        if link.kind != "fibre":
            groups.setdefault(_traits(link), []).append(link.name)
    for (kind, rate, queue, delay, loss), names in groups.items():
        table.add_row(_KINDS[kind], Text(_short(names)), rate, queue, delay, loss)
    return table


def _traits(link: Link) -> tuple[str, ...]:
    """What is shown of a link. A line is shaped at one end only, and a rate of one direction is that of its end."""
    shaped = [end for end in link.ends if end.rate_bps is not None]
    delays = [show_time(end.delay_s) for end in link.ends]
    losses = [f"{end.loss * 100:g} %" for end in link.ends]
    return (
        link.kind,
        _pair([show_rate(end.rate_bps or 0.0) for end in shaped]),
        _pair([show_size(end.queue_bytes) for end in shaped]),
        _pair(delays),
        _pair(losses),
    )


def _pair(texts: list[str]) -> str:
    """One text for both directions where they are alike."""
    return " / ".join(dict.fromkeys(texts)) if texts else "-"


def _short(names: list[str]) -> str:
    """Few names in full, many as the first and the last with their count."""
    return ", ".join(names) if len(names) <= 3 else f"{names[0]} … {names[-1]} ({len(names)})"


def _fibres(plan: Plan) -> Table:
    table = _table("Fibres", "fibre", "type", "length", "EDFAs", "delay", "round trip", numbers=4)
    for fibre in plan.fibres:
        delay = _pair([show_time(end.delay_s) for end in plan.link_by_name[fibre.name].ends])
        trip_s = sum(end.delay_s for end in plan.link_by_name[fibre.name].ends)
        cells = (fibre.name, fibre.kind, _length(fibre), str(fibre.amplifiers), delay, show_time(trip_s))
        table.add_row(*(Text(cell) for cell in cells))
    if any(fibre.length_source != "stated" for fibre in plan.fibres):
        table.caption, table.caption_justify = "* not stated in the file; see the notes", "left"
    return table


def _length(fibre: Fibre) -> str:
    return show_length(fibre.length_km) + ("" if fibre.length_source == "stated" else " *")


def _addresses(plan: Plan) -> Table:
    table = _table("Addresses", "servers", "IPv4", "MAC", numbers=0)
    for group in _groups(plan.servers):
        first, last = group[0], group[-1]
        for a, b in ((first, last),) if len(group) > 3 else ((server, server) for server in group):
            cells = ((a.name, b.name), (a.ip, b.ip), (a.mac, b.mac))
            table.add_row(*(Text(low if low == high else f"{low} … {high}") for low, high in cells))
    return table


def _groups(servers: Iterable[Server]) -> list[list[Server]]:
    """Servers by their /24."""
    found: dict[str, list[Server]] = {}
    for server in servers:
        found.setdefault(server.ip.rpartition(".")[0], []).append(server)
    return list(found.values())
