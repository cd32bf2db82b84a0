"""Where the sites and the fibres of a plan go on a canvas: by coordinates, or on a circle.

Coordinates are stretched to fill the canvas, sites are moved apart where their cards would overlap, and a fibre bends
where it would run behind a site that it does not touch, or over another fibre between the same sites.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from twin.plan.model import Plan, SitePlan
from twin.results.geometry import Box, Line, Point, arc, push_apart

#: with more sites than this the drawing shows dots and names instead of cards
CARDS_UP_TO = 12
_BENDS = (0.0, 0.16, -0.16, 0.28, -0.28, 0.42, -0.42)


@dataclass(frozen=True)
class Canvas:
    """A drawing's size, and how wide one letter of a card is."""

    width: float
    height: float
    letter: float = 8.4


@dataclass(frozen=True)
class Layout:
    """Site -> its card; name of a fibre or packet link -> its line from the first site to the second."""

    canvas: Canvas
    cards: Mapping[str, Box]
    lines: Mapping[str, Line]
    by_map: bool
    dense: bool


def lay_out(plan: Plan, subtitles: Mapping[str, str], canvas: Canvas) -> Layout:
    """Place every site, fibre and packet link of ``plan``; ``subtitles`` are the second lines of the cards."""
    dense = len(plan.sites) > CARDS_UP_TO
    by_map = all(site.location is not None for site in plan.sites)
    sizes = [_card_size(site.name, subtitles[site.name], canvas, dense) for site in plan.sites]
    # A dot's name is wider than the dot, and must not leave the canvas either.
    widest = max(len(site.name) for site in plan.sites) * canvas.letter * 0.8 if dense else max(w for w, _ in sizes)
    room = (widest / 2 + 6, max(height for _, height in sizes) / 2 + 26)
    units = _by_coordinates(plan.sites) if by_map else _on_circle(len(plan.sites))
    boxes = [
        Box(
            room[0] + x * (canvas.width - 2 * room[0]),
            room[1] + y * (canvas.height - 2 * room[1]),
            *size,
        )
        for (x, y), size in zip(units, sizes, strict=True)
    ]
    apart = push_apart(boxes, canvas.width, canvas.height)
    cards = {site.name: box for site, box in zip(plan.sites, apart, strict=True)}
    return Layout(canvas, cards, _lines(plan, cards), by_map, dense)


def _card_size(name: str, subtitle: str, canvas: Canvas, dense: bool) -> tuple[float, float]:
    if dense:
        return (14.0, 14.0)
    return (max(len(name) * canvas.letter * 1.1, len(subtitle) * canvas.letter * 0.82) + 24, 46.0)


def _by_coordinates(sites: Sequence[SitePlan]) -> list[Point]:
    """Longitude and latitude scaled to 0..1; a spread of nothing goes to the middle."""
    places = [site.location or (0.0, 0.0) for site in sites]
    north = [-latitude for latitude, _ in places]
    east = [longitude for _, longitude in places]
    return list(zip(_spread(east), _spread(north), strict=True))


def _spread(values: Sequence[float]) -> list[float]:
    low, high = min(values), max(values)
    return [0.5 if high == low else (value - low) / (high - low) for value in values]


def _on_circle(count: int) -> list[Point]:
    """``count`` points on the unit square's circle, the first on the left; two lie on a level line."""
    angles = [math.pi + 2 * math.pi * index / count for index in range(count)]
    if count == 1:
        return [(0.5, 0.5)]
    return [(0.5 + 0.5 * math.cos(angle), 0.5 + 0.5 * math.sin(angle)) for angle in angles]


def _lines(plan: Plan, cards: Mapping[str, Box]) -> dict[str, Line]:
    lines: dict[str, Line] = {}
    used: dict[frozenset[str], list[float]] = {}
    for name, (first, second) in joined_sites(plan).items():
        start, end = (cards[first].x, cards[first].y), (cards[second].x, cards[second].y)
        others = [box for site, box in cards.items() if site not in (first, second)]
        taken = used.setdefault(frozenset((first, second)), [])
        bend = _bend(start, end, others, [b if first < second else -b for b in taken])
        taken.append(bend if first < second else -bend)
        lines[name] = arc(start, end, bend)
    return lines


def joined_sites(plan: Plan) -> dict[str, tuple[str, str]]:
    """Every fibre and packet link with the sites it joins, in the plan's order."""
    joined = {fibre.name: fibre.sites for fibre in plan.fibres}
    site_of = {switch.name: switch.site for switch in plan.packet_switches}
    for link in plan.links:
        if link.kind == "packet":
            joined[link.name] = (site_of[link.a.node], site_of[link.b.node])
    return joined


def _bend(start: Point, end: Point, others: Sequence[Box], taken: Sequence[float]) -> float:
    """The first bend that is free and clear of the other sites; the least bad one where none is clear."""
    free = [bend for bend in _BENDS if bend not in taken] or [0.0]
    return min(free, key=lambda bend: (_hits(arc(start, end, bend), others), free.index(bend)))


def _hits(line: Line, boxes: Sequence[Box]) -> int:
    wide = [Box(box.x, box.y, box.width + 24, box.height + 24) for box in boxes]
    return sum(box.holds(point) for point in line for box in wide)
