"""Background traffic: flows of heavy-tailed sizes that arrive at random, as in the measurements of data centres.

Arrivals are Poisson at the rate that offers ``load_bps`` of payload: load / (8 x mean size). Each flow has a connection
of its own, open before the mix begins, with TCP's initial window.

Sizes are drawn from the inverse of a distribution function, linear between its points; what is larger than the cut
counts as the cut. For the Pareto distribution of shape a and mean m, the least size is m (a - 1)/a.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Final

from twin.workloads.job import Job, JobBuilder

#: Payload of the packets that the published distributions count in, bytes.
_PACKET_BYTES: Final = 1460
#: name -> points of the distribution function: (size in packets, share of flows that are not larger).
#: web-search: DCTCP (SIGCOMM 2010, figure 4), as simulators of data centres tabulate it. data-mining: like VL2 (SIGCOMM
#: 2009, figure 2); its points are assumed.
DISTRIBUTIONS: Final[dict[str, tuple[tuple[int, float], ...]]] = {
    "web-search": (
        *((6, 0.0), (6, 0.15), (13, 0.2), (19, 0.3), (33, 0.4), (53, 0.53), (133, 0.6), (667, 0.7), (1333, 0.8)),
        *((3333, 0.9), (6667, 0.97), (20000, 1.0)),
    ),
    "data-mining": (
        *((1, 0.0), (1, 0.5), (2, 0.6), (3, 0.7), (7, 0.8), (267, 0.9), (2107, 0.95), (66667, 0.99)),
        (666667, 1.0),
    ),
}


@dataclass(frozen=True)
class FlowMix:
    """``flows`` flows from any of ``sources`` to any of ``targets`` (another server), which offer ``load_bps``.

    ``sizes`` is ``web-search``, ``data-mining`` or ``pareto`` (of ``mean_bytes`` and ``shape``), cut at
    ``largest_bytes``. ``random`` seeds what is drawn."""

    name: str
    start_s: float
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    load_bps: float
    flows: int
    random: str
    sizes: str = "web-search"
    mean_bytes: int = 0
    shape: float = 0.0
    largest_bytes: int = 2**62
    congestion: str = "cubic"
    port: int = 7000
    kind: str = "flows"


@dataclass(frozen=True)
class Flow:
    """``size_bytes`` from ``source`` to ``target``, at ``at_s`` after the mix began."""

    at_s: float
    source: str
    target: str
    size_bytes: int


def flows_of(mix: FlowMix) -> list[Flow]:
    """The flows, in the order of their arrival: the same for the same mix."""
    random = Random(mix.random)
    every_s = 8 * mean_bytes(mix) / mix.load_bps
    draw = _sizes(mix)
    now_s = 0.0
    found: list[Flow] = []
    for _flow in range(mix.flows):
        now_s += random.expovariate(1.0) * every_s
        source = random.choice(mix.sources)
        target = random.choice([server for server in mix.targets if server != source])
        found.append(Flow(now_s, source, target, min(max(round(draw(random.random())), 1), mix.largest_bytes)))
    return found


def mean_bytes(mix: FlowMix) -> float:
    """Mean of what is drawn, the cut included."""
    cut = float(mix.largest_bytes)
    if mix.sizes == "pareto":
        least = mix.mean_bytes * (mix.shape - 1) / mix.shape
        return cut if cut <= least else mix.mean_bytes - least * (least / cut) ** (mix.shape - 1) / (mix.shape - 1)
    points = [(packets * _PACKET_BYTES, share) for packets, share in DISTRIBUTIONS[mix.sizes]]
    return sum(_mean_between(low, high, cut) * (to - since) for (low, since), (high, to) in pairwise(points))


def _mean_between(low: float, high: float, cut: float) -> float:
    """Mean of min(size, ``cut``) for a size that is uniform between ``low`` and ``high``."""
    if cut <= low or low == high:
        return min(low, cut)
    below = min(high, cut)
    return ((low + below) / 2 * (below - low) + cut * (high - below)) / (high - low)


def _sizes(mix: FlowMix) -> Callable[[float], float]:
    """Size by the share of flows that are smaller: the inverse of the distribution function."""
    if mix.sizes == "pareto":
        least = mix.mean_bytes * (mix.shape - 1) / mix.shape
        return lambda share: float(least / (1 - share) ** (1 / mix.shape))
    points: Sequence[tuple[int, float]] = DISTRIBUTIONS[mix.sizes]
    shares = [share for _packets, share in points]

    def inverse(share: float) -> float:
        place = max(bisect_left(shares, share), 1)
        (low, since), (high, to) = points[place - 1], points[place]
        return (low + (high - low) * (share - since) / (to - since)) * _PACKET_BYTES

    return inverse


def job_of(mix: FlowMix) -> Job:
    """Every flow waits for its time, and is one message between two ranks of its own."""
    builder = JobBuilder()
    for flow in flows_of(mix):
        source, target = builder.rank(flow.source), builder.rank(flow.target)
        arrival = builder.compute(source, flow.at_s, ())
        builder.span("fct", arrival, builder.message(source, target, flow.size_bytes, (arrival,)))
    return builder.job()
