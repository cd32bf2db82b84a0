"""What a transfer would take alone on its path: the measure of how much others slow it down."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from twin.plan.model import Plan
from twin.plan.paths import circuit_delay_s
from twin.results.outcome import CircuitRecord

#: Headers of a full frame: Ethernet; and IPv4, TCP and the timestamps option, which the MTU includes.
_ETHERNET_BYTES, _TCP_BYTES = 14, 52
#: Where a way leads from a node: (node, delay s, rate b/s or None).
_Ways = dict[str, list[tuple[str, float, float | None]]]


def alone_s(plan: Plan, circuits: Sequence[CircuitRecord], source: str, target: str) -> tuple[float, float] | None:
    """(one-way delay s, s per byte) between two servers over the quickest way, with the circuits as they were at the
    experiment's zero. None where there is no way."""
    ways = _ways(plan, circuits)
    best: dict[str, float] = {}
    heap: list[tuple[float, str, float]] = [(0.0, source, float("inf"))]
    while heap:
        delay_s, node, rate_bps = heapq.heappop(heap)
        if node == target:
            frames = (plan.mtu + _ETHERNET_BYTES) / (plan.mtu - _TCP_BYTES)
            return delay_s, 8 * frames / rate_bps
        if delay_s >= best.get(node, float("inf")):
            continue
        best[node] = delay_s
        for after, way_s, way_bps in ways.get(node, ()):
            narrowest = rate_bps if way_bps is None else min(rate_bps, way_bps)
            heapq.heappush(heap, (delay_s + way_s, after, narrowest))
    return None


def _ways(plan: Plan, circuits: Sequence[CircuitRecord]) -> _Ways:
    """Packet links as they are, and each circuit as one way from border to border."""
    found: _Ways = {}
    for link in plan.links:
        if link.kind in ("nic", "fabric", "packet"):
            for end in link.ends:
                way = (link.other(end.node).node, end.delay_s, end.rate_bps)
                found.setdefault(end.node, []).append(way)
    for circuit in circuits:
        if circuit.fibres:
            near, far = _ends(plan, circuit.fibres)
            _add_circuit(plan, (near, far), circuit.fibres, found)
            _add_circuit(plan, (far, near), tuple(reversed(circuit.fibres)), found)
    return found


def _add_circuit(plan: Plan, sites: tuple[str, str], fibres: tuple[str, ...], found: _Ways) -> None:
    """One direction of the circuit over ``fibres``."""
    near, far = (plan.site_by_name[site].border for site in sites)
    rates = [max((one.rate_bps for one in plan.transceivers if one.site == site), default=0.0) for site in sites]
    found.setdefault(near, []).append((far, circuit_delay_s(plan, sites, fibres), min(rates)))


def _ends(plan: Plan, fibres: tuple[str, ...]) -> tuple[str, str]:
    """The sites at which a row of fibres begins and ends."""
    by_name = {fibre.name: fibre.sites for fibre in plan.fibres}
    if len(fibres) == 1:
        return by_name[fibres[0]]
    first = next(site for site in by_name[fibres[0]] if site not in by_name[fibres[1]])
    last = next(site for site in by_name[fibres[-1]] if site not in by_name[fibres[-2]])
    return first, last
