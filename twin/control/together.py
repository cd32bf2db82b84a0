"""Several circuits asked for at once: all of them, or none.

Who comes first decides who finds a channel, so that an unlucky order can refuse what another one allows. Tried are the
order in which they were asked, and the longest path first: what is hardest to place finds the emptiest plant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from twin.control.events import CircuitRequested
from twin.control.requests import why_no_path
from twin.control.route import Route
from twin.control.spectrum import Ends, Lit, Spectrum


@dataclass(frozen=True)
class Allocation:
    """What one request would get; ``spare`` is the second path of a protected circuit, if there is light on one, and
    ``second`` its transceivers where it has its own."""

    ends: Ends
    second: Ends | None
    route: Route
    spare: Route | None


def allocate(spectrum: Spectrum, requests: Sequence[CircuitRequested], lit: Lit) -> dict[str, Allocation] | str:
    """Name -> what each request gets, or why they cannot all be met. ``spectrum`` stays as it is."""
    found = _in_order(spectrum.copy(), requests, lit)
    if not isinstance(found, str):
        return found
    other = _in_order(spectrum.copy(), sorted(requests, key=lambda request: _ease(spectrum, request)), lit)
    return found if isinstance(other, str) else other


def _ease(spectrum: Spectrum, request: CircuitRequested) -> float:
    """The longer the shortest path, the less."""
    ends = spectrum.free_ends(request.sites, request.service.min_rate_bps)
    route = None if isinstance(ends, str) else spectrum.find_route(ends, lambda fibre: True, request.service)
    return -len(route.path) if route else 0.0


def _in_order(spectrum: Spectrum, requests: Sequence[CircuitRequested], lit: Lit) -> dict[str, Allocation] | str:
    found: dict[str, Allocation] = {}
    for request in requests:
        got = spectrum.ends_for(request.sites, request.service)
        if isinstance(got, str):
            return f"{request.name}: {got}"
        ends, second = got
        reason = why_no_path(spectrum, ends, request.service)
        pair = spectrum.find_pair(ends, lit, request.service, second) if request.service.protected else None
        route = pair[0] if pair else spectrum.find_route(ends, lit, request.service)
        if reason or route is None:
            return f"{request.name}: {reason or 'no free channel on any path with light'}"
        found[request.name] = Allocation(ends, second, route, pair[1] if pair else None)
        for claimed in (ends, second) if second else (ends,):
            spectrum.claim_ends(claimed, request.name)
        for leg in pair or (route,):
            spectrum.claim_route(leg, request.name)
    return found
