"""Max-min fair rates by progressive filling: all flows grow together until a link is full; those on it stop.

A flow may stand for several alike: it loads each link with a weight, so that on a link of capacity C the rates r and
weights w obey sum(w r) <= C. The result is the only one in which no flow can gain but at the cost of a slower one.

As flows stop, what is left of a link for each of the others can only grow; so links wait in a heap with the share that
they had when last looked at, and only the first is looked at again.
"""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

F = TypeVar("F", bound=Hashable)
L = TypeVar("L", bound=Hashable)
#: Links whose shares differ by less fill together: it is rounding.
_SAME = 1 + 1e-9


def max_min(loads: Mapping[F, Iterable[tuple[L, float]]], capacity_bps: Mapping[L, float]) -> dict[F, float]:
    """The rate of each flow, b/s. ``loads[flow]`` holds (link, weight); a flow without links is without limit (inf)."""
    left_bps: dict[L, float] = {}
    weight: dict[L, float] = {}
    users: dict[L, list[F]] = {}
    links_of = {flow: list(links) for flow, links in loads.items()}
    for flow, links in links_of.items():
        for link, load in links:
            left_bps[link] = capacity_bps[link]
            weight[link] = weight.get(link, 0.0) + load
            users.setdefault(link, []).append(flow)
    rates = {flow: float("inf") for flow, links in links_of.items() if not links}
    filling = [(left_bps[link] / load, order, link) for order, (link, load) in enumerate(weight.items())]
    heapq.heapify(filling)
    least = 0.0
    while len(rates) < len(links_of):
        known, order, link = heapq.heappop(filling)
        if weight[link] <= 1e-12:
            continue
        share = max(left_bps[link], 0.0) / weight[link]
        if share > known * _SAME:
            heapq.heappush(filling, (share, order, link))
            continue
        least = share if share > least * _SAME else least
        for flow in users[link]:
            if flow not in rates:
                rates[flow] = least
                for other, load in links_of[flow]:
                    left_bps[other] -= load * least
                    weight[other] -= load
        weight[link] = 0.0
    return rates
