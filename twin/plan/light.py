"""The light of a plan: what the lines do to a carrier, and the lightpaths that were asked for. Frozen; standard
library only. ``twin/optics`` works it out on the host, ``twin/physics`` reads it on the lab side.

One *line* is one direction of a fibre with its amplifiers, from the ROADM it leaves to the ROADM it enters::

    ROADM --[booster 1]== span ==[2]== span ==[3]== span ==[preamplifier 4]-- ROADM
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from twin.plan.catalogue import TransceiverType


@dataclass(frozen=True)
class Noise:
    """What one line adds to a carrier, as noise over signal in the carrier's own bandwidth (linear, not dB): each
    amplifier's spontaneous emission (ASE), in order, and each span's nonlinear interference (NLI)."""

    ase: tuple[float, ...]
    nli: tuple[float, ...]

    @cached_property
    def total(self) -> tuple[float, float]:
        """(ASE, NLI) of the whole line where nothing is wrong."""
        return sum(self.ase), sum(self.nli)


@dataclass(frozen=True)
class Line:
    """One direction of ``fibre``. ``noise`` is by the carrier's name. ``launch_dbm`` is a channel's power at the start
    of the first span, ``received_dbm`` at the end of the last. ``amplifiers`` are named FIBRE.NUMBER, counted from the
    fibre's first site in both directions, so that a name is a place with one amplifier for each direction.
    ``levels_dbm`` is a channel's power into and out of each of them; ``sent_dbm`` that of a transmitter at the line's
    start, ``dropped_dbm`` that of a receiver at its end (None: not known). ``pmd_ps`` and ``pdl_db`` are those of the
    line with the ROADM that it leaves, ``drop_pmd_ps`` and ``drop_pdl_db`` those of the ROADM that drops light at its
    end; squares add up along a route."""

    fibre: str
    source: str
    target: str
    spans_km: tuple[float, ...]
    amplifiers: tuple[str, ...]
    dispersion_ps_nm: float
    launch_dbm: float
    received_dbm: float
    noise: dict[str, Noise]
    levels_dbm: tuple[tuple[float, float], ...] = ()
    sent_dbm: float | None = None
    dropped_dbm: float | None = None
    pmd_ps: float = 0.0
    pdl_db: float = 0.0
    drop_pmd_ps: float = 0.0
    drop_pdl_db: float = 0.0


@dataclass(frozen=True)
class Lightpath:
    """A route that closes. ``sites`` are all sites passed; ``channel`` counts from 1, and 0 stands for whole fibres.
    Quality is that of the direction with less margin; ``gsnr_db`` and ``osnr_db`` are dB in 0.1 nm."""

    name: str
    sites: tuple[str, ...]
    fibres: tuple[str, ...]
    transceiver: str
    mode: str
    rate_bps: float
    channel: int
    frequency_hz: float
    length_km: float
    delay_s: float
    gsnr_db: float
    osnr_db: float
    dispersion_ps_nm: float
    margin_db: float
    power_dbm: float
    pmd_ps: float = 0.0
    pdl_db: float = 0.0


@dataclass(frozen=True)
class Refusal:
    """A lightpath that cannot be: why, and the nearest thing that would work (empty: nothing was found)."""

    name: str
    sites: tuple[str, str]
    reason: str
    remedy: str


@dataclass(frozen=True)
class Light:
    """``add_drop_db`` is the OSNR that adding and dropping together leave, ``margin_db`` what a lightpath must have
    over its mode's need, ``lock_s`` what a receiver takes to lock after light returns. ``low_hz`` is the band's lower
    edge; ``channels`` how many it holds in a run, by carrier: there each is as wide as the plant's widest mode, so that
    no two overlap whatever they carry. ``shared_risks`` is which fibres fail together, by group. ``power_w`` is what
    the whole plant draws (None: the catalogue lacks a part's)."""

    line_system: str
    margin_db: float
    lock_s: float
    add_drop_db: float
    low_hz: float
    transceivers: tuple[TransceiverType, ...]
    channels: dict[str, int]
    lines: tuple[Line, ...]
    shared_risks: dict[str, tuple[str, ...]]
    lightpaths: tuple[Lightpath, ...]
    refusals: tuple[Refusal, ...]
    power_w: float | None = None

    def dark(self, cuts: Collection[str]) -> frozenset[str]:
        """The fibres that pass no light while those of ``cuts`` are cut: they, and all that share a risk with one."""
        groups = [group for group in self.shared_risks.values() if not set(group).isdisjoint(cuts)]
        return frozenset(cuts).union(*groups)
