"""The optical part of a topology file: catalogue, spans, degrees, technologies, lightpaths; all names checked."""

from __future__ import annotations

import importlib.resources
import re
from dataclasses import replace

from twin.plan.catalogue import Catalogue, FibreType
from twin.plan.topology import FibrePair, LightpathOrder, Optics, Topology
from twin.spec import catalogue as catalogues
from twin.spec.document import Document, Path_, nearest
from twin.spec.optics_file import OpticsFile
from twin.spec.resolve_lightpaths import LightpathReader
from twin.spec.topology_file import AUTOMATIC, GREAT_CIRCLE, FibreFile, OpticalFile, SiteFile, TopologyFile
from twin.units import show_length

#: Lengths of spans may differ from the stated length by rounding, km.
_ROUNDING_KM = 1e-6


def catalogue_of(file: TopologyFile) -> Catalogue:
    """The built-in catalogue and the file's own entries; empty where nothing of the file refers to one."""
    sites = file.sites.values()
    named = any(site.transceivers and site.transceivers.mode for site in sites)
    named = named or any(site.optical and site.optical.technology for site in sites)
    if not (named or file.optics or file.catalogue):
        return Catalogue()
    own = catalogues.resolve(file.catalogue) if file.catalogue else Catalogue()
    return catalogues.merged(catalogues.built_in(), own)


def fibre_type(file: TopologyFile, document: Document, name: str) -> FibreType:
    """The type of the fibre ``name``, of the file's own entries or the built-in ones. Raises ``BadInput``."""
    own = catalogues.resolve(file.catalogue).fibres if file.catalogue else {}
    known, wanted = {**catalogues.built_in().fibres, **own}, file.fibres[name].type
    if wanted not in known:
        found = f"found the unknown fibre type {wanted!r}"
        raise document.bad(("fibres", name, "type"), found, ", ".join(known), nearest(wanted, list(known)))
    return known[wanted]


def check_sites(file: TopologyFile, document: Document, catalogue: Catalogue) -> None:
    """Transceivers by rate or mode, technologies, ports and degrees. Raises ``BadInput``."""
    modes = {name for name, site in file.sites.items() if site.transceivers and site.transceivers.mode}
    for name, site in file.sites.items():
        if site.transceivers is not None:
            _check_transceivers(document, name, site, catalogue, modes)
        if site.optical is not None:
            _check_optical(document, name, site, site.optical, catalogue, file)
    for key in ("optics", "lightpaths"):
        if getattr(file, key) is not None and not modes:
            found = f"found {key}, but no transceivers by mode"
            raise document.bad((key,), found, "", "give sites' transceivers a mode, as in 'mode: 400ZR'")


def _check_transceivers(document: Document, name: str, site: SiteFile, catalogue: Catalogue, modes: set[str]) -> None:
    assert site.transceivers is not None
    path: Path_ = ("sites", name, "transceivers")
    rate, mode = site.transceivers.rate, site.transceivers.mode
    if rate is None and mode is None:
        raise document.bad(path, "the key 'rate' is missing", "", "add it, as in 'rate: 400 Gb/s', or 'mode: 400ZR'")
    if rate is not None and mode is not None:
        raise document.bad((*path, "rate"), "found a rate and a mode", "one of them", "the mode sets the rate")
    if mode is None and modes:
        found = f"found a rate, where sites.{min(modes)} has a mode"
        raise document.bad((*path, "rate"), found, "a mode at every site or at none", "as in 'mode: 400ZR'")
    if mode is not None and mode not in catalogue.transceivers:
        known = list(catalogue.transceivers)
        raise document.bad((*path, "mode"), f"found the unknown mode {mode!r}", ", ".join(known), nearest(mode, known))


def _check_optical(
    document: Document, name: str, site: SiteFile, optical: OpticalFile, catalogue: Catalogue, file: TopologyFile
) -> None:
    path: Path_ = ("sites", name, "optical")
    fibres = [fibre for fibre, join in file.fibres.items() if name in join.between]
    for i, degree in enumerate(optical.degrees or ()):
        if degree not in fibres:
            found = f"found the degree {degree!r}, but no fibre of that name ends at {name!r}"
            remedy = nearest(degree, fibres) or f"leave it out, or add a fibre that ends at {name!r}"
            raise document.bad((*path, "degrees", i), found, ", ".join(fibres), remedy)
    for fibre in fibres:
        if optical.degrees is not None and fibre not in optical.degrees:
            found = f"found no degree for the fibre {fibre!r}, which ends at {name!r}"
            raise document.bad((*path, "degrees"), found, "", f"add {fibre!r}, or leave 'degrees' out")
    if optical.technology is None:
        return
    known = [entry.name for entry in catalogue.switches.values() if entry.switching_s is not None]
    if optical.technology not in known:
        found = f"found {optical.technology!r}, which is not an optical switch of the catalogue"
        raise document.bad((*path, "technology"), found, ", ".join(known), nearest(optical.technology, known))
    count = len(fibres) + (site.transceivers.count if site.transceivers else 0)
    ports = catalogue.switches[optical.technology].ports
    if count > ports:
        found = f"found {count} fibres and transceivers at a {optical.technology} switch"
        raise document.bad((*path, "technology"), found, f"{ports} or fewer, its ports")


def gnpy_libraries() -> list[str]:
    """The equipment libraries that GNPy brings. Its folder is looked at, and nothing of it imported."""
    folder = importlib.resources.files("gnpy") / "example-data"
    return sorted(item.name for item in folder.iterdir() if re.fullmatch(r"eqpt_config.*\.json", item.name))


def spans_of(fibre: FibreFile, document: Document, name: str) -> tuple[float, ...]:
    """The stated spans in km; empty where none are. Raises ``BadInput`` for a length or amplifiers that differ."""
    if fibre.spans is None:
        return ()
    path: Path_ = ("fibres", name, "spans")
    if not fibre.spans:
        raise document.bad(path, "found no span", "1 span or more", "or leave 'spans' out")
    total = sum(fibre.spans)
    if fibre.length != GREAT_CIRCLE and abs(total - fibre.length) > _ROUNDING_KM:
        found = f"found spans of {show_length(total)} in a fibre of {show_length(fibre.length)}"
        raise document.bad(path, found, "spans that add up to the length", "or leave 'length' out")
    if fibre.amplifiers not in (AUTOMATIC, len(fibre.spans) - 1):
        found = f"found {len(fibre.spans)} spans with {fibre.amplifiers} amplifiers"
        raise document.bad(path, found, "one amplifier between every two spans", "leave 'amplifiers' out")
    return tuple(fibre.spans)


def with_light(topology: Topology, file: TopologyFile, document: Document, catalogue: Catalogue) -> Topology:
    """``topology`` with its optics and lightpaths, where its transceivers are of the catalogue. Raises ``BadInput``."""
    types = [site.transceiver for site in topology.sites if site.transceiver]
    if not types:
        return replace(topology, catalogue=catalogue)
    optics = _optics(file.optics or OpticsFile(), document, catalogue, types)
    system = catalogue.line_systems[optics.line_system]
    for mode in (mode for name in types for mode in catalogue.transceivers[name].modes):
        if system.channels(mode.slot_hz) < 1:
            found = f"found line system {system.name!r}, whose band holds no channel of {mode.slot_hz / 1e9:g} GHz"
            raise document.bad(("optics",), found, "", f"mode {mode.name} needs a wider one")
    for fibre in topology.fibres:
        _check_spans(document, fibre, catalogue, optics)
    reader = LightpathReader(replace(topology, optics=optics, catalogue=catalogue), document)
    orders = [section for name in file.lightpaths or {} for section in reader.read(name, file.lightpaths or {})]
    if file.lightpaths is None:
        joined = [fibre for fibre in topology.fibres if _can_be_lit(topology, fibre)]
        orders = [LightpathOrder(fibre.name, fibre.sites, (fibre.name,), automatic=True) for fibre in joined]
    notes = (*topology.notes, *reader.notes)
    return replace(topology, optics=optics, catalogue=catalogue, lightpaths=tuple(orders), notes=notes)


def _can_be_lit(topology: Topology, fibre: FibrePair) -> bool:
    """Whether transceivers of one type, behind switches of one kind, are at both ends."""
    a, b = (site for name in fibre.sites for site in topology.sites if site.name == name)
    one_kind = a.optical is not None and b.optical is not None and a.optical.kind == b.optical.kind
    return one_kind and a.transceiver == b.transceiver and bool(a.transceivers and b.transceivers)


def _optics(file: OpticsFile, document: Document, catalogue: Catalogue, types: list[str]) -> Optics:
    known = list(catalogue.line_systems)
    if file.line_system not in known:
        found = f"found the unknown line system {file.line_system!r}"
        raise document.bad(("optics", "line_system"), found, ", ".join(known), nearest(file.line_system, known))
    equipment = catalogue.line_systems[file.line_system].equipment
    if isinstance(equipment, str) and equipment not in gnpy_libraries():
        found = f"found {equipment!r}, which is not a library of GNPy's"
        remedy = "or import one of your own: 'import: {gnpy: {network: ..., equipment: ...}}'"
        path: Path_ = ("catalogue", "line_systems", file.line_system, "equipment")
        raise document.bad(path, found, ", ".join(gnpy_libraries()), remedy)
    if file.design is not None and file.design not in types:
        found = f"found {file.design!r}, which no site has"
        raise document.bad(("optics", "design"), found, ", ".join(dict.fromkeys(types)))
    return Optics(file.line_system, file.margin, file.lock, file.design or types[0])


def _check_spans(document: Document, fibre: FibrePair, catalogue: Catalogue, optics: Optics) -> None:
    """Every span must be one that an amplifier can make up for."""
    system = catalogue.line_systems[optics.line_system]
    loss = catalogue.fibres[fibre.kind].loss_db_per_km if fibre.loss_db_per_km is None else fibre.loss_db_per_km
    spans = fibre.spans_km or (fibre.length_km / (fibre.amplifiers + 1),)
    longest_km = max(spans)
    loss_db = longest_km * loss + 2 * fibre.connector_db
    if longest_km > system.span_km or loss_db > system.span_db:
        found = f"found a span of {show_length(longest_km)} and {loss_db:.4g} dB without an amplifier"
        allowed = f"{show_length(system.span_km)} and {system.span_db:g} dB or less (line system {system.name})"
        key = "spans" if fibre.spans_km else "amplifiers"
        remedy = "write 'amplifiers: automatic', or more and shorter spans"
        raise document.bad(("fibres", fibre.name, key), found, allowed, remedy)
