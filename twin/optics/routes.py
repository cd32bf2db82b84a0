"""Routes over fibres, quickest first. Pure; standard library only."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from twin.plan import rules
from twin.plan.topology import FibrePair, Topology


@dataclass(frozen=True)
class Route:
    """Sites from one end to the other, and the fibre between every two. ``delay_s`` is that of glass, amplifiers, the
    transit of every optical switch and the receiver at the end, one way."""

    sites: tuple[str, ...]
    fibres: tuple[str, ...]
    length_km: float
    delay_s: float


class Map:
    """Sites and fibres of one topology; light stays on switches of one kind."""

    def __init__(self, topology: Topology) -> None:
        self._sites = {site.name: site for site in topology.sites}
        self._fibres = {fibre.name: fibre for fibre in topology.fibres}
        self._near: dict[str, list[tuple[str, FibrePair, float]]] = {}
        for fibre in topology.fibres:
            for here, there in (fibre.sites, fibre.sites[::-1]):
                if self._kind(here) == self._kind(there):
                    delay_s = rules.glass_delay_s(fibre) + rules.equipment_delay_s(fibre) + self._transit_s(there)
                    self._near.setdefault(here, []).append((there, fibre, delay_s))

    def route(self, start: str, fibres: Sequence[str]) -> Route:
        """The route from ``start`` over ``fibres``, which must join."""
        sites, length_km, delay_s = [start], 0.0, self._transit_s(start)
        for name in fibres:
            there, fibre, step_s = next(step for step in self._near[sites[-1]] if step[1].name == name)
            sites.append(there)
            length_km, delay_s = length_km + fibre.length_km, delay_s + step_s
        return Route(tuple(sites), tuple(fibres), length_km, delay_s + self._receiver_s(sites[-1]))

    def routes(self, start: str, goal: str, most: int) -> Iterator[Route]:
        """At most ``most`` routes without loops, the quickest first (paths grow best first, each site at most ``most``
        times, as in the k-shortest-paths search over loopless paths)."""
        heap: list[tuple[float, int, tuple[str, ...], tuple[str, ...]]] = [(0.0, 0, (start,), ())]
        reached: dict[str, int] = {}
        count = 0
        while heap:
            delay_s, _, sites, fibres = heapq.heappop(heap)
            here = sites[-1]
            if reached.get(here, 0) >= most:
                continue
            reached[here] = reached.get(here, 0) + 1
            if here == goal:
                yield self.route(start, fibres)
                continue
            for there, fibre, step_s in self._near.get(here, ()):
                if there not in sites:
                    count += 1
                    heapq.heappush(heap, (delay_s + step_s, count, (*sites, there), (*fibres, fibre.name)))

    def _kind(self, site: str) -> str:
        optical = self._sites[site].optical
        return optical.kind if optical else ""

    def _transit_s(self, site: str) -> float:
        optical = self._sites[site].optical
        return optical.delay_s if optical else 0.0

    def _receiver_s(self, site: str) -> float:
        line = self._sites[site].line
        return line.delay_s if line else 0.0
