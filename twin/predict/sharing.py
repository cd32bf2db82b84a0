"""Max-min fair rates by progressive filling: all flows grow together until a link is full; those on it stop.

A flow may stand for several alike: it loads each link with a weight, so that on a link of capacity C the rates r and
weights w obey sum(w r) <= C. The result is the only one in which no flow can gain but at the cost of a slower one.

As flows stop, what is left of a link for each of the others can only grow; so links wait in a heap with the share that
they had when last looked at, and only the first is looked at again.
"""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

F = TypeVar("F", bound=Hashable)
L = TypeVar("L", bound=Hashable)
#: Links whose shares differ by less fill together: it is rounding.
_SAME = 1 + 1e-9


def max_min(loads: Mapping[F, Sequence[tuple[L, float]]], capacity_bps: Mapping[L, float]) -> dict[F, float]:
    """The rate of each flow, b/s. ``loads[flow]`` holds (link, weight); a flow without links is without limit (inf)."""
    return fill(loads, capacity_bps)[0]


def fill(
    loads: Mapping[F, Sequence[tuple[L, float]]], capacity_bps: Mapping[L, float]
) -> tuple[dict[F, float], set[L]]:
    """``max_min``, and the links that stopped some flow."""
    rates = {flow: float("inf") for flow, links in loads.items() if not links}
    left_bps: dict[L, float] = {}
    weight: dict[L, float] = {}
    users: dict[L, list[F]] = {}
    for flow, links in loads.items():
        for link, load in links:
            if link in users:
                weight[link] += load
                users[link].append(flow)
            else:
                left_bps[link], weight[link], users[link] = capacity_bps[link], load, [flow]
    filling = [(left_bps[link] / load, order, link) for order, (link, load) in enumerate(weight.items())]
    heapq.heapify(filling)
    full: set[L] = set()
    least = 0.0
    while len(rates) < len(loads):
        known, order, link = heapq.heappop(filling)
        if weight[link] <= 1e-12:
            continue
        share = max(left_bps[link], 0.0) / weight[link]
        if share > known * _SAME:
            heapq.heappush(filling, (share, order, link))
            continue
        least = share if share > least * _SAME else least
        full.add(link)
        for flow in users[link]:
            if flow not in rates:
                rates[flow] = least
                for other, load in loads[flow]:
                    left_bps[other] -= load * least
                    weight[other] -= load
        weight[link] = 0.0
    return rates, full
