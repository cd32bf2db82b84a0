"""The shape of a topology file. ``topologies/three-sites.yaml`` shows it with comments."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from twin.spec.base import Delay, Model, Name, Pair, Rate, shorthand
from twin.spec.catalogue_file import CatalogueFile, Entry, Length, Loss
from twin.spec.optics_file import LightpathFile, OpticsFile
from twin.spec.quantity import Count, Depth, DepthRule, Quantity

#: Stand for the words ``great-circle`` and ``automatic``.
GREAT_CIRCLE: Final = 0.0
AUTOMATIC: Final = -1


class QueueFile(Model):
    """The queue before a transmitter, and the depth above which it marks packets (ECN)."""

    queue: Annotated[Depth, DepthRule("automatic")] = Depth("automatic")
    ecn: Annotated[Depth, DepthRule("never")] = Depth("never")


class PortFile(QueueFile):
    """A transmitter: its rate and its queue."""

    rate: Rate = Field(examples=["400 Gb/s"])


class NicFile(PortFile):
    """A server's NIC; ``delay`` is the one-way delay of its cable."""

    delay: Delay = 0.0


NicOrRate = Annotated[NicFile, shorthand("rate")]


class ServersFile(Model):
    """A site's servers, one NIC each."""

    count: int = Field(ge=0, examples=["2"])
    nic: NicOrRate = Field(examples=["400 Gb/s"])


class FabricFile(Model):
    """How servers reach the border: over the border switch itself, or over leaves and spines."""

    kind: Literal["switch", "leaf-spine"] = Field(examples=["leaf-spine"])
    leaves: int = Field(default=0, ge=0)
    spines: int = Field(default=0, ge=0)
    uplink: NicOrRate | None = None


class OpticalFile(Model):
    """The optical switch of a site; ``delay`` is its own transit delay, ``technology`` a switch of the catalogue.
    ``degrees``, where given, names the fibres that end at it."""

    kind: Literal["roadm", "ocs"] = Field(examples=["roadm"])
    delay: Delay = 0.0
    technology: Entry | None = None
    degrees: list[Name] | None = None


class TransceiversFile(QueueFile):
    """The transceivers on the border's line ports: by the wavelength's ``rate``, or by ``mode``, a transceiver of the
    catalogue, whose light is then looked at. ``delay`` is what one takes to receive (signal processing, error
    correction)."""

    count: int = Field(ge=0, examples=["2"])
    rate: Rate | None = None
    mode: Entry | None = None
    delay: Delay = 0.0


class LocationFile(Model):
    """A place on the Earth, degrees; north and east count up."""

    latitude: float = Field(ge=-90, le=90, examples=["35.68"])
    longitude: float = Field(ge=-180, le=180, examples=["139.77"])


class SiteFile(Model):
    """One site. Everything may be absent: a site can be a place that light only passes."""

    location: LocationFile | None = None
    servers: ServersFile | None = None
    fabric: Annotated[FabricFile, shorthand("kind")] = FabricFile(kind="switch")
    optical: Annotated[OpticalFile, shorthand("kind")] | None = None
    transceivers: TransceiversFile | None = None


class FibreFile(Model):
    """A fibre pair; ``type`` is a fibre of the catalogue. Without a length it takes the great circle between the sites
    times the route factor."""

    between: Pair = Field(examples=["[tokyo, osaka]"])
    length: Annotated[float, Quantity("length", 1e-3, 40_000.0, {"great-circle": GREAT_CIRCLE})] = GREAT_CIRCLE
    type: Entry = "G.652"
    amplifiers: Annotated[int, Count(0, 1000, {"automatic": AUTOMATIC})] = AUTOMATIC
    spans: list[Length] | None = None
    loss: Annotated[float, Quantity("attenuation", 0.01, 10.0)] | None = None
    connectors: Loss | None = None
    shared_risk: list[Name] | None = None


class LinkFile(PortFile):
    """A leased packet link between two borders; ``delay`` is one way, ``loss`` a share of the frames."""

    between: Pair = Field(examples=["[tokyo, osaka]"])
    delay: Delay = Field(examples=["7.5 ms"])
    loss: Annotated[float, Quantity("ratio", 0.0, 1.0)] = 0.0


class GnpyFile(Model):
    """A GNPy network, and the equipment library with its transceivers and amplifiers."""

    network: str = Field(examples=["network.json"])
    equipment: str | None = None


class ImportFile(Model):
    """Sites and fibres from a library of reference plants, or from GNPy's files; every site is made like ``site``."""

    topohub: str | None = None
    gnpy: GnpyFile | None = None
    site: SiteFile = SiteFile()


class TopologyFile(Model):
    """A whole topology file."""

    name: Name = Field(examples=["three-sites"])
    mtu: int = Field(default=9000, ge=576, le=65535)
    route_factor: float = Field(default=1.3, ge=1, le=10)
    notes: list[str] = Field(default=[])
    import_: ImportFile | None = Field(default=None, alias="import")
    sites: dict[Name, SiteFile] = Field(default={}, examples=["tokyo: {servers: {count: 2, nic: 400 Gb/s}}"])
    fibres: dict[Name, FibreFile] = Field(default={})
    links: dict[Name, LinkFile] = Field(default={})
    optics: OpticsFile | None = None
    catalogue: CatalogueFile | None = None
    lightpaths: dict[Name, LightpathFile] | None = None
