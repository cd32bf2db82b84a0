"""The plan as an RFC 8345 network (``ietf-network``, ``ietf-network-topology``), as RFC 7951 JSON. Pure.

Links of RFC 8345 lead one way, so every link of the plan is two. Lengths, delays and rates have no place in the base
model and are left out.
"""

from __future__ import annotations

from typing import Any

from twin.plan.model import End, Link, Plan


def network(plan: Plan) -> dict[str, Any]:
    """The document whose top is ``ietf-network:networks``."""
    points: dict[str, list[str]] = {}
    for link in plan.links:
        for end in link.ends:
            points.setdefault(end.node, []).append(end.interface)
    names = [server.name for server in plan.servers] + [switch.name for switch in plan.switches]
    nodes = [
        {
            "node-id": name,
            "ietf-network-topology:termination-point": [{"tp-id": point} for point in points.get(name, [])],
        }
        for name in names
    ]
    links = [entry for link in plan.links for entry in _links(link)]
    found = {"network-id": plan.name, "network-types": {}, "node": nodes, "ietf-network-topology:link": links}
    return {"ietf-network:networks": {"network": [found]}}


def _links(link: Link) -> list[dict[str, Any]]:
    return [_link(link.name, near, far) for near, far in (link.ends, link.ends[::-1])]


def _link(name: str, near: End, far: End) -> dict[str, Any]:
    return {
        "link-id": f"{name},{near.node},{far.node}",
        "source": {"source-node": near.node, "source-tp": near.interface},
        "destination": {"dest-node": far.node, "dest-tp": far.interface},
    }
