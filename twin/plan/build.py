"""Topology in, plan out: ports, interfaces, addresses, rates, queues and delays. Pure; standard library only.

Names, addresses and ports follow from the order of the topology's sites, so the same topology always gives the same
plan:

    server k of leaf j of site i   10.i.j.k   02:00:0a:i:j:k   (j = 0 where the border itself is the fabric)
    switch number d                bridge s<d>, interface s<d>-eth<port>
    ports of a switch              servers and fabric, then transceivers, then fibres, then packet links

A leaf-spine site deals its servers to the leaves in blocks; every leaf has one uplink to every spine, and every spine
one to the border, all with the uplink's rate.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from twin.plan import rules
from twin.plan.check import check_plan, check_topology
from twin.plan.model import (
    SCHEMA,
    End,
    Fibre,
    Link,
    OpticalSwitch,
    PacketSwitch,
    Plan,
    Server,
    SitePlan,
    Transceiver,
)
from twin.plan.topology import FibrePair, Port, Site, Topology


def build_plan(topology: Topology) -> Plan:
    """The plan of ``topology``. Raises ``BadInput`` for what does not fit: too many sites or servers, double names,
    fibres that lead nowhere."""
    check_topology(topology)
    plan = _Builder(topology).build()
    check_plan(topology, plan)
    return plan


@dataclass
class _Builder:
    """Collects nodes and links while it counts dpids and ports."""

    topology: Topology
    ports: Counter[str] = field(default_factory=Counter)
    bridges: dict[str, str] = field(default_factory=dict)
    servers: list[Server] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    transceivers: list[Transceiver] = field(default_factory=list)

    def build(self) -> Plan:
        sites = self.topology.sites
        packet_switches = tuple(switch for site in sites for switch in self._packet_switches(site))
        optical_switches = tuple(self._optical_switch(site) for site in sites if site.optical)
        for number, site in enumerate(sites, start=1):
            self._join_site(number, site)
        for site in sites:
            self._join_transceivers(site)
        for fibre in self.topology.fibres:
            self._join_fibre(fibre)
        self._join_packet_links()
        return Plan(
            schema=SCHEMA,
            name=self.topology.name,
            mtu=self.topology.mtu,
            socket_bytes=rules.socket_bytes(self.topology),
            sites=tuple(_site_plan(number, site) for number, site in enumerate(sites, start=1)),
            servers=tuple(self.servers),
            packet_switches=packet_switches,
            optical_switches=optical_switches,
            transceivers=tuple(self.transceivers),
            fibres=tuple(_fibre(fibre) for fibre in self.topology.fibres),
            links=tuple(self.links),
            notes=_notes(self.topology),
        )

    def _next_bridge(self, name: str) -> tuple[int, str]:
        dpid = len(self.bridges) + 1
        self.bridges[name] = f"s{dpid}"
        return dpid, f"s{dpid}"

    def _packet_switches(self, site: Site) -> list[PacketSwitch]:
        names = [(border_name(site), "border")]
        names += [(f"{site.name}-leaf{j}", "leaf") for j in range(1, site.fabric.leaves + 1)]
        names += [(f"{site.name}-spine{j}", "spine") for j in range(1, site.fabric.spines + 1)]
        return [PacketSwitch(name, site.name, role, *self._next_bridge(name)) for name, role in names]

    def _optical_switch(self, site: Site) -> OpticalSwitch:
        assert site.optical is not None
        name = optical_name(site)
        optical = site.optical
        bridge = self._next_bridge(name)
        return OpticalSwitch(
            name, site.name, optical.kind, *bridge, optical.delay_s, optical.technology, optical.switching_s
        )

    def _end(self, node: str, port: Port | None = None, delay_s: float = 0.0, loss: float = 0.0) -> End:
        """The next free port of ``node``; ``port`` None leaves it unshaped."""
        self.ports[node] += 1
        number = self.ports[node]
        interface = f"{self.bridges[node]}-eth{number}" if node in self.bridges else "eth0"
        if port is None:
            return End(node, number, interface, None, 0, delay_s, loss=loss)
        return End(node, number, interface, port.rate_bps, rules.queue_bytes(port), delay_s, port.ecn_bytes, loss)

    def _join(self, name: str, kind: str, nodes: tuple[str, str], port: Port, loss: float = 0.0) -> None:
        """A link whose two directions are alike."""
        a, b = (self._end(node, port, port.delay_s, loss) for node in nodes)
        self.links.append(Link(name, kind, a, b))

    def _join_site(self, number: int, site: Site) -> None:
        """Servers to their switch, then leaves to spines, then spines to the border."""
        if site.nic is not None:
            for k, (group, index) in enumerate(_groups(site), start=1):
                server = _server(f"{site.name}-{k}", site.name, (number, group, index))
                self.servers.append(server)
                switch = f"{site.name}-leaf{group}" if group else border_name(site)
                self._join(server.name, "nic", (server.name, switch), site.nic)
        if site.fabric.uplink is not None:
            spines = [f"{site.name}-spine{j}" for j in range(1, site.fabric.spines + 1)]
            leaves = [f"{site.name}-leaf{j}" for j in range(1, site.fabric.leaves + 1)]
            pairs = [(leaf, spine) for leaf in leaves for spine in spines]
            for a, b in [*pairs, *((spine, border_name(site)) for spine in spines)]:
                self._join(f"{a}-{b}", "fabric", (a, b), site.fabric.uplink)

    def _join_transceivers(self, site: Site) -> None:
        """The border's end sends at the wavelength's rate; the optical switch's end only delays, because the far
        transceiver has already fixed the rate of what arrives."""
        if site.line is None or site.optical is None:
            return
        border, optical = border_name(site), optical_name(site)
        for k in range(1, site.transceivers + 1):
            name = f"{site.name}-t{k}"
            a = self._end(border, site.line)
            b = self._end(optical, delay_s=site.optical.delay_s + site.line.delay_s)
            self.links.append(Link(name, "line", a, b))
            rate_bps, kind = site.line.rate_bps, site.transceiver
            self.transceivers.append(Transceiver(name, site.name, border, optical, name, rate_bps, kind))

    def _join_fibre(self, fibre: FibrePair) -> None:
        """Each direction: glass, amplifiers, and the transit of the switch it leaves."""
        delay_s = rules.glass_delay_s(fibre) + rules.equipment_delay_s(fibre)
        by_name = {site.name: site for site in self.topology.sites}
        ends = []
        for name in fibre.sites:
            site = by_name[name]
            transit_s = site.optical.delay_s if site.optical else 0.0
            ends.append(self._end(optical_name(site), delay_s=delay_s + transit_s))
        self.links.append(Link(fibre.name, "fibre", *ends))

    def _join_packet_links(self) -> None:
        by_name = {site.name: site for site in self.topology.sites}
        for link in self.topology.links:
            a, b = (border_name(by_name[name]) for name in link.sites)
            self._join(link.name, "packet", (a, b), link.port, link.loss)


def border_name(site: Site) -> str:
    """The name of the site's border switch."""
    return f"{site.name}-border"


def optical_name(site: Site) -> str:
    """The name of the site's optical switch. The site must have one."""
    assert site.optical is not None
    return f"{site.name}-{site.optical.kind}"


def _groups(site: Site) -> list[tuple[int, int]]:
    """(group, index) of each server: blocks of equal size, the first leaves one server fuller where it must be."""
    if site.fabric.kind == "switch":
        return [(0, k) for k in range(1, site.servers + 1)]
    share, more = divmod(site.servers, site.fabric.leaves)
    sizes = [share + (j < more) for j in range(site.fabric.leaves)]
    return [(j, k) for j, size in enumerate(sizes, start=1) for k in range(1, size + 1)]


def _server(name: str, site: str, address: tuple[int, int, int]) -> Server:
    i, j, k = address
    return Server(name, site, f"10.{i}.{j}.{k}", f"02:00:0a:{i:02x}:{j:02x}:{k:02x}")


def _site_plan(number: int, site: Site) -> SitePlan:
    optical = optical_name(site) if site.optical else None
    return SitePlan(site.name, site.location, border_name(site), optical, f"10.{number}.0.0/16")


def _fibre(fibre: FibrePair) -> Fibre:
    return Fibre(
        name=fibre.name,
        sites=fibre.sites,
        kind=fibre.kind,
        length_km=fibre.length_km,
        length_source=fibre.length_source,
        glass_delay_s=rules.glass_delay_s(fibre),
        equipment_delay_s=rules.equipment_delay_s(fibre),
        amplifiers=fibre.amplifiers,
    )


def _notes(topology: Topology) -> tuple[str, ...]:
    notes = list(topology.notes)
    lengths: dict[str, list[str]] = {}
    for fibre in topology.fibres:
        lengths.setdefault(fibre.length_source, []).append(fibre.name)
    for source, names in lengths.items():
        if source != "stated":
            notes.append(f"length of fibre {', '.join(names)} is the {source} (the factor is assumed)")
    ports = [port for site in topology.sites for port in (site.nic, site.line, site.fabric.uplink) if port]
    ports += [link.port for link in topology.links]
    if any(port.queue_bytes is None for port in ports):
        notes.append("queues that the file does not state hold 5 ms at the port's rate, 64 KiB to 64 MiB (assumed)")
    return (*notes, *_slots(topology))


def _slots(topology: Topology) -> list[str]:
    """What is said of modes whose slots differ, where light is switched by channel."""
    if topology.optics is None:
        return []
    kinds = {site.transceiver for site in topology.sites if site.optical and site.optical.kind == "roadm"}
    modes = [mode for name in kinds if name for mode in topology.catalogue.transceivers[name].modes]
    widths_hz = sorted({mode.slot_hz for mode in modes})
    if len(widths_hz) < 2:
        return []
    *others, widest = (f"{width_hz / 1e9:g}" for width_hz in widths_hz)
    count = topology.catalogue.line_systems[topology.optics.line_system].channels(widths_hz[-1])
    return [
        f"modes have slots of {', '.join(others)} and {widest} GHz; in a run every channel is as wide as the widest, "
        f"so a fibre holds {count}"
    ]
