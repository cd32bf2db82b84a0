"""A checked topology file as a ``Topology``: quantities resolved, lengths and amplifiers worked out."""

from __future__ import annotations

from twin.errors import BadInput
from twin.plan import rules
from twin.plan.build import build_plan
from twin.plan.catalogue import Catalogue
from twin.plan.topology import (
    FibrePair,
    Optical,
    PacketLink,
    Port,
    Site,
    SiteFabric,
    Topology,
)
from twin.spec import resolve_optics
from twin.spec.document import Document, Path_, nearest
from twin.spec.topology_file import (
    AUTOMATIC,
    GREAT_CIRCLE,
    FabricFile,
    FibreFile,
    LinkFile,
    OpticalFile,
    PortFile,
    SiteFile,
    TopologyFile,
    TransceiversFile,
)


def resolve(file: TopologyFile, document: Document) -> Topology:
    """The topology that ``file``, read from ``document``, describes; a plan of it can be built. Raises ``BadInput``."""
    for section, joins in (("fibres", file.fibres), ("links", file.links)):
        for name, join in joins.items():
            _check_between(document, (section, name), join.between, list(file.sites))
    for name, site in file.sites.items():
        _check_site(document, ("sites", name), site)
    catalogue = resolve_optics.catalogue_of(file)
    resolve_optics.check_sites(file, document, catalogue)
    topology = Topology(
        name=file.name,
        sites=tuple(_site(name, site, catalogue) for name, site in file.sites.items()),
        fibres=tuple(_fibre(file, document, name, fibre) for name, fibre in file.fibres.items()),
        links=tuple(_link(name, link) for name, link in file.links.items()),
        mtu=file.mtu,
        notes=tuple(file.notes),
    )
    try:
        build_plan(topology)
    except BadInput as problem:
        raise document.bad(_steps(problem.path), problem.found, problem.allowed, problem.remedy) from None
    return resolve_optics.with_light(topology, file, document, catalogue)


def _steps(path: str) -> Path_:
    return tuple(path.split("."))


def _check_between(document: Document, path: Path_, between: list[str], sites: list[str]) -> None:
    for i, name in enumerate(between):
        if name not in sites:
            found = f"found the unknown site {name!r}"
            allowed = ", ".join(sites[:12]) + (", ..." if len(sites) > 12 else "")
            raise document.bad((*path, "between", i), found, allowed, nearest(name, sites))
    if between[0] == between[1]:
        raise document.bad((*path, "between"), f"found {between[0]!r} at both ends", "two different sites")


def _check_site(document: Document, path: Path_, site: SiteFile) -> None:
    """What belongs together, and what would be ignored."""
    fabric = site.fabric
    if fabric.kind == "switch" and (fabric.leaves or fabric.spines or fabric.uplink):
        found = "found leaves, spines or an uplink in a fabric of kind 'switch'"
        raise document.bad((*path, "fabric"), found, "", "write 'kind: leaf-spine', or remove them")
    if fabric.kind == "leaf-spine" and not (fabric.leaves and fabric.spines and fabric.uplink):
        found = "found a leaf-spine fabric that is not whole"
        raise document.bad((*path, "fabric"), found, "leaves and spines of 1 or more, and an uplink")
    if site.transceivers and site.transceivers.count and site.optical is None:
        found = "found transceivers, but no optical switch to join them to"
        raise document.bad((*path, "transceivers"), found, "", "give the site 'optical: roadm'")


def _port(file: PortFile, delay_s: float = 0.0) -> Port:
    return Port(file.rate, file.queue.bytes_at(file.rate), file.ecn.bytes_at(file.rate), delay_s)


def _line(file: TransceiversFile, catalogue: Catalogue) -> Port:
    """The line ports, at the stated rate or at the highest of their transceivers."""
    rate_bps = file.rate if file.rate is not None else catalogue.transceivers[file.mode or ""].rate_bps
    return Port(rate_bps, file.queue.bytes_at(rate_bps), file.ecn.bytes_at(rate_bps), file.delay)


def _optical(file: OpticalFile, catalogue: Catalogue) -> Optical:
    switching_s = catalogue.switches[file.technology].switching_s if file.technology else 0.0
    return Optical(file.kind, file.delay, file.technology, switching_s or 0.0)


def _site(name: str, file: SiteFile, catalogue: Catalogue) -> Site:
    return Site(
        name=name,
        servers=file.servers.count if file.servers else 0,
        nic=_port(file.servers.nic, file.servers.nic.delay) if file.servers else None,
        fabric=_fabric(file.fabric),
        optical=_optical(file.optical, catalogue) if file.optical else None,
        transceivers=file.transceivers.count if file.transceivers else 0,
        line=_line(file.transceivers, catalogue) if file.transceivers else None,
        location=(file.location.latitude, file.location.longitude) if file.location else None,
        transceiver=file.transceivers.mode if file.transceivers else None,
    )


def _fabric(file: FabricFile) -> SiteFabric:
    uplink = _port(file.uplink, file.uplink.delay) if file.uplink else None
    return SiteFabric(file.kind, file.leaves, file.spines, uplink)


def _fibre(file: TopologyFile, document: Document, name: str, fibre: FibreFile) -> FibrePair:
    spans_km = resolve_optics.spans_of(fibre, document, name)
    length_km, source = (sum(spans_km), "stated") if spans_km else _length(file, document, name, fibre)
    automatic = fibre.amplifiers == AUTOMATIC
    amplifiers = rules.automatic_amplifiers(length_km) if automatic else fibre.amplifiers
    return FibrePair(
        name=name,
        sites=(fibre.between[0], fibre.between[1]),
        length_km=length_km,
        kind=fibre.type,
        delay_s_per_km=resolve_optics.fibre_type(file, document, name).delay_s_per_km,
        amplifiers=len(spans_km) - 1 if spans_km else amplifiers,
        length_source=source,
        spans_km=spans_km,
        loss_db_per_km=fibre.loss,
        connector_db=fibre.connectors or 0.0,
        shared_risks=tuple(fibre.shared_risk or ()),
    )


def _length(file: TopologyFile, document: Document, name: str, fibre: FibreFile) -> tuple[float, str]:
    """(length in km, where it came from)."""
    if fibre.length != GREAT_CIRCLE:
        return fibre.length, "stated"
    places = []
    for site in fibre.between:
        location = file.sites[site].location
        if location is None:
            found = f"found no length, and the site {site!r} has no location to work it out from"
            raise document.bad(("fibres", name), found, "", f"add 'length: 80 km', or sites.{site}.location")
        places.append((location.latitude, location.longitude))
    # Whole metres: nobody knows a route better, and the numbers stay readable.
    length_km = round(rules.great_circle_km(places[0], places[1]) * file.route_factor, 3)
    if length_km == 0:
        raise document.bad(("fibres", name), "found two sites in one place, and no length", "", "add 'length: 1 km'")
    return length_km, f"great circle x {file.route_factor:g}"


def _link(name: str, link: LinkFile) -> PacketLink:
    return PacketLink(name, (link.between[0], link.between[1]), _port(link, link.delay), link.loss)
