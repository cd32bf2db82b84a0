"""The shape of a catalogue: the data files in ``twin/optics/catalogue``, and a user's own beside a topology."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field

from twin.spec.base import Model, Rate
from twin.spec.document import show
from twin.spec.quantity import Quantity, problem


def _entry(value: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,39}", value) is None:
        raise problem(f"found {show(value)}", "letters, digits, '_', '.', '+' and '-', 40 characters at most")
    return value


def _band(value: list[float]) -> list[float]:
    if len(value) != 2 or value[0] >= value[1]:
        raise problem("found a band that is not two rising frequencies", "as in [191.3125 THz, 195.1375 THz]")
    return value


def _points(value: list[list[float]]) -> list[list[float]]:
    rising = all(a[0] < b[0] for a, b in pairwise(value) if a and b)
    if not all(len(point) == 2 and point[0] > 0 and point[1] >= 0 for point in value) or not rising:
        allowed = "[value, penalty in dB] with rising values, as in [[4000, 0], [12000, 0.5]]"
        raise problem("found points that do not rise", allowed)
    return value


def _dispersion(value: float) -> float:
    if not 0 < abs(value) <= 1000:
        raise problem(f"found {value:g}", "-1000 to 1000 ps/nm/km but for 0, where GNPy's fibre model breaks")
    return value


#: Delay of light in vacuum, s/km, rounded down: nothing is quicker.
VACUUM_S_PER_KM: Final = 3.3356e-6
#: The name of a catalogue's entry.
Entry = Annotated[str, AfterValidator(_entry)]
Level = Annotated[float, Quantity("level", -50.0, 100.0)]
#: A loss, or a margin: 0 dB or more.
Loss = Annotated[float, Quantity("level", 0.0, 100.0)]
Watts = Annotated[float, Quantity("power", 0.0, 1e6)]
Length = Annotated[float, Quantity("length", 1e-4, 40_000.0)]
Frequency = Annotated[float, Quantity("frequency", 1e6, 1e15)]
Sources = dict[str, str]
#: Points of a penalty: of ps/nm (dispersion), ps (PMD) or dB (PDL), and the penalty in dB.
Points = Annotated[list[list[float]], AfterValidator(_points)]


def _modes(value: dict[str, ModeFile]) -> dict[str, ModeFile]:
    if not value:
        raise problem("found no mode", "1 mode or more")
    for name, mode in value.items():
        width_hz = mode.baud * (1 + mode.roll_off)
        if width_hz > mode.slot:
            found = f"found {name!r}, which is {width_hz / 1e9:g} GHz wide (baud and roll-off)"
            raise problem(found, f"{mode.slot / 1e9:g} GHz or less, its slot")
    return value


class ModeFile(Model):
    """One way to send; ``bits`` per symbol count both polarisations, OSNR is in 0.1 nm."""

    rate: Rate = Field(examples=["400 Gb/s"])
    baud: Annotated[float, Quantity("symbol rate", 1e9, 1e12)] = Field(examples=["63.1 GBd"])
    bits: int = Field(ge=1, le=16, examples=["8"])
    slot: Frequency = Field(examples=["87.5 GHz"])
    roll_off: float = Field(ge=0, le=1, examples=["0.15"])
    osnr: Level = Field(examples=["24 dB"])
    tx_osnr: Level = Field(examples=["36 dB"])
    dispersion: Points = Field(default=[])
    pmd: Points = Field(default=[])
    pdl: Points = Field(default=[])


class TransceiverTypeFile(Model):
    """A coherent transceiver and its modes."""

    reach: Length | None = None
    power: Watts | None = None
    price: str | None = None
    modes: Annotated[dict[Entry, ModeFile], AfterValidator(_modes)] = Field(examples=["400G: {rate: 400 Gb/s, ...}"])
    sources: Sources = Field(default={})


class SiteLinkFile(Model):
    """A link within a site; ``power`` is of one end."""

    rate: Rate = Field(examples=["800 Gb/s"])
    reach: Length = Field(examples=["500 m"])
    power: Watts | None = None
    price: str | None = None
    sources: Sources = Field(default={})


class SwitchTypeFile(Model):
    """A switch by technology; without a switching time it switches packets. ``loss`` is what light loses in an optical
    circuit switch."""

    ports: int = Field(ge=1, examples=["320"])
    switching: Annotated[float, Quantity("time", 0.0, 3600.0)] | None = None
    loss: Annotated[float, Quantity("level", 0.0, 30.0)] | None = None
    power: Watts | None = None
    price: str | None = None
    sources: Sources = Field(default={})


class FibreTypeFile(Model):
    """A type of fibre: its one-way ``delay``, ``dispersion`` in ps/nm/km, ``effective_area`` in square micrometres
    (GNPy's fibre model breaks above 2,000), ``pmd`` in ps/sqrt(km)."""

    delay: Annotated[float, Quantity("slowness", VACUUM_S_PER_KM, 10e-6)] = Field(examples=["4.8967 us/km"])
    loss: Annotated[float, Quantity("attenuation", 0.01, 10.0)] = Field(examples=["0.2 dB/km"])
    dispersion: Annotated[float, AfterValidator(_dispersion)] = Field(examples=["16.7"])
    effective_area: float = Field(gt=0, le=2000, examples=["83"])
    pmd: float = Field(default=0.04, ge=0, le=10)
    sources: Sources = Field(default={})


class LineSystemFile(Model):
    """Amplifiers and ROADMs: a library of GNPy by its name or as it is, and the edges of the band that is filled."""

    equipment: str | dict[str, Any] = Field(examples=["eqpt_config.json"])
    band: Annotated[list[Frequency], AfterValidator(_band)] = Field(examples=["[191.3125 THz, 195.1375 THz]"])
    power: Annotated[float, Quantity("carrier power", -30.0, 30.0)] = Field(examples=["0 dBm"])
    span: Length = 150.0
    span_loss: Loss = 28.0
    amplifier_power: Watts | None = None
    degree_power: Watts | None = None
    amplifier_price: str | None = None
    degree_price: str | None = None
    sources: Sources = Field(default={})


class CatalogueFile(Model):
    """A whole catalogue. An entry of a user's replaces the built-in one of its name."""

    transceivers: dict[Entry, TransceiverTypeFile] = Field(default={})
    site_links: dict[Entry, SiteLinkFile] = Field(default={})
    switches: dict[Entry, SwitchTypeFile] = Field(default={})
    fibres: dict[Entry, FibreTypeFile] = Field(default={})
    line_systems: dict[Entry, LineSystemFile] = Field(default={})
