"""Reads circuits out of what switches hold, so that a controller that starts anew finds those of its earlier life.

A circuit is there when light from a transceiver comes out at another one and light from that one comes back the same
way, on the same channel. Half a circuit is none: its flows belong to nobody and are taken out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from twin.control.flows import CROSS_CONNECT_PRIORITY, Choice, Entry, Flow, FlowKey, Group, Match, Output, PushChannel
from twin.control.plant import Plant, Port, edges_of
from twin.control.route import WHOLE_FIBRE, Route
from twin.control.routing import Edge
from twin.plan.model import Transceiver


def found_in(plant: Plant, entries: Iterable[Entry]) -> list[tuple[Route, Route | None]]:
    """The routes that the flows among ``entries`` make, each with the one that a group falls back to from it."""
    held = list(entries)
    routes = routes_in(plant, [entry for entry in held if isinstance(entry, Flow)])
    by_port = {(plant.dpid_of[end.switch], plant.plan.line_port(end)): route for route in routes for end in route.ends}
    next_of: dict[int, Route] = {}
    for group in held:
        if isinstance(group, Group) and group.choice is Choice.FAST_FAILOVER and len(group.buckets) > 1:
            first, second = (by_port.get((group.dpid, bucket.port)) for bucket in group.buckets[:2])
            if first is not None and second is not None and _same_sites(first, second):
                next_of[id(first)] = second
    spares = {id(route) for route in next_of.values()}
    return [(route, next_of.get(id(route))) for route in routes if id(route) not in spares]


def _same_sites(first: Route, second: Route) -> bool:
    return [end.site for end in first.ends] == [end.site for end in second.ends]


def routes_in(plant: Plant, flows: Iterable[Flow]) -> list[Route]:
    """The routes that ``flows`` make, each once, from the transceiver that the plan lists first."""
    return _Tracer(plant, flows).routes()


class _Tracer:
    def __init__(self, plant: Plant, flows: Iterable[Flow]) -> None:
        self._plant = plant
        self._flows: dict[FlowKey, Flow] = {flow.key: flow for flow in flows}
        self._end_at: dict[str, Transceiver] = {end.link: end for end in plant.plan.transceivers}

    def routes(self) -> list[Route]:
        found: list[Route] = []
        taken: set[str] = set()
        for here in self._plant.plan.transceivers:
            for route in self._from(here):
                there = route.ends[1]
                if taken.isdisjoint((here.name, there.name)) and here is not there and self._comes_back(route):
                    taken.update((here.name, there.name))
                    found.append(route)
        return found

    def _comes_back(self, route: Route) -> bool:
        backward = [(other.fibres, other.channel, other.ends[1]) for other in self._from(route.ends[1])]
        return (route.fibres[::-1], route.channel, route.ends[0]) in backward

    def _from(self, here: Transceiver) -> Iterator[Route]:
        """Where light from a transceiver comes out, for every fibre and channel that it is sent into."""
        client = self._plant.plan.link_by_name[here.link].at(here.optical).port
        added = self._flow(here.optical, Match(in_port=client))
        channel = WHOLE_FIBRE
        for action in added.actions if added else ():
            if isinstance(action, PushChannel):
                channel = action.channel
            elif isinstance(action, Output):
                route = self._follow(here, action.port, channel)
                if route is not None:
                    yield route

    def _follow(self, here: Transceiver, port: int, channel: int) -> Route | None:
        node, path = here.optical, list[Edge]()
        vlan = None if channel == WHOLE_FIBRE else channel
        while (edge := self._fibre_at(node, port)) is not None and edge not in path:
            path.append(edge)
            node = edge.target
            far = self._plant.plan.link_by_name[edge.name].at(node)
            flow = self._flow(node, Match(in_port=far.port, vlan=vlan))
            outputs = [action.port for action in flow.actions if isinstance(action, Output)] if flow else []
            if len(outputs) != 1:
                return None
            port = outputs[0]
        link = self._plant.link_at(Port(self._plant.dpid_of[node], port))
        there = self._end_at.get(link.name) if link is not None else None
        return Route((here, there), tuple(path), channel) if there is not None and path else None

    def _fibre_at(self, node: str, port: int) -> Edge | None:
        link = self._plant.link_at(Port(self._plant.dpid_of[node], port))
        if link is None or link.kind != "fibre":
            return None
        return next(edge for edge in edges_of(link) if edge.source == node)

    def _flow(self, node: str, match: Match) -> Flow | None:
        return self._flows.get(FlowKey(self._plant.dpid_of[node], CROSS_CONNECT_PRIORITY, match))
