"""Who uses which transceiver and which channel of which fibre, and the search for what is free.

A transceiver carries one circuit; a channel of a fibre carries one route. Search: the path with the least delay whose
fibres all have one channel free, and there the lowest such channel (first fit with continuity).
"""

from __future__ import annotations

from collections.abc import Callable

from twin.control.plant import Plant
from twin.control.route import CHANNELS, Route
from twin.control.routing import Edge, shortest_path
from twin.plan.model import Transceiver

Ends = tuple[Transceiver, Transceiver]


class Spectrum:
    """The claims on one plant."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self._busy: dict[str, str] = {}
        self._taken: dict[int, dict[str, str]] = {}

    def free_ends(self, sites: tuple[str, str]) -> Ends | str:
        """The first free transceivers of one rate, one at each site; or the reason why there are none."""
        here, there = (
            [t for t in self._plant.plan.transceivers if t.site == site and t.name not in self._busy] for site in sites
        )
        for site, free in zip(sites, (here, there), strict=True):
            if not free:
                return f"no free transceiver at {site}"
        for a in here:
            for b in there:
                if a.rate_bps == b.rate_bps:
                    return a, b
        return f"no free transceivers of one rate at {sites[0]} and {sites[1]}"

    def claim_ends(self, ends: Ends, owner: str) -> None:
        """Both transceivers now belong to ``owner``."""
        for end in ends:
            self._busy[end.name] = owner

    def free(self, ends: Ends) -> None:
        """Both transceivers are free again."""
        for end in ends:
            del self._busy[end.name]

    def claim_route(self, route: Route, owner: str) -> None:
        """The channel of all the route's fibres now belongs to ``owner``."""
        self._taken.setdefault(route.channel, {}).update(dict.fromkeys(route.fibres, owner))

    def free_route(self, route: Route) -> None:
        """The channel is free again on all the route's fibres."""
        taken = self._taken[route.channel]
        for fibre in route.fibres:
            del taken[fibre]

    def find_route(self, ends: Ends, lit: Callable[[str], bool]) -> Route | None:
        """The best route between two transceivers over fibres that are ``lit``; None where there is none."""
        source, target = (end.optical for end in ends)
        graph, channels = self._plant.fibre_graph, CHANNELS[self._plant.kind_of[source]]

        def search(blocked: frozenset[str]) -> tuple[Edge, ...] | None:
            usable: Callable[[Edge], bool] = lambda edge: edge.name not in blocked and lit(edge.name)  # noqa: E731
            return shortest_path(graph, source, target, usable)

        shortest = search(frozenset())
        if shortest is None:
            return None
        fibres = {edge.name for edge in shortest}
        for channel in channels:
            if fibres.isdisjoint(self._taken.get(channel, ())):
                return Route(ends, shortest, channel)
        # The shortest path is full: search once for each distinct set of fibres that a channel finds blocked.
        first_channel: dict[frozenset[str], int] = {}
        for channel in channels:
            first_channel.setdefault(frozenset(self._taken.get(channel, ())), channel)
        found = ((search(blocked), channel) for blocked, channel in first_channel.items())
        routes = [Route(ends, path, channel) for path, channel in found if path is not None]
        return min(routes, key=lambda route: (*route.cost, route.channel), default=None)
