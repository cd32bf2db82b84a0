"""Who uses which transceiver and which channel of which fibre, and the search for what is free.

A transceiver carries one circuit; a channel of a fibre carries one route. Search: the best path whose fibres all have
one channel free, and there the lowest such channel (first fit with continuity).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from itertools import islice
from typing import Final

from twin.control.colouring import best_on_one_channel, bits, lowest
from twin.control.paths import Path, delay_cost, disjoint_pair, k_shortest
from twin.control.plant import Plant
from twin.control.reach import Shortfall
from twin.control.route import CHANNELS, Route
from twin.control.routing import Edge, fewest_edges_within, picoseconds, shortest_path
from twin.control.service import PLAIN, Disjoint, Protection, Service
from twin.plan.model import Transceiver

#: Of the paths that a limit leaves in doubt, so many are looked at, the best first (assumed).
PATHS_TRIED: Final = 256

#: So many paths are tried as the first of two that share no risk (assumed).
FIRST_PATHS: Final = 16

Ends = tuple[Transceiver, Transceiver]
Lit = Callable[[str], bool]


class Spectrum:
    """The claims on one plant."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self._busy: dict[str, str] = {}
        self._taken: dict[int, dict[str, str]] = {}
        #: fibre -> its channels that are taken, as bits
        self._full: dict[str, int] = {}
        self._at_site: dict[str, list[Transceiver]] = {}
        for transceiver in plant.plan.transceivers:
            self._at_site.setdefault(transceiver.site, []).append(transceiver)

    def copy(self) -> Spectrum:
        """The same claims, to try something on."""
        other = Spectrum(self._plant)
        other._busy = dict(self._busy)
        other._taken = {channel: dict(taken) for channel, taken in self._taken.items()}
        other._full = dict(self._full)
        return other

    @property
    def splits(self) -> bool:
        """Whether one transceiver can send into two paths, which is where the plan does not look at light."""
        return self._plant.splits

    def ends_for(self, sites: tuple[str, str], service: Service) -> tuple[Ends, Ends | None] | str:
        """The free transceivers that a circuit gets, and the second pair of one that is sent into two paths where one
        pair cannot be; or the reason why there are none."""
        ends = self.free_ends(sites, service.min_rate_bps)
        if isinstance(ends, str):
            return ends
        if service.protection is not Protection.ONE_PLUS_ONE or self.splits:
            return ends, None
        second = self.free_ends(sites, like=ends)
        return f"1+1 needs a second pair of transceivers: {second}" if isinstance(second, str) else (ends, second)

    def free_ends(self, sites: tuple[str, str], min_rate_bps: float = 0.0, like: Ends | None = None) -> Ends | str:
        """The first free transceivers of one rate and type (those of ``like``, and not these), one at each site; or the
        reason why there are none."""
        busy = {*self._busy, *(end.name for end in like)} if like is not None else self._busy
        here, there = ([t for t in self._at_site.get(site, ()) if t.name not in busy] for site in sites)
        for site, free in zip(sites, (here, there), strict=True):
            if not free:
                return f"no free transceiver at {site}"
        kinds = {(like[0].rate_bps, like[0].type)} if like is not None else None
        alike = ((a, b) for a in here for b in there if (a.rate_bps, a.type) == (b.rate_bps, b.type))
        fitting = (
            (a, b) for a, b in alike if a.rate_bps >= min_rate_bps and (kinds is None or (a.rate_bps, a.type) in kinds)
        )
        first = next(fitting, None)
        if first is not None:
            return first
        least = f" of {min_rate_bps / 1e9:g} Gb/s or more" if min_rate_bps else ""
        return f"no free transceivers of one rate{least} at {sites[0]} and {sites[1]}"

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
        for fibre in route.fibres:
            self._full[fibre] = self._full.get(fibre, 0) | 1 << route.channel

    def free_route(self, route: Route) -> None:
        """The channel is free again on all the route's fibres."""
        taken = self._taken[route.channel]
        for fibre in route.fibres:
            del taken[fibre]
            self._full[fibre] &= ~(1 << route.channel)

    def is_free(self, route: Route) -> bool:
        """Whether nobody has the route's transceivers or its channel."""
        ends = [end.name for end in route.ends if end.name in self._busy]
        return not ends and self._taken.get(route.channel, {}).keys().isdisjoint(route.fibres)

    def find_route(self, ends: Ends, lit: Lit, service: Service = PLAIN, beside: Collection[str] = ()) -> Route | None:
        """The best route between two transceivers that ``service`` allows, over fibres that are ``lit`` and not
        ``beside``; None where there is none."""
        shortest = self._search(ends, lit, service, frozenset(beside))
        if shortest is None:
            return None
        route = self._colour(ends, shortest, service)
        if route is not None:
            return route
        route = self._best_free(ends, lit, service, frozenset(beside))
        if route is None or self._allows(ends, service, route.path):
            return route
        # The limits forbid it: search once for each distinct set of fibres that a channel finds blocked.
        first_channel: dict[frozenset[str], int] = {}
        for channel in self._channels(ends, service):
            first_channel.setdefault(frozenset(self._taken.get(channel, ())) | frozenset(beside), channel)
        found = ((self._search(ends, lit, service, blocked), channel) for blocked, channel in first_channel.items())
        routes = [Route(ends, path, channel) for path, channel in found if path is not None]
        return min(routes, key=lambda route: (*service.cost(route.path), route.channel), default=None)

    def _best_free(self, ends: Ends, lit: Lit, service: Service, beside: frozenset[str]) -> Route | None:
        """The best route there is a free channel for, whatever the limits that no single fibre decides."""
        usable = self._usable(ends, lit, service, beside)
        switches = ends[0].optical, ends[1].optical
        channels = bits(self._channels(ends, service))
        graph, by_hops = self._plant.fibre_graph, service.by_hops
        found = best_on_one_channel(graph, switches, usable, channels, self._full, by_hops)
        return Route(ends, *found) if found is not None else None

    def permits(self, route: Route, service: Service) -> bool:
        """Whether ``service`` allows ``route``, lit or not."""
        usable = self._usable(route.ends, lambda fibre: True, service, frozenset())
        fits = service.channel in (None, route.channel)
        return fits and all(usable(edge) for edge in route.path) and self._allows(route.ends, service, route.path)

    def shortfall(self, ends: Ends, service: Service) -> Shortfall | None:
        """What light lacks on the best of all paths that ``service`` allows; None where it may close on one."""
        usable = self._usable(ends, lambda fibre: True, service, frozenset())
        return self._plant.reach.shortfall(ends[0], ends[1].optical, usable, service.min_rate_bps)

    def find_pair(
        self, ends: Ends, lit: Lit, service: Service = PLAIN, second: Ends | None = None
    ) -> tuple[Route, Route] | None:
        """Two routes as disjoint as ``service`` wants them, the better one first: those with the least sum of delays
        where channels are free on them, else the best route and the best one beside it. The other one is between the
        transceivers ``second``, if they are given."""
        pair = self._find_pair(ends, lit, service)
        if pair is None or second is None:
            return pair
        return pair[0], replace(pair[1], ends=second)

    def _find_pair(self, ends: Ends, lit: Lit, service: Service) -> tuple[Route, Route] | None:
        paths = self._paths_apart(ends, lit, service)
        if paths is None:
            return None
        allowed = [path for path in sorted(paths, key=service.cost) if self._allows(ends, service, path)]
        legs = [self._colour(ends, path, service) for path in allowed]
        if len(legs) == 2 and legs[0] is not None and legs[1] is not None:
            return legs[0], legs[1]
        first = self.find_route(ends, lit, service)
        second = self.find_route(ends, lit, service, self.rivals(first.path, service)) if first else None
        return (first, second) if first and second else None

    def rivals(self, path: Path, service: Service) -> frozenset[str]:
        """The fibres that a second path beside ``path`` must not use."""
        own = frozenset(edge.name for edge in path)
        if service.disjoint is Disjoint.SHARED_RISK:
            return own.union(*(self._plant.risks_of.get(fibre, ()) for fibre in own))
        if service.disjoint is Disjoint.SITE:
            between = [edge.target for edge in path[:-1]]
            return own | {edge.name for node in between for edge in self._plant.fibre_graph[node]}
        return own

    def _paths_apart(self, ends: Ends, lit: Lit, service: Service) -> tuple[Path, Path] | None:
        """Two disjoint paths. Shared risks make that hard to do exactly (Hu, IEEE ICC 2003, shows that it is
        NP-complete), so the best partner of each of the first ``FIRST_PATHS`` paths is tried."""
        source, target = (end.optical for end in ends)
        graph, usable = self._plant.fibre_graph, self._usable(ends, lit, service, frozenset())
        if service.disjoint is not Disjoint.SHARED_RISK or not self._plant.risks_of:
            return disjoint_pair(graph, source, target, usable, nodes=service.disjoint is Disjoint.SITE)
        pairs = []
        for first in islice(k_shortest(graph, source, target, usable), FIRST_PATHS):
            second = self._search(ends, lit, service, self.rivals(first, service))
            if second is not None:
                pairs.append((first, second))
        return min(pairs, key=lambda pair: delay_cost(pair[0])[0] + delay_cost(pair[1])[0], default=None)

    def _channels(self, ends: Ends, service: Service) -> range:
        kind = self._plant.kind_of[ends[0].optical]
        held = self._plant.channels_of(ends[0])
        channels = CHANNELS[kind] if held is None or kind == "ocs" else range(1, held + 1)
        if service.channel is None:
            return channels
        return range(service.channel, service.channel + 1) if service.channel in channels else range(0)

    def _colour(self, ends: Ends, path: Path, service: Service) -> Route | None:
        """The route over ``path`` on the lowest channel that is free on all of it."""
        free = bits(self._channels(ends, service))
        for edge in path:
            free &= ~self._full.get(edge.name, 0)
        return Route(ends, path, lowest(free)) if free else None

    def _search(self, ends: Ends, lit: Lit, service: Service, blocked: frozenset[str]) -> Path | None:
        source, target = (end.optical for end in ends)
        graph, usable = self._plant.fibre_graph, self._usable(ends, lit, service, blocked)
        if service.by_hops and service.max_delay_s is not None:
            path = fewest_edges_within(graph, source, target, usable, picoseconds(service.max_delay_s))
        else:
            path = shortest_path(graph, source, target, usable, service.by_hops)
        if path is None or self._allows(ends, service, path):
            return path
        if not service.by_hops and _is_too_slow(service, path):
            return None  # it is the quickest
        if self._plant.reach.shortfall(ends[0], target, usable, service.min_rate_bps) is not None:
            return None
        paths = islice(k_shortest(graph, source, target, usable, service.by_hops), PATHS_TRIED)
        return next((path for path in paths if self._allows(ends, service, path)), None)

    def _usable(self, ends: Ends, lit: Lit, service: Service, blocked: frozenset[str]) -> Callable[[Edge], bool]:
        groups, site_of = self._plant.risk_groups, self._plant.site_of
        avoided = service.avoid.union(*(groups.get(name, ()) for name in service.avoid))
        if not avoided:
            return lambda edge: edge.name not in blocked and lit(edge.name)
        target = ends[1].optical
        return lambda edge: (
            edge.name not in blocked
            and edge.name not in avoided
            and (edge.target == target or site_of[edge.target] not in avoided)
            and lit(edge.name)
        )

    def _allows(self, ends: Ends, service: Service, path: Path) -> bool:
        """Whether a path keeps the limits that no single fibre decides, and light closes on it."""
        if _is_too_slow(service, path):
            return False
        if service.through:
            passed = {name for edge in path for name in (edge.name, self._plant.site_of[edge.target])}
            groups = self._plant.risk_groups
            if any(passed.isdisjoint((name, *groups.get(name, ()))) for name in service.through):
                return False
        rate_bps = self._plant.reach.rate_bps(ends[0], path)
        return rate_bps > 0 and rate_bps >= service.min_rate_bps


def _is_too_slow(service: Service, path: Path) -> bool:
    return service.max_delay_s is not None and sum(e.delay_ps for e in path) > picoseconds(service.max_delay_s)
