"""GSNR of a route from what its lines add. Pure; standard library only.

A ROADM levels each channel's *whole* power, noise and all. So when a channel arrives with noise over signal rho, the
signal that goes on is smaller by 1 + rho, and what the next line adds weighs that much more::

    1 + rho(route) = product over lines of (1 + rho(line))         rho in the carrier's bandwidth
    1 / GSNR = rho(route) x 12.5 GHz / baud + 1 / OSNR(transmitter) + 1 / OSNR(add and drop)

This is what GNPy's elements do one after the other; ``tests/unit/optics`` holds the two against each other.
Degradations act on one line: an amplifier that is worse by d dB, or a span before it with d dB more loss (the
amplifier makes up for it, so that its noise weighs more), multiplies that amplifier's ASE by 10^(d/10).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from twin.plan.catalogue import Mode
from twin.plan.light import Line

#: The bandwidth in which OSNR and GSNR are quoted: 0.1 nm at 1550 nm, Hz.
REFERENCE_HZ = 12.5e9


@dataclass(frozen=True)
class Quality:
    """Light at a receiver: GSNR and OSNR in dB in 0.1 nm, chromatic dispersion in ps/nm, polarisation mode dispersion
    and polarisation dependent loss."""

    gsnr_db: float
    osnr_db: float
    dispersion_ps_nm: float
    pmd_ps: float = 0.0
    pdl_db: float = 0.0


@dataclass(frozen=True)
class Harm:
    """What is wrong with a plant now, in dB: ``amplifiers`` that are noisier, by name; ``fibres`` that lose more, by
    name, all of it in their first span."""

    amplifiers: Mapping[str, float]
    fibres: Mapping[str, float]


NO_HARM = Harm({}, {})


def quality(lines: Sequence[Line], mode: Mode, add_drop_db: float, harm: Harm = NO_HARM) -> Quality:
    """What ``mode`` is received with over ``lines``, in order. ``add_drop_db`` is the OSNR of adding and dropping."""
    all_noise, ase_noise = 1.0, 1.0
    for line in lines:
        ase, nli = line_noise(line, mode.carrier, harm)
        all_noise *= 1 + ase + nli
        ase_noise *= 1 + ase
    ends = linear(-mode.tx_osnr_db) + linear(-add_drop_db)
    share = REFERENCE_HZ / mode.baud_hz
    gsnr_db, osnr_db = (-decibel((noise - 1) * share + ends) for noise in (all_noise, ase_noise))
    pmd_ps = math.hypot(*(line.pmd_ps for line in lines), *(line.drop_pmd_ps for line in lines[-1:]))
    pdl_db = math.hypot(*(line.pdl_db for line in lines), *(line.drop_pdl_db for line in lines[-1:]))
    return Quality(gsnr_db, osnr_db, sum(line.dispersion_ps_nm for line in lines), pmd_ps, pdl_db)


def line_noise(line: Line, carrier: str, harm: Harm) -> tuple[float, float]:
    """(ASE, NLI) of one line over the signal, in the carrier's bandwidth."""
    noise = line.noise[carrier]
    if not harm.amplifiers and line.fibre not in harm.fibres:
        return noise.total
    return sum(amplifier_noise(line, carrier, harm)), noise.total[1]


def amplifier_noise(line: Line, carrier: str, harm: Harm) -> list[float]:
    """The ASE of each of a line's amplifiers over the signal, in the carrier's bandwidth."""
    found = []
    for i, (name, part) in enumerate(zip(line.amplifiers, line.noise[carrier].ase, strict=True)):
        harm_db = harm.amplifiers.get(name, 0.0)
        # The booster stands before the first span; the amplifier behind it makes up for what the fibre loses more.
        harm_db += harm.fibres.get(line.fibre, 0.0) if i == 1 else 0.0
        found.append(part * linear(harm_db))
    return found


def linear(level_db: float) -> float:
    """``10 dB`` -> 10."""
    return float(10 ** (level_db / 10))


def decibel(ratio: float) -> float:
    """10 -> ``10 dB``."""
    return 10 * math.log10(ratio)
