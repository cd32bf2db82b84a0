"""Delays along paths of a plan. Pure; standard library only.

A path's delay is the sum of ``delay_s`` of the ends it leaves; no queue and no serialisation is counted.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from twin.plan.model import Plan, Server


def circuit_delay_s(plan: Plan, sites: Sequence[str], fibres: Sequence[str]) -> float:
    """One-way delay, border to border, of a circuit from ``sites[0]`` to ``sites[-1]`` over ``fibres``, in order.

    Raises ``ValueError`` when the fibres do not join the sites."""
    total, site = 0.0, sites[0]
    total += _line_end_delay_s(plan, site, at_border=True)
    for name in fibres:
        link = plan.link_by_name[name]
        optical = plan.site_by_name[site].optical
        if optical is None or optical not in (link.a.node, link.b.node):
            raise ValueError(f"fibre {name} does not start at {site}")
        total += link.at(optical).delay_s
        far = link.other(optical).node
        site = next(place.name for place in plan.sites if place.optical == far)
    if site != sites[-1]:
        raise ValueError(f"the fibres {', '.join(fibres)} end at {site}, not at {sites[-1]}")
    return total + _line_end_delay_s(plan, site, at_border=False)


def server_delay_s(plan: Plan, server: Server, outward: bool) -> float:
    """One-way delay between ``server`` and its site's border, by the quickest way; ``outward``: server to border."""
    border = plan.site_by_name[server.site].border
    start, goal = (server.name, border) if outward else (border, server.name)
    best = {start: 0.0}
    heap = [(0.0, start)]
    while heap:
        so_far, node = heapq.heappop(heap)
        if node == goal:
            return so_far
        for link in plan.links_of.get(node, ()):
            if link.kind not in ("nic", "fabric"):
                continue
            there, delay = link.other(node).node, so_far + link.at(node).delay_s
            if delay < best.get(there, float("inf")):
                best[there] = delay
                heapq.heappush(heap, (delay, there))
    raise ValueError(f"{server.name} is not joined to {border}")


def servers_between(plan: Plan, sites: Sequence[str]) -> tuple[Server, Server] | None:
    """The first server at either of two sites, between which a circuit is measured; None where one has none."""
    near, far = (plan.servers_of(site) for site in sites)
    return (near[0], far[0]) if near and far else None


def round_trip_s(plan: Plan, near: Server, far: Server, fibres: Sequence[str]) -> float:
    """Round-trip delay between two servers over a circuit whose fibres are in the order from ``near`` to ``far``."""
    there = circuit_delay_s(plan, (near.site, far.site), fibres)
    back = circuit_delay_s(plan, (far.site, near.site), list(reversed(fibres)))
    access = sum(server_delay_s(plan, server, outward) for server in (near, far) for outward in (True, False))
    return there + back + access


def _line_end_delay_s(plan: Plan, site: str, at_border: bool) -> float:
    place = plan.site_by_name[site]
    line = next(link for link in plan.links_of[place.border] if link.kind == "line")
    return line.at(place.border).delay_s if at_border else line.other(place.border).delay_s
