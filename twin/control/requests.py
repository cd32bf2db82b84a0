"""Why a requested circuit cannot be had, in words that say what to change."""

from __future__ import annotations

from collections.abc import Iterable

from twin.control.plant import Plant
from twin.control.service import Disjoint, Service
from twin.control.spectrum import Ends, Spectrum


def why_impossible(plant: Plant, sites: tuple[str, str], service: Service) -> str:
    """Why no plant like this could ever carry such a circuit; empty: it could."""
    known = plant.plan.site_by_name
    for site in sites:
        if site not in known:
            return f"there is no site {site!r}; sites: {', '.join(known)}"
    if sites[0] == sites[1]:
        return f"a circuit joins two sites, and {sites[0]!r} is named twice"
    kinds = []
    for site in sites:
        switch = known[site].optical
        if switch is None:
            return f"{site} has no optical switch"
        kinds.append(plant.kind_of[switch])
    if kinds[0] != kinds[1]:
        return f"{sites[0]} switches light by {kinds[0]} and {sites[1]} by {kinds[1]}; both must be of one kind"
    places = {*known, *(fibre.name for fibre in plant.plan.fibres), *plant.risk_groups}
    strange = sorted((service.avoid | service.through) - places)
    return f"there is no fibre, site or shared risk {strange[0]!r}" if strange else ""


def why_no_path(spectrum: Spectrum, ends: Ends, service: Service) -> str:
    """Why there is no route for ``service``, all fibres being lit; empty: there is one."""

    def lit(fibre: str) -> bool:
        return True

    sites = f"from {ends[0].site} to {ends[1].site}"
    if spectrum.find_route(ends, lit, service) is None:
        lacks = spectrum.shortfall(ends, service)
        if lacks is not None:
            return f"no path {sites} closes: the best is {lacks.level_db:.1f} dB short of {lacks.mode} and its margin"
        if spectrum.find_route(ends, lit) is None:
            return f"no channel is free on any path {sites}{_closing(spectrum, ends)}"
        return f"no free path {sites} {' and '.join(_limits(spectrum, service))}"
    if service.protected and spectrum.find_pair(ends, lit, service) is None:
        common = {Disjoint.FIBRE: "fibre", Disjoint.SITE: "site or fibre", Disjoint.SHARED_RISK: "fibre or shared risk"}
        return f"no two free paths {sites} without a common {common[service.disjoint]}"
    return ""


def _closing(spectrum: Spectrum, ends: Ends) -> str:
    return "" if spectrum.splits else f" that {ends[0].type} closes"


def _limits(spectrum: Spectrum, service: Service) -> Iterable[str]:
    if service.min_rate_bps and not spectrum.splits:
        yield f"closes at {service.min_rate_bps / 1e9:g} Gb/s or more"
    if service.channel is not None:
        yield f"has channel {service.channel}"
    if service.max_delay_s is not None:
        yield f"takes {service.max_delay_s * 1e3:g} ms or less"
    if service.avoid:
        yield f"avoids {', '.join(sorted(service.avoid))}"
    if service.through:
        yield f"goes through {', '.join(sorted(service.through))}"
