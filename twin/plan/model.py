"""The plan: every node, port, link, rate, delay, queue and address of one network. Frozen; standard library only.

A link has two ends, and each end describes the direction that *leaves* it::

        A (rate, queue) ====== delay A->B, loss A->B ======> B
        A <====== delay B->A, loss B->A ======= (rate, queue) B

The kinds of link: ``nic`` server - packet switch; ``fabric`` packet switch - packet switch within a site; ``line``
border switch - optical switch (the transceiver's patch cord; its rate is the wavelength's); ``fibre`` optical switch -
optical switch (delay, never a rate: channels do not share bandwidth); ``packet`` border - border.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from twin.plan.light import Light

SCHEMA = 1


@dataclass(frozen=True)
class Server:
    """A host with one NIC, ``eth0``. ``ip`` lies in 10.0.0.0/8: 10.SITE.GROUP.INDEX."""

    name: str
    site: str
    ip: str
    mac: str


@dataclass(frozen=True)
class PacketSwitch:
    """An OVS bridge; ``role`` is ``border``, ``leaf`` or ``spine``; ``bridge`` its name in the kernel."""

    name: str
    site: str
    role: str
    dpid: int
    bridge: str


@dataclass(frozen=True)
class OpticalSwitch:
    """An OVS bridge that stands for a ``roadm`` (matches port and channel) or an ``ocs`` (matches the port). A changed
    cross-connect is dark for ``switching_s``."""

    name: str
    site: str
    kind: str
    dpid: int
    bridge: str
    delay_s: float
    technology: str | None = None
    switching_s: float = 0.0


@dataclass(frozen=True)
class End:
    """One end of a link, and the direction that leaves it.

    ``rate_bps`` None: not shaped. ``queue_bytes`` 0 where there is no shaper. ``delay_s`` is one way, the sum of what
    the link's notes list. ``loss`` is the probability that a frame is lost."""

    node: str
    port: int
    interface: str
    rate_bps: float | None
    queue_bytes: int
    delay_s: float
    ecn_bytes: int | None = None
    loss: float = 0.0


@dataclass(frozen=True)
class Link:
    """Two ends joined; ``name`` is unique within the plan."""

    name: str
    kind: str
    a: End
    b: End

    @property
    def ends(self) -> tuple[End, End]:
        return (self.a, self.b)

    def other(self, node: str) -> End:
        """The end that is not at ``node``."""
        return self.b if self.a.node == node else self.a

    def at(self, node: str) -> End:
        """The end at ``node``."""
        return self.a if self.a.node == node else self.b


@dataclass(frozen=True)
class Transceiver:
    """A pluggable on a border switch's line port; ``link`` is the name of its ``line`` link, ``type`` that of its
    entry in the catalogue (None: light is not looked at)."""

    name: str
    site: str
    switch: str
    optical: str
    link: str
    rate_bps: float
    type: str | None = None


@dataclass(frozen=True)
class Fibre:
    """What the ``fibre`` link of the same name is made of. ``delay_s`` = glass + equipment, one way."""

    name: str
    sites: tuple[str, str]
    kind: str
    length_km: float
    length_source: str
    glass_delay_s: float
    equipment_delay_s: float
    amplifiers: int

    @property
    def delay_s(self) -> float:
        return self.glass_delay_s + self.equipment_delay_s


@dataclass(frozen=True)
class SitePlan:
    """A site's place on the map and its border switch; ``prefix`` holds all its servers (``10.1.0.0/16``)."""

    name: str
    location: tuple[float, float] | None
    border: str
    optical: str | None
    prefix: str


@dataclass(frozen=True)
class Plan:
    """One network, whole. ``socket_bytes`` is the socket buffer each server gets: 2 x the largest BDP. ``light`` is
    there where the transceivers are of the catalogue's types."""

    schema: int
    name: str
    mtu: int
    socket_bytes: int
    sites: tuple[SitePlan, ...]
    servers: tuple[Server, ...]
    packet_switches: tuple[PacketSwitch, ...]
    optical_switches: tuple[OpticalSwitch, ...]
    transceivers: tuple[Transceiver, ...]
    fibres: tuple[Fibre, ...]
    links: tuple[Link, ...]
    notes: tuple[str, ...] = ()
    light: Light | None = None

    @property
    def switches(self) -> tuple[PacketSwitch | OpticalSwitch, ...]:
        """All switches, in the order of their datapath ids."""
        return (*self.packet_switches, *self.optical_switches)

    @cached_property
    def link_by_name(self) -> dict[str, Link]:
        return {link.name: link for link in self.links}

    @cached_property
    def server_by_name(self) -> dict[str, Server]:
        return {server.name: server for server in self.servers}

    @cached_property
    def site_by_name(self) -> dict[str, SitePlan]:
        return {site.name: site for site in self.sites}

    @cached_property
    def links_of(self) -> dict[str, tuple[Link, ...]]:
        """Node name -> its links, in port order."""
        found: dict[str, list[Link]] = {}
        for link in self.links:
            for end in link.ends:
                found.setdefault(end.node, []).append(link)
        return {node: tuple(sorted(links, key=lambda link: link.at(node).port)) for node, links in found.items()}

    def servers_of(self, site: str) -> tuple[Server, ...]:
        """The servers of one site, in order."""
        return tuple(server for server in self.servers if server.site == site)

    def line_port(self, transceiver: Transceiver) -> int:
        """The port of the border switch that the transceiver sits in."""
        return self.link_by_name[transceiver.link].at(transceiver.switch).port
