"""Rules of the plan that are arithmetic only: queues, delays, lengths, socket buffers. Pure; standard library only.

Where a delay sits, for one pass from border A over the optical switches P and Q to border Z:

    A --line--> P ==fibre==> Q --line--> Z
                  transit P    transit Q
                  + glass
                  + amplifiers

The transit delay of an optical switch is put on the end that *leaves* it, be it a fibre or a line, so that any route
counts each switch it passes exactly once, and a circuit's one-way delay is the sum of ``delay_s`` along the route.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from twin.plan.topology import SPAN_KM, FibrePair, PacketLink, Port, Site, Topology

#: Default drop-tail queue (*assumed*): 5 ms at the port's rate, no less than 64 KiB and no more than 64 MiB.
QUEUE_S = 5e-3
QUEUE_MIN_BYTES = 64 * 2**10
QUEUE_MAX_BYTES = 64 * 2**20
#: Socket buffers: at least 4 MiB; at most 1 GiB, the largest window that TCP's window scaling can express.
SOCKET_MIN_BYTES = 4 * 2**20
SOCKET_MAX_BYTES = 2**30
#: Mean radius of the Earth, km (IUGG).
EARTH_RADIUS_KM = 6371.0088


def queue_bytes(port: Port) -> int:
    """The port's queue as stated, or the default for its rate."""
    if port.queue_bytes is not None:
        return port.queue_bytes
    return int(min(max(port.rate_bps * QUEUE_S / 8, QUEUE_MIN_BYTES), QUEUE_MAX_BYTES))


def automatic_amplifiers(length_km: float) -> int:
    """In-line amplifier sites on a fibre: one between every two spans of at most 80 km, none for one span.

    >>> automatic_amplifiers(80.0), automatic_amplifiers(80.1), automatic_amplifiers(400.0)
    (0, 1, 4)
    """
    return max(math.ceil(length_km / SPAN_KM) - 1, 0)


def great_circle_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Distance in km on a sphere between two (latitude, longitude) places in degrees (haversine formula)."""
    (lat_a, lon_a), (lat_b, lon_b) = ((math.radians(x), math.radians(y)) for x, y in (a, b))
    half = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(half, 1.0)))


def glass_delay_s(fibre: FibrePair) -> float:
    """One-way delay of the glass alone, s."""
    return fibre.length_km * fibre.delay_s_per_km


def equipment_delay_s(fibre: FibrePair) -> float:
    """One-way delay of the in-line amplifiers, s. Optical switches are not part of it (see the module's drawing), nor
    are the booster and the preamplifier beside them: they belong to a switch's own ``delay_s``."""
    return fibre.amplifiers * fibre.amplifier_delay_s


def socket_bytes(topology: Topology) -> int:
    """Socket buffer for each server: 2 x the largest bandwidth-delay product, rounded up to a power of two.

    The delay of a route between sites is bounded by the longest simple route that restoration could ever use: N sites
    are joined by at most N - 1 links, so the N - 1 slowest ones bound it. Kept within 4 MiB and 1 GiB.
    """
    sites = [site for site in topology.sites if site.servers and site.nic]
    largest = max((_site_bdp_bytes(site) for site in sites), default=0.0)
    wide = _wide_area(topology)
    for i, a in enumerate(sites):
        for b in sites[i + 1 :]:
            inside_s = _inside_delay_s(a) + _inside_delay_s(b)
            for rate_bps, delay_s in wide:
                rate = min(rate_bps, _nic_bps(a), _nic_bps(b))
                largest = max(largest, rate * 2 * (inside_s + delay_s) / 8)
    wanted = min(max(2 * largest, SOCKET_MIN_BYTES), SOCKET_MAX_BYTES)
    return int(2 ** math.ceil(math.log2(wanted)))


def _nic_bps(site: Site) -> float:
    return site.nic.rate_bps if site.nic else 0.0


def _inside_delay_s(site: Site) -> float:
    """One-way delay between a server and its border."""
    nic_s = site.nic.delay_s if site.nic else 0.0
    return nic_s + (2 * site.fabric.uplink.delay_s if site.fabric.uplink else 0.0)


def _site_bdp_bytes(site: Site) -> float:
    return _nic_bps(site) * 2 * 2 * _inside_delay_s(site) / 8


def _wide_area(topology: Topology) -> list[tuple[float, float]]:
    """(rate in b/s, bound of the one-way delay in s) of routes over fibres only, and of those with a packet link."""
    lines = [site.line.rate_bps for site in topology.sites if site.line]
    transit_s = max((site.optical.delay_s for site in topology.sites if site.optical), default=0.0)
    receiver_s = max((site.line.delay_s for site in topology.sites if site.line), default=0.0)
    fibres = [glass_delay_s(fibre) + equipment_delay_s(fibre) + transit_s for fibre in topology.fibres]
    packets = [link.port.delay_s for link in topology.links]
    found = []
    if fibres and lines:
        extra_s = transit_s + receiver_s
        found.append((max(lines), _slowest(fibres, _places(topology.fibres)) + extra_s))
    if packets:
        rate_bps = max(link.port.rate_bps for link in topology.links)
        found.append((rate_bps, _slowest(fibres + packets, _places([*topology.fibres, *topology.links]))))
    return found


def _places(joins: Iterable[FibrePair | PacketLink]) -> int:
    return len({site for join in joins for site in join.sites})


def _slowest(delays_s: list[float], places: int) -> float:
    return sum(sorted(delays_s, reverse=True)[: max(places - 1, 0)])
