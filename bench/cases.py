"""The accuracy rows, and the plans they run on. Pure.

::

    left-1 .. left-f --- border === border === ... === border --- right-1 .. right-f
              NICs share the rate        each ===: rate, a share of the delay, perhaps loss

A chain of one switch has no ``===``: there the two NIC cables share the delay. Flows have a server pair each, whose
NICs have an equal share of the rate, so that the wide-area link is full and nothing is dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from twin.plan.build import build_plan
from twin.plan.model import Plan
from twin.plan.topology import PacketLink, Port, Site, SiteFabric, Topology
from twin.units import show_rate, show_time

#: A queue holds what two round trips bring, within these bounds; TCP fills no more than its buffers of 2 x BDP.
QUEUE_MIN_BYTES: Final = 256 * 1024
QUEUE_MAX_BYTES: Final = 2**31 - 1


@dataclass(frozen=True)
class Row:
    """``delay_s`` is one way over the whole path. ``loss`` is that of the loss measurement alone."""

    rate_bps: float
    delay_s: float
    mtu: int
    flows: int = 1
    loss: float = 0.01
    #: Round trips until TCP is at its rate.
    ramp_rtts: float = 14.0
    #: How long it is then measured.
    measure_s: float = 0.0

    @property
    def name(self) -> str:
        return f"{show_rate(self.rate_bps)}, {show_time(self.delay_s)}"

    @property
    def bdp_bytes(self) -> float:
        return self.rate_bps * 2 * self.delay_s / 8


ROWS: Final = (
    Row(1e6, 300e-3, 1500, measure_s=30.0),
    Row(10e6, 200e-3, 1500, measure_s=10.0),
    Row(100e6, 100e-3, 1500, measure_s=5.0),
    Row(1e9, 10e-3, 1500, measure_s=1.0),
    Row(10e9, 5e-3, 9000, measure_s=0.3),
    Row(100e9, 1e-3, 9000, measure_s=0.05),
    Row(400e9, 0.1e-3, 9000, flows=8, measure_s=0.02),
    Row(800e9, 5e-3, 9000, flows=8, measure_s=0.02),
)


def chain(row: Row, switches: int, loss: float = 0.0, flows: int | None = None, queue_bytes: int | None = None) -> Plan:
    """The plan of ``row`` over ``switches`` packet switches, with ``loss`` on its middle link."""
    count = row.flows if flows is None else flows
    queue = queue_bytes or int(min(max(2 * row.bdp_bytes, QUEUE_MIN_BYTES), QUEUE_MAX_BYTES))
    nic_delay_s = row.delay_s / 2 if switches == 1 else 0.0
    nic = Port(row.rate_bps / count, queue, delay_s=nic_delay_s)
    link = Port(row.rate_bps, queue, delay_s=row.delay_s / max(switches - 1, 1))
    servers = [2 * count] if switches == 1 else [count, *[0] * (switches - 2), count]
    names = [f"p{number}" for number in range(1, switches + 1)]
    sites = tuple(_site(name, amount, nic) for name, amount in zip(names, servers, strict=True))
    joints = list(pairwise(names))
    links = tuple(
        PacketLink(f"{a}-{b}", (a, b), link, loss if number == len(joints) // 2 else 0.0)
        for number, (a, b) in enumerate(joints)
    )
    return build_plan(Topology(row.name, sites, links=links, mtu=row.mtu))


def _site(name: str, servers: int, nic: Port) -> Site:
    return Site(name, servers, nic if servers else None, SiteFabric(), None, 0, None)


def pairs(plan: Plan) -> list[tuple[str, str]]:
    """(source, destination) of each flow of a chain: the first half of the servers sends to the second."""
    half = len(plan.servers) // 2
    names = [server.name for server in plan.servers]
    return list(zip(names[:half], names[half:], strict=True))


def fabric(servers: int, switches: int) -> Plan:
    """``servers`` servers of 100 Gb/s below ``switches`` switches: a star, or leaves below one spine and a border,
    which is a tree, so that any switch forwards without a controller."""
    shape = SiteFabric() if switches == 1 else SiteFabric("leaf-spine", switches - 2, 1, Port(400e9))
    site = Site("a", servers, Port(100e9), shape, None, 0, None)
    return build_plan(Topology(f"{servers} servers", (site,), mtu=9000))


#: What carrying is measured with.
CARRIED: Final = Row(100e9, 50e-6, 9000)


def heap(servers: int, links: int, switches: int) -> Plan:
    """Parts to be weighed: ``servers`` at one switch, ``links`` packet links from it to a second one, and ``switches``
    further ones that nothing is joined to. Nothing is sent here: parallel links would be a loop."""
    nic, link = Port(100e9), Port(400e9)
    first = Site("a", servers, nic if servers else None, SiteFabric(), None, 0, None)
    others = tuple(_site(f"o{number}", 0, nic) for number in range(switches))
    joined = tuple(PacketLink(f"l{number}", ("a", "b"), link) for number in range(links))
    return build_plan(Topology("heap", (first, _site("b", 0, nic), *others), links=joined, mtu=9000))


def star(row: Row, servers: int) -> Plan:
    """``servers`` servers at one switch: ``row``'s delay lies between any two of them."""
    queue = int(max(2 * row.bdp_bytes, QUEUE_MIN_BYTES) * servers)
    nic = Port(row.rate_bps, queue, delay_s=row.delay_s / 2)
    return build_plan(Topology("star", (_site("a", servers, nic),), mtu=row.mtu))
