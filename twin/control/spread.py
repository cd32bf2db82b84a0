"""Several ways at once: ECMP over a site's spines and over parallel circuits, by groups that choose by a hash; and
flows that are pinned to one of the ways.

::

    leaf ---- spine 1 ---- border === circuit x === border        a leaf: any spine; a border: any circuit to the next
         `--- spine 2 ---'        === circuit y ===               site, and any spine on the way in

Parallel circuits to the next site on the way count as one, whatever their delays: a packet over any of them is as many
sites from its end, so that nothing loops. What a switch hashes is its own affair; Open vSwitch takes addresses and
ports, so that the packets of one connection stay in order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Final

from twin.control.flows import IPV4, Bucket, Choice, Flow, Group, Match, Output, ToGroup
from twin.control.plant import edges_of
from twin.control.routing import Edge, Graph
from twin.plan.model import Plan

#: Numbers of groups: those that fail over have their port's; then come, by the datapath id of where they lead to, those
#: that choose a way within the site, and those that choose a circuit.
WITHIN: Final = 0x4000
BETWEEN: Final = 0x8000
PIN_PRIORITY: Final = 400


@dataclass(frozen=True)
class Pin:
    """What the server ``source`` sends to ``target`` goes over the circuits and spines ``over``, while they are
    there."""

    source: str
    target: str
    over: tuple[str, ...]


@dataclass(frozen=True)
class Spread:
    """``ecmp``: whether all ways of equal length are used."""

    ecmp: bool = False
    pins: tuple[Pin, ...] = ()


#: One way for each destination.
SINGLE: Final = Spread()


def ties_towards(graph: Graph, root: str) -> dict[str, tuple[Edge, ...]]:
    """For every node that can reach ``root``, the first edges of all its shortest paths to it, by port."""
    into: dict[str, list[Edge]] = {}
    for edges in graph.values():
        for edge in edges:
            into.setdefault(edge.target, []).append(edge)
    best: dict[str, tuple[int, int]] = {root: (0, 0)}
    heap = [((0, 0), root)]
    while heap:
        cost, node = heappop(heap)
        for edge in into.get(node, ()) if cost == best[node] else ():
            step = cost[0] + edge.delay_ps, cost[1] + 1
            if edge.source not in best or step < best[edge.source]:
                best[edge.source] = step
                heappush(heap, (step, edge.source))
    return {
        node: tuple(sorted((edge for edge in graph[node] if _is_tight(edge, best)), key=lambda edge: edge.port))
        for node in best
        if node != root
    }


def _is_tight(edge: Edge, best: dict[str, tuple[int, int]]) -> bool:
    there = best.get(edge.target)
    return there is not None and best[edge.source] == (there[0] + edge.delay_ps, there[1] + 1)


def group_within(plan_dpids: dict[str, int], node: str, root: str, edges: tuple[Edge, ...]) -> Group:
    """The group at ``node`` that chooses among ``edges`` towards the switch ``root`` of the same site."""
    buckets = tuple(Bucket(Output(edge.port), edge.port) for edge in edges)
    return Group(plan_dpids[node], WITHIN + plan_dpids[root], Choice.SELECT, buckets)


def pin_flow(plan: Plan, pin: Pin, dpid: int, way: int | ToGroup) -> Flow:
    """At the switch ``dpid``, the pinned flow goes out of a port, or where a group leads."""
    servers = plan.server_by_name
    match = Match(None, None, IPV4, f"{servers[pin.target].ip}/32", f"{servers[pin.source].ip}/32")
    return Flow(dpid, PIN_PRIORITY, match, (way if isinstance(way, ToGroup) else Output(way),))


def spine_pins(plan: Plan, spread: Spread) -> Iterator[Flow]:
    """The flows that lead pinned flows up to their spines: at the sender's leaf, and at the receiver's border."""
    dpids = {switch.name: switch.dpid for switch in plan.packet_switches}
    spines = {switch.name: switch.site for switch in plan.packet_switches if switch.role == "spine"}
    for pin in spread.pins:
        for name in pin.over:
            if name not in spines:
                continue
            source, target = plan.server_by_name[pin.source], plan.server_by_name[pin.target]
            leaf = plan.links_of[source.name][0].other(source.name).node
            below = leaf if spines[name] == source.site else plan.site_by_name[target.site].border
            for link in plan.links_of[name]:
                for edge in edges_of(link):
                    if (edge.source, edge.target) == (below, name):
                        yield pin_flow(plan, pin, dpids[below], edge.port)


def why_not(plan: Plan, pin: Pin, circuits: dict[str, tuple[str, str]]) -> str:
    """Why a pin can never hold; empty: it can. ``circuits``: name -> its sites."""
    servers = plan.server_by_name
    for name in (pin.source, pin.target):
        if name not in servers:
            return f"there is no server {name!r}"
    sites = (servers[pin.source].site, servers[pin.target].site)
    spines = {switch.name: switch.site for switch in plan.packet_switches if switch.role == "spine"}
    for name in pin.over:
        if name in spines and spines[name] not in sites:
            return f"{name} is at neither {sites[0]} nor {sites[1]}"
        if name in circuits and sorted(circuits[name]) != sorted(sites):
            return f"circuit {name} does not join {sites[0]} and {sites[1]}"
        if name not in spines and name not in circuits:
            return f"there is no circuit or spine {name!r}"
    return ""
