"""Packet switches' flows: by destination prefix, along shortest-path trees, so that no destination can loop.

Within a site the flows never change: servers by /32 at their own switch, a leaf's servers by /24 elsewhere, other sites
by /16 towards the border. Between sites the borders' /16 flows follow the circuits and packet links that work.
"""

from __future__ import annotations

from collections.abc import Iterator

from twin.control.flows import (
    ARP,
    ARP_PRIORITY,
    IPV4,
    MISS_PRIORITY,
    PREFIX_PRIORITY,
    Action,
    Entry,
    Flow,
    Match,
    Output,
    ToController,
    ToGroup,
    TurnBack,
)
from twin.control.plant import Plant, edges_of
from twin.control.route import Route, one_way_ps
from twin.control.routing import Edge, edges_towards, graph_of, tree_along
from twin.control.spread import SINGLE, Spread, group_within, spine_pins, ties_towards
from twin.plan.model import Plan


def base_flows(plan: Plan, spread: Spread = SINGLE) -> list[Entry]:
    """What every switch holds from its first moment: the drop of what nothing matches, ARP to the controller, and
    all packet flows within the sites, with the groups that they lead into."""
    packet_dpids = [switch.dpid for switch in plan.packet_switches]
    dpids = [*packet_dpids, *(switch.dpid for switch in plan.optical_switches)]
    flows: list[Entry] = [Flow(dpid, MISS_PRIORITY, Match()) for dpid in dpids]
    flows += [Flow(dpid, ARP_PRIORITY, Match(eth_type=ARP), (ToController(),)) for dpid in packet_dpids]
    return [*flows, *_site_flows(plan, spread), *spine_pins(plan, spread)]


def _site_flows(plan: Plan, spread: Spread) -> Iterator[Entry]:
    dpids = {switch.name: switch.dpid for switch in plan.packet_switches}
    graph = graph_of(edge for link in plan.links if link.kind == "fabric" for edge in edges_of(link))
    towards = edges_towards(graph)
    leaf_prefixes: dict[str, str] = {}
    for server in plan.servers:
        port = plan.links_of[server.name][0].other(server.name)
        yield prefix_flow(dpids[port.node], f"{server.ip}/32", port.port)
        leaf_prefixes[port.node] = f"{server.ip.rpartition('.')[0]}.0/24"
    others = {site.border: [other.prefix for other in plan.sites if other is not site] for site in plan.sites}
    for root, prefixes in ({leaf: [prefix] for leaf, prefix in leaf_prefixes.items()} | others).items():
        ties = ties_towards(graph, root) if spread.ecmp else {}
        for node, edge in tree_along(towards, root).items():
            way: int | ToGroup = edge.port
            if len(ties.get(node, ())) > 1:
                group = group_within(dpids, node, root, ties[node])
                way = ToGroup(group.number)
                yield group
            for prefix in prefixes:
                yield prefix_flow(dpids[node], prefix, way)


def circuit_edges(plant: Plant, name: str, route: Route, groups: tuple[int, int] | None) -> tuple[Edge, Edge]:
    """A circuit as both directions of a link between two borders. ``groups`` are the numbers of those that lead into
    it, which stand in the place of ports, below 0."""
    a, b = route.ends
    ports = [plant.plan.line_port(end) for end in route.ends] if groups is None else [-number for number in groups]
    return (
        Edge(name, a.switch, b.switch, ports[0], one_way_ps(plant, route)),
        Edge(name, b.switch, a.switch, ports[1], one_way_ps(plant, route, forward=False)),
    )


def way_of(edge: Edge) -> int | ToGroup:
    """The port or the group that leads into an edge."""
    return edge.port if edge.port > 0 else ToGroup(-edge.port)


def turn_flow(dpid: int, prefix: str, port: int) -> Flow:
    """The flow that sends back what came in at ``port`` and is for ``prefix``, which lies behind that port now."""
    match = Match(in_port=port, eth_type=IPV4, ipv4_dst=prefix)
    return Flow(dpid, PREFIX_PRIORITY + int(prefix.partition("/")[2]) + 1, match, (TurnBack(),))


def prefix_flow(dpid: int, prefix: str, way: int | ToGroup) -> Flow:
    """The flow that sends what is for ``prefix`` out of a port, or lets a group choose one."""
    actions: tuple[Action, ...] = (way if isinstance(way, ToGroup) else Output(way),)
    length = int(prefix.partition("/")[2])
    return Flow(dpid, PREFIX_PRIORITY + length, Match(eth_type=IPV4, ipv4_dst=prefix), actions)
