"""The network, drawn as SVG: sites, fibres with their length and delay, circuits over them, what was cut.

Drawn twice, for a wide page and for a phone; the page's style shows the one that fits. Colours come from the page too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from twin.plan.model import Plan
from twin.results.bundle import Run
from twin.results.geometry import Box, Line, Point, beside, normal
from twin.results.html_parts import Markup, join, tag
from twin.results.topology_layout import Canvas, Layout, lay_out
from twin.results.wording import moment, rounded
from twin.units import show_length, show_rate, show_time

WIDE = Canvas(1040, 440)
NARROW = Canvas(372, 430, letter=7.6)
#: colours of circuits; the ninth circuit starts again
PALETTE = 8
_LANE = 5.0
_LABELS_UP_TO = 16


@dataclass(frozen=True)
class Route:
    """A circuit's way at some time of the run; ``later`` where it was not its first."""

    circuit: str
    colour: int
    fibres: tuple[str, ...]
    later: bool


def topology_figure(run: Run) -> Markup:
    """The figure with its legend."""
    routes = routes_of(run)
    drawings = [
        _drawing(run, routes, replace(canvas, height=_height(run.plan, canvas)), name)
        for canvas, name in ((WIDE, "wide"), (NARROW, "narrow"))
    ]
    caption = tag("figcaption", " ".join(_caption(run.plan, routes)))
    return tag("figure", join([*drawings, _legend(routes), caption]), class_="topology")


def _caption(plan: Plan, routes: Sequence[Route]) -> Iterator[str]:
    if len(plan.sites) > 1:
        where = "by their coordinates" if all(site.location for site in plan.sites) else "in a circle"
        yield f"Sites stand {where}, stretched to fill the frame: lengths are written, not drawn to scale."
    if routes:
        yield "A circuit's solid line is its first path, a dotted one a path that it took later."
    if any(route.colour == 0 and route.circuit != routes[0].circuit for route in routes):
        yield f"Colours repeat after {PALETTE} circuits; the table names them all."


def routes_of(run: Run) -> list[Route]:
    """Every way that every circuit took, first ways first met, in the order of time."""
    first = {circuit.name: circuit.fibres for circuit in run.outcome.circuits}
    seen: dict[str, list[tuple[str, ...]]] = {name: [fibres] for name, fibres in first.items()}
    for event in run.events:
        if event.source == "controller" and event.name == "circuit-active":
            ways = seen.setdefault(str(event.details["circuit"]), [])
            fibres = tuple(str(fibre) for fibre in event.details.get("fibres", ()))
            if fibres not in ways:
                ways.append(fibres)
    return [
        Route(name, number % PALETTE, fibres, later=position > 0)
        for number, (name, ways) in enumerate(seen.items())
        for position, fibres in enumerate(ways)
    ]


def _height(plan: Plan, canvas: Canvas) -> float:
    """One or two sites need no tall frame."""
    return {1: 100.0, 2: 220.0}.get(len(plan.sites), canvas.height)


def _drawing(run: Run, routes: Sequence[Route], canvas: Canvas, name: str) -> Markup:
    plan = run.plan
    subtitles = {site.name: _subtitle(plan, site.name) for site in plan.sites}
    layout = lay_out(plan, subtitles, canvas)
    faults = _faults(run)
    parts = [
        *(_cable(layout.lines[fibre.name], _lanes(fibre.name, routes), fibre.name in faults) for fibre in plan.fibres),
        *(_packet_line(layout.lines[link.name]) for link in plan.links if link.kind == "packet"),
        *_circuits(layout, routes),
        *(_cross(layout.lines[name]) for name in faults if name in layout.lines),
        *_line_labels(plan, layout, faults),
        *(_site(site.name, subtitles[site.name], layout) for site in plan.sites),
    ]
    title = f"{len(plan.sites)} sites joined by {len(layout.lines)} fibres and links; the tables say the same in words"
    view = f"0 0 {canvas.width:g} {canvas.height:g}"
    return tag("svg", join(parts, "\n"), viewBox=view, role="img", aria_label=title, class_=name)


def _subtitle(plan: Plan, site: str) -> str:
    servers = len(plan.servers_of(site))
    optical = next((switch.kind for switch in plan.optical_switches if switch.site == site), None)
    return f"{servers} server{'' if servers == 1 else 's'}" + (f" · {optical}" if optical else "")


def _faults(run: Run) -> dict[str, str]:
    """Fibre or link -> what happened to it, in words."""
    words: dict[str, list[str]] = {}
    for event in run.events:
        if event.victim is not None:
            what = "cut" if event.is_cut else "repaired"
            words.setdefault(event.victim[1], []).append(f"{what} {moment(event.t_s)}")
    return {name: ", ".join(parts) for name, parts in words.items()}


def _lanes(fibre: str, routes: Iterable[Route]) -> list[Route]:
    return [route for route in routes if fibre in route.fibres]


def _path(line: Line) -> str:
    return "M" + " L".join(f"{x:.1f},{y:.1f}" for x, y in line)


def _cable(line: Line, lanes: Sequence[Route], cut: bool) -> Markup:
    width = f"{max(len(lanes) * _LANE + 5, 8):g}"
    return tag("path", "", d=_path(line), class_="fibre cut" if cut else "fibre", stroke_width=width)


def _cross(line: Line) -> Markup:
    x, y = line[len(line) // 2]
    return tag("path", "", d=f"M{x - 7:.1f},{y - 7:.1f} l14,14 M{x - 7:.1f},{y + 7:.1f} l14,-14", class_="cross")


def _packet_line(line: Line) -> Markup:
    return tag("path", "", d=_path(line), class_="packet")


def _circuits(layout: Layout, routes: Sequence[Route]) -> Iterator[Markup]:
    for name, line in layout.lines.items():
        lanes = _lanes(name, routes)
        for number, route in enumerate(lanes):
            moved = beside(line, (number - (len(lanes) - 1) / 2) * _LANE)
            style = f"circuit c{route.colour}" + (" later" if route.later else "")
            yield tag("path", tag("title", f"circuit {route.circuit}"), d=_path(moved), class_=style)


def _line_labels(plan: Plan, layout: Layout, faults: dict[str, str]) -> Iterator[Markup]:
    """Length and delay beside each line, where there is room; the tables have them all."""
    placed = [*layout.cards.values(), *_crosses(layout, faults)]
    texts = {
        fibre.name: f"{show_length(rounded(fibre.length_km, 4))} · {_delay(fibre.delay_s)}" for fibre in plan.fibres
    }
    for link in plan.links:
        if link.kind == "packet" and link.a.rate_bps:
            texts[link.name] = f"{show_rate(link.a.rate_bps)} · {_delay(link.a.delay_s)}"
    for name, text in sorted(texts.items(), key=lambda item: item[0] not in faults):
        fault = faults.get(name)
        if fault is None and len(texts) > _LABELS_UP_TO:
            continue
        size = _label_size(text, fault, layout.canvas)
        others = [point for key, line in layout.lines.items() if key != name for point in line]
        box = _free_place(layout, name, size, placed, others)
        if box is None and fault is not None:
            # What broke is always said, over another fibre where it must be.
            box = _free_place(layout, name, size, placed, [])
        if box is not None:
            placed.append(box)
            yield _label(box, text, fault)


def _delay(delay_s: float) -> str:
    return show_time(rounded(delay_s, 3))


def _crosses(layout: Layout, faults: Iterable[str]) -> list[Box]:
    middles = (layout.lines[name][len(layout.lines[name]) // 2] for name in faults if name in layout.lines)
    return [Box(x, y, 22, 22) for x, y in middles]


def _label_size(text: str, fault: str | None, canvas: Canvas) -> tuple[float, float]:
    longest = max(len(text), len(fault or ""))
    return (longest * canvas.letter * 0.84 + 8, 34.0 if fault else 18.0)


def _free_place(
    layout: Layout, name: str, size: tuple[float, float], placed: Sequence[Box], others: Sequence[Point]
) -> Box | None:
    """The first place along the line, on the side away from the middle, where a label covers nothing placed and none
    of the points in ``others``."""
    line = layout.lines[name]
    for share in (0.5, 0.42, 0.58, 0.34, 0.66, 0.27, 0.73):
        index = round(share * (len(line) - 1))
        for side in _sides(line, index, layout.canvas):
            box = _beside_point(line[index], normal(line, index), side, size)
            crossed = any(box.holds(point) for point in others)
            hidden = any(box.overlaps(other) for other in placed)
            if not hidden and not crossed and box.within(layout.canvas.width, layout.canvas.height):
                return box
    return None


def _sides(line: Line, index: int, canvas: Canvas) -> tuple[float, float]:
    (x, y), (nx, ny) = line[index], normal(line, index)
    outwards = nx * (x - canvas.width / 2) + ny * (y - canvas.height / 2)
    return (1.0, -1.0) if outwards >= 0 else (-1.0, 1.0)


def _beside_point(point: Point, across: Point, side: float, size: tuple[float, float]) -> Box:
    """A box that touches the cable at ``point`` from one side, whatever the cable's slope."""
    reach = abs(across[0]) * size[0] / 2 + abs(across[1]) * size[1] / 2 + 13
    return Box(point[0] + across[0] * side * reach, point[1] + across[1] * side * reach, *size)


def _label(box: Box, text: str, fault: str | None) -> Markup:
    top = box.y - 4 if fault else box.y + 4
    lines = [tag("text", text, x=f"{box.x:.1f}", y=f"{top:.1f}", class_="length")]
    if fault:
        lines.append(tag("text", fault, x=f"{box.x:.1f}", y=f"{box.y + 12:.1f}", class_="length fault"))
    return join(lines)


def _site(name: str, subtitle: str, layout: Layout) -> Markup:
    box = layout.cards[name]
    if layout.dense:
        title = tag("title", f"{name}: {subtitle}")
        dot = tag("circle", title, cx=f"{box.x:.1f}", cy=f"{box.y:.1f}", r="6", class_="dot")
        return join([dot, tag("text", name, x=f"{box.x:.1f}", y=f"{box.y - 10:.1f}", class_="small")])
    left, top = box.x - box.width / 2, box.y - box.height / 2
    size = {"width": f"{box.width:.1f}", "height": f"{box.height:.1f}"}
    card = tag("rect", "", x=f"{left:.1f}", y=f"{top:.1f}", rx="7", class_="card", **size)
    head = tag("text", name, x=f"{box.x:.1f}", y=f"{box.y - 3:.1f}", class_="name")
    return join([card, head, tag("text", subtitle, x=f"{box.x:.1f}", y=f"{box.y + 14:.1f}", class_="subtitle")])


def _legend(routes: Sequence[Route]) -> Markup:
    first = [route for route in routes if not route.later]
    if not first or len(first) > PALETTE:
        return Markup("")
    items = (
        tag("li", join([tag("i", "", class_=f"swatch c{route.colour}"), Markup(" "), route.circuit])) for route in first
    )
    return tag("ul", join(items), class_="legend", aria_label="Circuits")
