"""Which requests of a load a plant refuses: the brain's own choice of transceivers, path and channel, without switches.

Setting up takes no time here, so that what is refused is refused for lack of transceivers or channels alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from twin.control.arrivals import Arrival, moments
from twin.control.plant import Plant
from twin.control.route import Route
from twin.control.service import PLAIN, Service
from twin.control.spectrum import Ends, Spectrum


@dataclass(frozen=True)
class Placed:
    """What a request got: transceivers, one pair or two, and one route or two."""

    ends: tuple[Ends, ...]
    routes: tuple[Route, ...]

    def free(self, spectrum: Spectrum) -> None:
        """Give it all back."""
        for route in self.routes:
            spectrum.free_route(route)
        for pair in self.ends:
            spectrum.free(pair)


def place(spectrum: Spectrum, arrival: Arrival, service: Service = PLAIN) -> Placed | None:
    """Give ``arrival`` what it asks for; None: it is refused."""
    got = spectrum.ends_for(arrival.sites, service)
    if isinstance(got, str):
        return None
    ends, second = got
    routes: tuple[Route, ...]
    if service.protected:
        routes = spectrum.find_pair(ends, _lit, service, second) or ()
    else:
        route = spectrum.find_route(ends, _lit, service)
        routes = (route,) if route is not None else ()
    if not routes:
        return None
    placed = Placed((ends, second) if second is not None else (ends,), routes)
    for pair in placed.ends:
        spectrum.claim_ends(pair, arrival.name)
    for route in routes:
        spectrum.claim_route(route, arrival.name)
    return placed


def _lit(fibre: str) -> bool:
    return True


def refusals(plant: Plant, arrivals: Iterable[Arrival], service: Service = PLAIN) -> Iterator[bool]:
    """For each of ``arrivals``, in their order: whether it was refused."""
    spectrum = Spectrum(plant)
    held: dict[str, Placed] = {}
    for moment in moments(arrivals):
        name = moment.arrival.name
        if moment.asks:
            placed = place(spectrum, moment.arrival, service)
            if placed is not None:
                held[name] = placed
            yield placed is None
        elif name in held:
            held.pop(name).free(spectrum)


def in_batches(refused: Iterable[bool], warmup: int, batches: int, size: int) -> list[tuple[int, int]]:
    """(asked, refused) of each of ``batches`` batches of ``size`` requests, after ``warmup`` that are not counted."""
    counted = islice(refused, warmup, warmup + batches * size)
    found = [list(islice(counted, size)) for _ in range(batches)]
    return [(len(batch), sum(batch)) for batch in found]
