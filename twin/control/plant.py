"""The optical plant and the leased links as a controller sees them: what is joined to what, and which ports are dark.

A fibre works while the ports at both its ends have light. Whether a controller heeds that is its own choice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from twin.control.reach import Reach
from twin.control.routing import Edge, Graph, graph_of, picoseconds
from twin.plan.model import Link, Plan, Transceiver


@dataclass(frozen=True)
class Port:
    """A port by its switch's dpid and its number."""

    dpid: int
    number: int


class Plant:
    """View on one plan. Only the set of dark ports ever changes."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.kind_of: dict[str, str] = {switch.name: switch.kind for switch in plan.optical_switches}
        self.dpid_of: dict[str, int] = {switch.name: switch.dpid for switch in plan.packet_switches}
        self.dpid_of |= {switch.name: switch.dpid for switch in plan.optical_switches}
        self.fibre_graph: Graph = graph_of(
            edge for link in plan.links if link.kind == "fibre" and self._switchable(link) for edge in edges_of(link)
        )
        self._link_at: dict[Port, Link] = {
            Port(self.dpid_of[end.node], end.port): link
            for link in plan.links
            for end in link.ends
            if end.node in self.dpid_of
        }
        self._ports_of: dict[int, list[Port]] = {}
        for port in sorted(self._link_at, key=lambda port: port.number):
            self._ports_of.setdefault(port.dpid, []).append(port)
        self._switch_of: dict[int, str] = {dpid: name for name, dpid in self.dpid_of.items()}
        self.site_of: dict[str, str] = {site.optical: site.name for site in plan.sites if site.optical}
        self.reach = Reach(plan, self.fibre_graph)
        self._switching_s = {switch.name: switch.switching_s for switch in plan.optical_switches}
        self.risk_groups: dict[str, tuple[str, ...]] = plan.light.shared_risks if plan.light is not None else {}
        groups = self.risk_groups.values()
        #: fibre -> all fibres that fail when it does, itself among them; only where there are others
        self.risks_of: dict[str, frozenset[str]] = {
            fibre: frozenset(name for group in groups if fibre in group for name in group)
            for fibre in sorted({name for group in groups for name in group})
        }
        self._dark: set[Port] = set()
        self._dark_links: set[str] = set()

    @property
    def splits(self) -> bool:
        """Whether the light of one transceiver can be sent into two paths. Where the plan looks at light it cannot: a
        cross-connect has one way out."""
        return self.plan.light is None

    def dark_s(self, switches: Iterable[str]) -> float:
        """How long a transceiver is dark when its light is led over new cross-connects of ``switches``: they all
        switch at once, then the receiver locks. 0 where the plan does not look at light."""
        light = self.plan.light
        return 0.0 if light is None else max(self._switching_s[name] for name in switches) + light.lock_s

    def _switchable(self, link: Link) -> bool:
        """A fibre between switches of different kinds can carry nobody's light."""
        return self.kind_of[link.a.node] == self.kind_of[link.b.node]

    def channels_of(self, transceiver: Transceiver) -> int | None:
        """How many of the transceiver's channels the band holds; None where the plan does not look at light."""
        light = self.plan.light
        if light is None:
            return None
        (kind,) = (kind for kind in light.transceivers if kind.name == transceiver.type)
        return light.channels[kind.modes[0].carrier]

    def switch_name(self, dpid: int) -> str | None:
        """The switch with that dpid; None where the plan has none."""
        return self._switch_of.get(dpid)

    def link_at(self, port: Port) -> Link | None:
        """The link at a switch's port; None where the plan has none."""
        return self._link_at.get(port)

    def ports_of(self, dpid: int) -> list[Port]:
        """The ports of one switch that the plan knows, by number."""
        return list(self._ports_of.get(dpid, ()))

    def is_dark(self, port: Port) -> bool:
        """Whether the port is down, as far as was told."""
        return port in self._dark

    def set_port(self, port: Port, up: bool) -> None:
        """Remember that a port went up or down."""
        if up:
            self._dark.discard(port)
        else:
            self._dark.add(port)
        link = self._link_at.get(port)
        if link is not None:
            ends = [Port(self.dpid_of[end.node], end.port) for end in link.ends if end.node in self.dpid_of]
            (self._dark_links.discard if self._dark.isdisjoint(ends) else self._dark_links.add)(link.name)

    def packet_pairs(self) -> list[tuple[str, str]]:
        """The sites that packet links join which are up."""
        site_of = {site.border: site.name for site in self.plan.sites}
        links = [link for link in self.plan.links if link.kind == "packet" and self.works(link.name)]
        return [(site_of[link.a.node], site_of[link.b.node]) for link in links]

    def works(self, name: str) -> bool:
        """Whether both ends of the link ``name`` are up."""
        return name not in self._dark_links


def edges_of(link: Link) -> tuple[Edge, Edge]:
    """Both directions of a link between two switches."""
    a, b = link.ends
    return (
        Edge(link.name, a.node, b.node, a.port, picoseconds(a.delay_s)),
        Edge(link.name, b.node, a.node, b.port, picoseconds(b.delay_s)),
    )
