"""Which requests of a load a plant refuses: the brain's own choice of transceivers, path and channel, without switches.

Setting up takes no time here, so that what is refused is refused for lack of transceivers or channels alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from twin.control.arrivals import Arrival, moments
from twin.control.plant import Plant
from twin.control.route import Route
from twin.control.service import PLAIN, Service
from twin.control.spectrum import Spectrum


def refusals(plant: Plant, arrivals: Iterable[Arrival], service: Service = PLAIN) -> Iterator[bool]:
    """For each of ``arrivals``, in their order: whether it was refused."""
    spectrum = Spectrum(plant)
    routes: dict[str, Route] = {}
    for moment in moments(arrivals):
        name = moment.arrival.name
        if moment.asks:
            route = _place(spectrum, moment.arrival, service)
            if route is not None:
                routes[name] = route
            yield route is None
        elif name in routes:
            route = routes.pop(name)
            spectrum.free_route(route)
            spectrum.free(route.ends)


def _place(spectrum: Spectrum, arrival: Arrival, service: Service) -> Route | None:
    ends = spectrum.free_ends(arrival.sites, service.min_rate_bps)
    route = None if isinstance(ends, str) else spectrum.find_route(ends, lambda fibre: True, service)
    if route is not None:
        spectrum.claim_ends(route.ends, arrival.name)
        spectrum.claim_route(route, arrival.name)
    return route


def in_batches(refused: Iterable[bool], warmup: int, batches: int, size: int) -> list[tuple[int, int]]:
    """(asked, refused) of each of ``batches`` batches of ``size`` requests, after ``warmup`` that are not counted."""
    counted = islice(refused, warmup, warmup + batches * size)
    found = [list(islice(counted, size)) for _ in range(batches)]
    return [(len(batch), sum(batch)) for batch in found]
