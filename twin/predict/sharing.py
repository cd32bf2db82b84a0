"""Max-min fair rates by progressive filling: all flows grow together until a link is full; those on it stop.

A flow may stand for several alike: it loads each link with a weight, so that on a link of capacity C the rates r and
weights w obey sum(w r) <= C. The result is the only one in which no flow can gain but at the cost of a slower one.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

F = TypeVar("F", bound=Hashable)
#: Links whose shares differ by less fill together: it is rounding.
_SAME = 1 + 1e-9


def max_min(loads: Mapping[F, Iterable[tuple[int, float]]], capacity_bps: Mapping[int, float]) -> dict[F, float]:
    """The rate of each flow, b/s. ``loads[flow]`` holds (link, weight); a flow without links is without limit (inf)."""
    left_bps: dict[int, float] = {}
    weight: dict[int, float] = {}
    users: dict[int, list[F]] = {}
    links_of = {flow: list(links) for flow, links in loads.items()}
    for flow, links in links_of.items():
        for link, load in links:
            left_bps[link] = capacity_bps[link]
            weight[link] = weight.get(link, 0.0) + load
            users.setdefault(link, []).append(flow)
    rates = {flow: float("inf") for flow, links in links_of.items() if not links}
    while len(rates) < len(links_of):
        shares = {link: max(left_bps[link], 0.0) / load for link, load in weight.items() if load > 1e-12}
        least = min(shares.values())
        for link in [link for link, share in shares.items() if share <= least * _SAME]:
            for flow in users[link]:
                if flow not in rates:
                    rates[flow] = least
                    for other, load in links_of[flow]:
                        left_bps[other] -= load * least
                        weight[other] -= load
            weight[link] = 0.0
    return rates
