"""The lines of a plant: each direction of each fibre, and what it adds to every carrier of the transceivers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from twin.optics import gnpy_json
from twin.optics.gnpy_adapter import DesignedPlant, library
from twin.plan.catalogue import Catalogue, FibreType, Mode, TransceiverType
from twin.plan.light import Line
from twin.plan.topology import FibrePair, Topology


@dataclass(frozen=True)
class Lines:
    """All lines, and the OSNR in dB that adding and dropping together leave."""

    lines: tuple[Line, ...]
    add_drop_db: float


def types_of(topology: Topology) -> list[TransceiverType]:
    """The plant's transceivers, each type once, in the order of the sites."""
    names = dict.fromkeys(site.transceiver for site in topology.sites if site.transceiver)
    return [topology.catalogue.transceivers[name] for name in names]


def equipment(topology: Topology) -> dict[str, Any]:
    """GNPy's equipment library for ``topology``, which must have optics. Raises ``BadInput``."""
    optics, catalogue = topology.optics, topology.catalogue
    assert optics is not None
    system = catalogue.line_systems[optics.line_system]
    design = catalogue.transceivers[optics.design].modes[0]
    fibres = _fibre_types(topology, catalogue)
    types = types_of(topology)
    return gnpy_json.equipment(library(system), system, design, optics.margin_db, fibres, types)


def survey(topology: Topology) -> Lines:
    """Design the plant and send every carrier over every line; no fibres, no lines. Raises ``BadInput`` for what GNPy
    refuses."""
    optics, catalogue = topology.optics, topology.catalogue
    assert optics is not None
    if not topology.fibres:
        return Lines((), 1000.0)
    system = catalogue.line_systems[optics.line_system]
    plant = DesignedPlant(gnpy_json.network(topology, catalogue), equipment(topology), system)
    carriers = {mode.carrier: mode for kind in types_of(topology) for mode in kind.modes}
    lines = tuple(
        _line(plant, fibre, ends, carriers)
        for fibre in topology.fibres
        for ends in (fibre.sites, (fibre.sites[1], fibre.sites[0]))
    )
    worst = [plant.add_drop_db(line.source, line.target, line.fibre) for line in lines]
    return Lines(lines, min(worst, default=1000.0))


def _line(plant: DesignedPlant, fibre: FibrePair, ends: tuple[str, str], carriers: dict[str, Mode]) -> Line:
    source, target = ends
    found = {name: plant.line(fibre.name, source, target, mode) for name, mode in carriers.items()}
    noise = {name: passage.noise for name, passage in found.items()}
    first = next(iter(found.values()))
    count = len(next(iter(noise.values())).ase)
    spans = gnpy_json.spans_km(fibre)
    numbers = range(1, count + 1) if source == fibre.sites[0] else range(count, 0, -1)
    return Line(
        fibre=fibre.name,
        source=source,
        target=target,
        spans_km=spans if source == fibre.sites[0] else spans[::-1],
        amplifiers=tuple(f"{fibre.name}.{number}" for number in numbers),
        dispersion_ps_nm=first.dispersion_ps_nm,
        launch_dbm=first.launch_dbm,
        received_dbm=first.received_dbm,
        noise=noise,
        levels_dbm=first.levels_dbm,
        sent_dbm=first.sent_dbm,
        dropped_dbm=first.dropped_dbm,
        pmd_ps=first.polarisation[0],
        pdl_db=first.polarisation[1],
        drop_pmd_ps=first.drop[0],
        drop_pdl_db=first.drop[1],
    )


def _fibre_types(topology: Topology, catalogue: Catalogue) -> list[FibreType]:
    return [catalogue.fibres[name] for name in dict.fromkeys(fibre.kind for fibre in topology.fibres)]
