"""The plan as TAPI: a node for each site with an optical switch, an edge point for each of its ports, a link for each
fibre; and a service interface point for each site, where circuits begin and end.

The controller chooses the transceivers of a circuit, so a point stands for all of a site's.
"""

from __future__ import annotations

from typing import Any, Final

from twin.northbound.names import named, uuid_of
from twin.plan.model import Link, Plan, SitePlan

LAYER: Final = "PHOTONIC_MEDIA"
_UP: Final = {"administrative-state": "UNLOCKED", "lifecycle-state": "INSTALLED"}


def capacity(rate_bps: float) -> dict[str, Any]:
    """A capacity as TAPI has it. Whole Gb/s as such, anything finer in kb/s."""
    if rate_bps % 1e9 == 0:
        return {"total-size": {"value": int(rate_bps / 1e9), "unit": "GBPS"}}
    return {"total-size": {"value": int(rate_bps / 1e3), "unit": "KBPS"}}


def state(up: bool) -> dict[str, str]:
    """The three states of something that is installed."""
    return {**_UP, "operational-state": "ENABLED" if up else "DISABLED"}


class TopologyDocuments:
    """The parts of the context that follow from one plan, and from which fibres are dark and transceivers taken."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.sites = tuple(site for site in plan.sites if site.optical)
        self.uuid = uuid_of("topology", plan.name)
        self.site_of_point = {uuid_of("service_interface_point", site.name): site.name for site in self.sites}
        self.site_of_node = {uuid_of("site", site.name): site.name for site in self.sites}
        self.fibre_of_link = {uuid_of("fibre", fibre.name): fibre.name for fibre in plan.fibres}
        #: a shared risk -> its fibres
        self.risks = plan.light.shared_risks if plan.light is not None else {}
        self._site_of_switch = {site.optical: site for site in self.sites}

    def points(self, busy: frozenset[str]) -> list[dict[str, Any]]:
        """The service interface points."""
        return [self._point(site, busy) for site in self.sites]

    def _point(self, site: SitePlan, busy: frozenset[str]) -> dict[str, Any]:
        here = [t for t in self._plan.transceivers if t.site == site.name]
        return {
            **named("service_interface_point", site.name),
            **state(True),
            "layer-protocol-name": LAYER,
            "direction": "BIDIRECTIONAL",
            "total-potential-capacity": capacity(sum(t.rate_bps for t in here)),
            "available-capacity": capacity(sum(t.rate_bps for t in here if t.name not in busy)),
        }

    def context(self, dark: frozenset[str]) -> dict[str, Any]:
        """The topology context: one topology."""
        topology = {
            **named("topology", self._plan.name),
            "layer-protocol-name": [LAYER],
            "node": [self._node(site) for site in self.sites],
            "link": [self._link(link, dark) for link in self._plan.links if self._joins_sites(link)],
        }
        return {"topology": [topology]}

    def _joins_sites(self, link: Link) -> bool:
        return link.kind == "fibre" and all(end.node in self._site_of_switch for end in link.ends)

    def _node(self, site: SitePlan) -> dict[str, Any]:
        assert site.optical is not None
        points = [self._edge_point(site, link) for link in self._plan.links_of.get(site.optical, ())]
        node = {**named("site", site.name), **state(True), "layer-protocol-name": [LAYER]}
        return {**node, "owned-node-edge-point": points}

    def _edge_point(self, site: SitePlan, link: Link) -> dict[str, Any]:
        point: dict[str, Any] = {
            **named("port", f"{site.optical}:{link.name}"),
            **state(True),
            "layer-protocol-name": LAYER,
            "link-port-direction": "BIDIRECTIONAL",
            "link-port-role": "SYMMETRIC",
        }
        if link.kind == "line":
            point["mapped-service-interface-point"] = [
                {"service-interface-point-uuid": uuid_of("service_interface_point", site.name)}
            ]
        return point

    def _link(self, link: Link, dark: frozenset[str]) -> dict[str, Any]:
        risks = [name for name, fibres in sorted(self.risks.items()) if link.name in fibres]
        delays_us = [f"{end.delay_s * 1e6:.3f}" for end in link.ends]
        return {
            **named("fibre", link.name),
            **state(link.name not in dark),
            "layer-protocol-name": [LAYER],
            "direction": "BIDIRECTIONAL",
            "latency-characteristic": [
                {
                    "traffic-property-name": "one-way delay, us",
                    "fixed-latency-characteristic": max(delays_us, key=float),
                }
            ],
            "risk-characteristic": [
                {"risk-characteristic-name": "SRLG", "risk-identifier-list": risks or [link.name]},
            ],
            "node-edge-point": [self._end_of(link, end.node) for end in link.ends],
        }

    def _end_of(self, link: Link, switch: str) -> dict[str, str]:
        return {
            "topology-uuid": self.uuid,
            "node-uuid": uuid_of("site", self._site_of_switch[switch].name),
            "node-edge-point-uuid": uuid_of("port", f"{switch}:{link.name}"),
        }
