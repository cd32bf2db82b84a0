"""A route: two transceivers, the fibres between them and the channel, and the cross-connects that make it.

    border A - t1 ===== ROADM A ======= ROADM B ======= ROADM C ===== t1 - border C
               client   add: push 7     express 7       drop: pop 7   client
               client   drop: pop 7     express 7       add: push 7   client

The add flows decide which light a transceiver sends into; there is one per transceiver, so that a second route of the
same circuit *replaces* it; one that sends into two routes (1+1) has two outputs. Express and drop flows of two routes
can exist side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from twin.control.flows import CROSS_CONNECT_PRIORITY, Action, Flow, Match, Output, PopChannel, PushChannel
from twin.control.plant import Plant
from twin.control.routing import Edge, picoseconds
from twin.plan.model import Transceiver

#: The channel of a circuit that takes a whole fibre, through optical circuit switches (OCS).
WHOLE_FIBRE: Final = 0
#: What a circuit may use, by the kind of its end switches. A C band at 50 GHz holds 96 channels.
CHANNELS: Final = {"roadm": range(1, 97), "ocs": range(WHOLE_FIBRE, WHOLE_FIBRE + 1)}


@dataclass(frozen=True)
class Route:
    """``path`` leads from the first transceiver's switch to the second's; ``channel`` counts from 1, 0 is the whole
    fibre."""

    ends: tuple[Transceiver, Transceiver]
    path: tuple[Edge, ...]
    channel: int

    @property
    def fibres(self) -> tuple[str, ...]:
        return tuple(edge.name for edge in self.path)

    @property
    def switches(self) -> tuple[str, ...]:
        """The optical switches in order."""
        return (self.path[0].source, *(edge.target for edge in self.path))

    @property
    def cost(self) -> tuple[int, int]:
        """What makes one path better than another: delay (ps), then the number of fibres."""
        return sum(edge.delay_ps for edge in self.path), len(self.path)


def reverse(plant: Plant, route: Route) -> Route:
    """The same route seen from its other end."""
    edges = {(edge.name, edge.source): edge for edges in plant.fibre_graph.values() for edge in edges}
    path = tuple(edges[edge.name, edge.target] for edge in reversed(route.path))
    return Route((route.ends[1], route.ends[0]), path, route.channel)


def one_way_ps(plant: Plant, route: Route, forward: bool = True) -> int:
    """The delay from border to border over ``route``, in ps, from the first end to the second or back."""
    links = plant.plan.link_by_name
    switches = route.switches if forward else route.switches[::-1]
    fibres = route.fibres if forward else route.fibres[::-1]
    first, last = route.ends if forward else route.ends[::-1]
    delays_s = [links[first.link].at(first.switch).delay_s, links[last.link].at(last.optical).delay_s]
    delays_s += [links[fibre].at(node).delay_s for fibre, node in zip(fibres, switches, strict=False)]
    return sum(map(picoseconds, delays_s))


def add_flows(plant: Plant, route: Route, also: Route | None = None) -> list[Flow]:
    """At both end switches: light from the transceiver goes out on the route's channel, and on that of ``also``."""
    flows = []
    for i in (0, 1):
        actions: list[Action] = []
        for leg in (route, also) if also else (route,):
            if leg.channel != WHOLE_FIBRE:
                actions += [*([PopChannel()] if actions else []), PushChannel(leg.channel)]
            actions.append(Output(_degree(plant, leg, i)))
        end = route.ends[i]
        flows.append(_flow(plant, end.optical, Match(in_port=_client(plant, end)), tuple(actions)))
    return flows


def express_flows(plant: Plant, route: Route) -> list[Flow]:
    """At the switches between: light passes from fibre to fibre, both ways."""
    links = plant.plan.link_by_name
    flows = []
    for into, node, out in zip(route.fibres, route.switches[1:-1], route.fibres[1:], strict=False):
        ports = links[into].at(node).port, links[out].at(node).port
        flows.append(_flow(plant, node, _light(ports[0], route.channel), (Output(ports[1]),)))
        flows.append(_flow(plant, node, _light(ports[1], route.channel), (Output(ports[0]),)))
    return flows


def drop_flows(plant: Plant, route: Route) -> list[Flow]:
    """At both end switches: light from the fibre goes to the transceiver."""
    flows = []
    for i, end in enumerate(route.ends):
        grey: tuple[Action, ...] = () if route.channel == WHOLE_FIBRE else (PopChannel(),)
        light = _light(_degree(plant, route, i), route.channel)
        flows.append(_flow(plant, end.optical, light, (*grey, Output(_client(plant, end)))))
    return flows


def _degree(plant: Plant, route: Route, end: int) -> int:
    """The port of the first or the last switch at which the route's fibre begins."""
    return plant.plan.link_by_name[route.fibres[-end]].at(route.ends[end].optical).port


def _client(plant: Plant, end: Transceiver) -> int:
    return plant.plan.link_by_name[end.link].at(end.optical).port


def _light(port: int, channel: int) -> Match:
    return Match(in_port=port, vlan=None if channel == WHOLE_FIBRE else channel)


def _flow(plant: Plant, node: str, match: Match, actions: tuple[Action, ...]) -> Flow:
    return Flow(plant.dpid_of[node], CROSS_CONNECT_PRIORITY, match, actions)
