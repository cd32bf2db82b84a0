"""Catalogues: the built-in one, and what a topology adds to it (``catalogue: my.yaml``, or the entries themselves)."""

from __future__ import annotations

import functools
import importlib.resources
from pathlib import Path
from typing import Final

from twin.plan.catalogue import (
    Catalogue,
    FibreType,
    LineSystem,
    Mode,
    SiteLink,
    SwitchType,
    TransceiverType,
)
from twin.spec.catalogue_file import CatalogueFile, LineSystemFile, ModeFile, TransceiverTypeFile
from twin.spec.document import Document, parse, read
from twin.spec.problems import validate

FILES: Final = ("transceivers.yaml", "site_links.yaml", "switches.yaml", "lines.yaml")


def expand(document: Document) -> None:
    """Put the file that ``catalogue:`` names into ``document``, with its own lines. Raises ``BadInput``."""
    name = document.data.get("catalogue")
    if not isinstance(name, str):
        return
    path = Path(document.source).parent / name
    if not path.is_file():
        found = f"found {name!r}, but there is no file {path}"
        raise document.bad(("catalogue",), found, "", "the path counts from the topology file's folder")
    other = read(path)
    document.data["catalogue"] = other.data
    document.marks.update({("catalogue", *mark): where for mark, where in other.marks.items()})


@functools.cache
def built_in() -> Catalogue:
    """The catalogue that ships."""
    found = Catalogue()
    for name in FILES:
        file = importlib.resources.files("twin.optics") / "catalogue" / name
        document = parse(f"twin/optics/catalogue/{name}", file.read_text(encoding="utf-8"))
        found = merged(found, resolve(validate(CatalogueFile, document)))
    return found


def merged(below: Catalogue, above: Catalogue) -> Catalogue:
    """Both, where ``above`` wins."""
    return Catalogue(
        transceivers={**below.transceivers, **above.transceivers},
        site_links={**below.site_links, **above.site_links},
        switches={**below.switches, **above.switches},
        fibres={**below.fibres, **above.fibres},
        line_systems={**below.line_systems, **above.line_systems},
    )


def resolve(file: CatalogueFile) -> Catalogue:
    """The checked file's entries."""
    return Catalogue(
        transceivers={name: _transceiver(name, entry) for name, entry in file.transceivers.items()},
        site_links={
            name: SiteLink(name, entry.rate, entry.reach, entry.power, entry.price, entry.sources)
            for name, entry in file.site_links.items()
        },
        switches={
            name: SwitchType(name, entry.ports, entry.switching, entry.power, entry.price, entry.sources, entry.loss)
            for name, entry in file.switches.items()
        },
        fibres={
            name: FibreType(
                name, entry.delay, entry.loss, entry.dispersion, entry.effective_area, entry.pmd, entry.sources
            )
            for name, entry in file.fibres.items()
        },
        line_systems={name: _line_system(name, entry) for name, entry in file.line_systems.items()},
    )


def _transceiver(name: str, entry: TransceiverTypeFile) -> TransceiverType:
    modes = [_mode(mode, values) for mode, values in entry.modes.items()]
    modes.sort(key=lambda mode: -mode.rate_bps)
    return TransceiverType(name, tuple(modes), entry.reach, entry.power, entry.price, entry.sources)


def _mode(name: str, entry: ModeFile) -> Mode:
    dispersion, pmd, pdl = (
        tuple((point[0], point[1]) for point in points) for points in (entry.dispersion, entry.pmd, entry.pdl)
    )
    numbers = (entry.rate, entry.baud, entry.bits, entry.slot, entry.roll_off, entry.osnr, entry.tx_osnr)
    return Mode(name, *numbers, dispersion, pmd, pdl)


def _line_system(name: str, entry: LineSystemFile) -> LineSystem:
    return LineSystem(
        name=name,
        equipment=entry.equipment,
        low_hz=entry.band[0],
        high_hz=entry.band[1],
        power_dbm=entry.power,
        span_km=entry.span,
        span_db=entry.span_loss,
        amplifier_w=entry.amplifier_power,
        roadm_degree_w=entry.degree_power,
        amplifier_price=entry.amplifier_price,
        roadm_degree_price=entry.degree_price,
        sources=entry.sources,
    )
