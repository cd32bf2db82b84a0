"""A load of circuit requests: Poisson arrivals, exponential holding times, and what Erlang expects to be blocked.

The offered load is the mean number of circuits that would be up if none were refused: arrivals per second times the
mean holding time, in erlangs::

    arrivals = poisson_arrivals([("a", "b")], erlangs=8.0, holding_s=60.0, seed=1)
    for moment in moments(islice(arrivals, 1000)):
        ...  # moment.asks: request moment.arrival, else give it back (if it was not refused)
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from math import sqrt


@dataclass(frozen=True)
class Arrival:
    """Someone wants the circuit ``name`` between ``sites`` from ``at_s`` until ``until_s``."""

    name: str
    sites: tuple[str, str]
    at_s: float
    until_s: float


@dataclass(frozen=True)
class Moment:
    """``arrival`` asks (``asks``) or leaves at ``at_s``."""

    at_s: float
    asks: bool
    arrival: Arrival


def poisson_arrivals(
    pairs: Sequence[tuple[str, str]], erlangs: float, holding_s: float, seed: int
) -> Iterator[Arrival]:
    """Arrivals without end, from time zero: ``erlangs`` over all ``pairs`` together, each pair as likely as any other.
    ``holding_s`` is the mean of the exponential holding time. Names count up: ``load-1``, ``load-2``."""
    chance = random.Random(seed)
    at_s, number = 0.0, 0
    while True:
        number += 1
        at_s += chance.expovariate(erlangs / holding_s)
        sites = pairs[chance.randrange(len(pairs))]
        yield Arrival(f"load-{number}", sites, at_s, at_s + chance.expovariate(1 / holding_s))


def moments(arrivals: Iterable[Arrival]) -> Iterator[Moment]:
    """The requests and the departures of ``arrivals``, which come in order of their time, merged in order of theirs."""
    leaving: list[tuple[float, int, Arrival]] = []
    for number, arrival in enumerate(arrivals):
        while leaving and leaving[0][0] <= arrival.at_s:
            at_s, _, gone = heappop(leaving)
            yield Moment(at_s, False, gone)
        yield Moment(arrival.at_s, True, arrival)
        heappush(leaving, (arrival.until_s, number, arrival))
    while leaving:
        at_s, _, gone = heappop(leaving)
        yield Moment(at_s, False, gone)


def erlang_b(erlangs: float, servers: int) -> float:
    """The probability that a request finds all of ``servers`` channels taken (Erlang, 1917), by the recursion
    1/B(n) = 1 + n/A * 1/B(n-1), B(0) = 1, with A the offered load in ``erlangs``.

    >>> round(erlang_b(8.0, 10), 4), erlang_b(0.0, 3)
    (0.1217, 0.0)
    """
    if erlangs == 0:
        return float(servers == 0)
    inverse = 1.0
    for taken in range(1, servers + 1):
        inverse = 1 + taken / erlangs * inverse
    return 1 / inverse


def batch_interval(blocked: Sequence[tuple[int, int]], quantile: float = 2.262) -> tuple[float, float]:
    """The blocking probability over batches of (asked, refused), and the half-width of its confidence interval.

    The method of batch means: long batches are nearly independent of each other where single requests are not.
    ``quantile`` is Student's, for as many degrees of freedom as there are batches less one; 2.262 is 95 % of ten."""
    shares = [refused / asked for asked, refused in blocked]
    mean = sum(shares) / len(shares)
    variance = sum((share - mean) ** 2 for share in shares) / (len(shares) - 1)
    return mean, quantile * sqrt(variance / len(shares))
