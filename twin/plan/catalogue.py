"""What transceivers, switches, fibres and line systems can do: the catalogue's entries. Pure; standard library only.

The values come from the data files in ``twin/optics/catalogue`` and from the user's own; each entry carries the source
of each of its values. GSNR and OSNR are in dB in 0.1 nm (12.5 GHz), as GNPy prints them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Mode:
    """One way in which a coherent transceiver can send.

    ``bits_per_symbol`` counts both polarisations (DP-16QAM: 8). ``osnr_db`` is what the receiver needs, ``tx_osnr_db``
    what its transmitter gives. ``dispersion`` are points (ps/nm, penalty in dB), ascending; the penalty is
    interpolated and beyond the last point nothing is received; so are ``pmd`` (ps) and ``pdl`` (dB). ``slot_hz`` is
    the width of its channel."""

    name: str
    rate_bps: float
    baud_hz: float
    bits_per_symbol: int
    slot_hz: float
    roll_off: float
    osnr_db: float
    tx_osnr_db: float
    dispersion: tuple[tuple[float, float], ...] = ()
    pmd: tuple[tuple[float, float], ...] = ()
    pdl: tuple[tuple[float, float], ...] = ()

    @property
    def carrier(self) -> str:
        """What the line sees of it: modes of one carrier suffer alike. ``60.14 GBd in 75 GHz``."""
        return f"{self.baud_hz / 1e9:.2f} GBd in {self.slot_hz / 1e9:g} GHz"


@dataclass(frozen=True)
class TransceiverType:
    """A coherent transceiver; ``modes`` from the highest rate down. ``reach_km`` is what its standard or vendor
    promises (None: the light alone decides), ``power_w`` the most it draws, ``price`` text with a currency."""

    name: str
    modes: tuple[Mode, ...]
    reach_km: float | None = None
    power_w: float | None = None
    price: str | None = None
    sources: dict[str, str] = field(default_factory=dict)

    @property
    def rate_bps(self) -> float:
        """The highest rate."""
        return self.modes[0].rate_bps

    def reaches(self, length_km: float) -> bool:
        """Whether a route of that length is within the reach."""
        return self.reach_km is None or length_km <= self.reach_km


@dataclass(frozen=True)
class SiteLink:
    """A way to join two ports within a site: a pluggable, an engine beside the chip, a cable. ``power_w`` is of one
    end and ``rate_bps``."""

    name: str
    rate_bps: float
    reach_km: float
    power_w: float | None
    price: str | None = None
    sources: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SwitchType:
    """A switch by its technology; ``power_w`` is of the whole device with all its ``ports``. ``switching_s`` is the
    time in which light is dark when a cross-connect changes (None: a packet switch), ``loss_db`` what light loses in
    it (None: as much as a ROADM of the line system)."""

    name: str
    ports: int
    switching_s: float | None = None
    power_w: float | None = None
    price: str | None = None
    sources: dict[str, str] = field(default_factory=dict)
    loss_db: float | None = None


@dataclass(frozen=True)
class FibreType:
    """Glass, or the lack of it. ``delay_s_per_km`` is one way; ``effective_area_um2`` sets how nonlinear it is;
    ``pmd_ps_per_sqrt_km`` is its polarisation mode dispersion."""

    name: str
    delay_s_per_km: float
    loss_db_per_km: float
    dispersion_ps_nm_km: float
    effective_area_um2: float
    pmd_ps_per_sqrt_km: float = 0.04
    sources: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LineSystem:
    """Amplifiers and ROADMs. ``equipment`` is a file of GNPy's own library, or an imported one as it was read; the band
    is filled from its edge ``low_hz`` to ``high_hz``. ``power_dbm`` is what each channel's power at a span's start is
    designed from: the library's rules lower or raise it with the span's loss, and an amplifier gives no more than it
    can. ``amplifier_w`` is the power of one EDFA for one direction, ``roadm_degree_w`` of one degree. An amplifier
    makes up for a span of ``span_db`` and ``span_km`` at most."""

    name: str
    equipment: str | dict[str, Any]
    low_hz: float
    high_hz: float
    power_dbm: float
    span_km: float = 150.0
    span_db: float = 28.0
    amplifier_w: float | None = None
    roadm_degree_w: float | None = None
    sources: dict[str, str] = field(default_factory=dict)
    amplifier_price: str | None = None
    roadm_degree_price: str | None = None

    def channels(self, slot_hz: float) -> int:
        """How many channels of that width the band holds.

        >>> LineSystem("x", "", 191.3125e12, 195.1375e12, 0.0).channels(75e9)
        51
        """
        # A Hz more, so that rounding loses no channel.
        return int((self.high_hz - self.low_hz + 1) // slot_hz)

    def centre_hz(self, channel: int, slot_hz: float) -> float:
        """The centre frequency of a channel, counted from 1.

        >>> LineSystem("x", "", 191.3125e12, 195.1375e12, 0.0).centre_hz(51, 75e9) / 1e12
        195.1
        """
        return self.low_hz + (channel - 0.5) * slot_hz


@dataclass(frozen=True)
class Catalogue:
    """All entries by name."""

    transceivers: dict[str, TransceiverType] = field(default_factory=dict)
    site_links: dict[str, SiteLink] = field(default_factory=dict)
    switches: dict[str, SwitchType] = field(default_factory=dict)
    fibres: dict[str, FibreType] = field(default_factory=dict)
    line_systems: dict[str, LineSystem] = field(default_factory=dict)
