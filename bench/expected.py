"""What should come out: shares left by headers, binomial intervals, what a queue drops. Pure.

Frames count as the shaper counts them: the IP packet and 14 bytes of Ethernet header, as in rate x 1448/1514.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Final

ETHERNET_BYTES: Final = 14
#: IPv4 and TCP with the timestamp option; IPv4 and UDP.
TCP_HEADERS_BYTES: Final = 20 + 20 + 12
UDP_HEADERS_BYTES: Final = 20 + 8
#: Bounds of the accuracy rows.
DELAY_SHARE: Final = 1e-3
DELAY_S: Final = 1e-6
GOODPUT_SHARE: Final = 5e-3
CONFIDENCE: Final = 0.99


def tcp_share(mtu: int) -> float:
    """The part of a link's rate that is TCP payload in full frames.

    >>> tcp_share(1500) == 1448 / 1514, tcp_share(9000) == 8948 / 9014
    (True, True)
    """
    return (mtu - TCP_HEADERS_BYTES) / (mtu + ETHERNET_BYTES)


def udp_share(mtu: int) -> float:
    """The part of a link's rate that is UDP payload in full frames."""
    return (mtu - UDP_HEADERS_BYTES) / (mtu + ETHERNET_BYTES)


def delay_holds(measured_s: float, expected_s: float) -> bool:
    """Within 0.1 % or 1 us, whichever is wider."""
    return abs(measured_s - expected_s) <= max(DELAY_SHARE * expected_s, DELAY_S)


def goodput_holds(measured_bps: float, expected_bps: float) -> bool:
    """Within 0.5 %."""
    return abs(measured_bps / expected_bps - 1) <= GOODPUT_SHARE


def binomial_interval(count: int, probability: float, confidence: float = CONFIDENCE) -> tuple[int, int]:
    """The narrowest central interval of whole numbers that holds ``confidence`` of a binomial distribution: at most
    half of the rest lies below it, and at most half above.

    >>> binomial_interval(20_000, 0.01)
    (164, 237)
    """
    if probability <= 0 or probability >= 1:
        only = count if probability >= 1 else 0
        return only, only
    tail = (1 - confidence) / 2
    spread = NormalDist().inv_cdf(1 - tail) * math.sqrt(count * probability * (1 - probability))
    start = max(0, int(count * probability - 2 * spread) - 10)
    total = sum(_binomial(count, probability, lost) for lost in range(max(0, start - 1000), start))
    low: int | None = None
    for lost in range(start, count + 1):
        total += _binomial(count, probability, lost)
        if low is None and total > tail:
            low = lost
        if total >= 1 - tail:
            return low if low is not None else lost, lost
    return low or 0, count


def _binomial(count: int, probability: float, lost: int) -> float:
    """The probability of exactly ``lost`` out of ``count``, through logarithms."""
    choose = math.lgamma(count + 1) - math.lgamma(lost + 1) - math.lgamma(count - lost + 1)
    return math.exp(choose + lost * math.log(probability) + (count - lost) * math.log1p(-probability))


def dropped_of_burst(count: int, frame_bytes: int, bucket_bytes: int, queue_bytes: int) -> int:
    """How many of ``count`` frames that come at one instant a drop-tail queue behind a full token bucket loses.

    >>> dropped_of_burst(100, 1000, 3000, 50_000)
    47
    """
    return max(0, count - bucket_bytes // frame_bytes - queue_bytes // frame_bytes)


def ring_time_s(ranks: int, size_bytes: int, rate_bps: float, delay_s: float) -> float:
    """A lock-step ring all-reduce: 2(n-1) steps of one delay and S/n bytes at ``rate_bps`` of payload."""
    return 2 * (ranks - 1) * (delay_s + size_bytes / ranks * 8 / rate_bps)
