"""What exists, with all units resolved: the input of the plan.

``twin/spec`` fills these values from a topology file; ``twin/plan/build.py`` turns them into a ``Plan``. Nothing here
knows of YAML, of switches' ports or of addresses.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from twin.plan.catalogue import Catalogue

#: Delay of G.652 fibre, one way, s/km: n = 1.468, GNPy 3.0.1's default.
G652_DELAY_S_PER_KM = 4.8967e-6
#: One amplifier every so many km, GNPy's default span.
SPAN_KM = 80.0
#: Delay of one EDFA site, s: the middle of the 0.1-0.15 us of vendors' latency guides.
AMPLIFIER_DELAY_S = 0.125e-6


@dataclass(frozen=True)
class Port:
    """What one end of a link can do. ``queue_bytes`` is the drop-tail queue in front of the transmitter;
    ``ecn_bytes`` marks above that depth (None: never); ``queue_bytes`` None lets the plan choose."""

    rate_bps: float
    queue_bytes: int | None = None
    ecn_bytes: int | None = None
    delay_s: float = 0.0


@dataclass(frozen=True)
class SiteFabric:
    """How a site's servers reach its border: ``switch`` (the border itself) or ``leaf-spine``."""

    kind: str = "switch"
    leaves: int = 0
    spines: int = 0
    uplink: Port | None = None


@dataclass(frozen=True)
class Optical:
    """The site's optical switch: ``roadm`` or ``ocs``; ``delay_s`` is its own transit delay, one way. ``technology``
    names a switch of the catalogue, and ``switching_s`` is the time in which a changed cross-connect is dark."""

    kind: str = "roadm"
    delay_s: float = 0.0
    technology: str | None = None
    switching_s: float = 0.0


@dataclass(frozen=True)
class Site:
    """One place. ``location`` is (latitude, longitude) in degrees. ``servers`` servers with one NIC each, and
    ``transceivers`` transceivers of rate ``line.rate_bps`` on the border switch's line ports."""

    name: str
    servers: int
    nic: Port | None
    fabric: SiteFabric
    optical: Optical | None
    transceivers: int
    line: Port | None
    location: tuple[float, float] | None = None
    transceiver: str | None = None


@dataclass(frozen=True)
class FibrePair:
    """A pair of fibres between two sites' optical switches, one for each direction.

    ``length_source`` says where the length came from (``stated``, or ``great circle x 1.3``). ``spans_km`` are the
    spans from the first site (empty: equal ones). ``loss_db_per_km`` None: that of the fibre's type. Each span has a
    connector of ``connector_db`` at both ends. Fibres of one group of ``shared_risks`` fail together."""

    name: str
    sites: tuple[str, str]
    length_km: float
    kind: str = "G.652"
    delay_s_per_km: float = G652_DELAY_S_PER_KM
    amplifiers: int = 0
    amplifier_delay_s: float = AMPLIFIER_DELAY_S
    length_source: str = "stated"
    spans_km: tuple[float, ...] = ()
    loss_db_per_km: float | None = None
    connector_db: float = 0.0
    shared_risks: tuple[str, ...] = ()


@dataclass(frozen=True)
class PacketLink:
    """A leased packet link between two sites' border switches (the Internet, an Ethernet service): no optics to
    switch, but a rate, a one-way delay and perhaps random loss per direction."""

    name: str
    sites: tuple[str, str]
    port: Port
    loss: float = 0.0


@dataclass(frozen=True)
class Optics:
    """How light is looked at. ``margin_db`` is what a lightpath must have over its mode's need, ``lock_s`` the time a
    receiver takes to lock after light returns, ``design`` the type of transceiver whose channels the amplifiers are
    set for."""

    line_system: str
    margin_db: float
    lock_s: float
    design: str


@dataclass(frozen=True)
class LightpathOrder:
    """A lightpath that is asked for. ``fibres`` empty: the quickest route; ``mode`` None: the best that closes;
    ``channel`` None: the first that is free. ``automatic``: nobody wrote it; a topology without orders gets one for
    each fibre."""

    name: str
    sites: tuple[str, str]
    fibres: tuple[str, ...] = ()
    mode: str | None = None
    channel: int | None = None
    automatic: bool = False


@dataclass(frozen=True)
class Topology:
    """Everything that exists, in the order of the file."""

    name: str
    sites: tuple[Site, ...]
    fibres: tuple[FibrePair, ...] = ()
    links: tuple[PacketLink, ...] = ()
    mtu: int = 9000
    notes: tuple[str, ...] = field(default=())
    optics: Optics | None = None
    catalogue: Catalogue = field(default_factory=Catalogue)
    lightpaths: tuple[LightpathOrder, ...] = ()
