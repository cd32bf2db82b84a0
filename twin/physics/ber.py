"""Bit errors before correction (pre-FEC BER) from GSNR. Pure; standard library only.

Gray-coded square QAM on both polarisations in white noise, SNR per symbol from GSNR in 0.1 nm::

    SNR = GSNR x 12.5 GHz / baud
    BER = (1 - 1/sqrt(M)) 2/log2(M) erfc(sqrt(3 SNR / (2 (M - 1))))         M points per polarisation

(the nearest-neighbour approximation of textbooks; exact for QPSK). For constellations that are not square it is an
interpolation.
"""

from __future__ import annotations

import math

from twin.physics.quality import REFERENCE_HZ, linear
from twin.plan.catalogue import Mode


def pre_fec_ber(mode: Mode, gsnr_db: float) -> float:
    """The share of bits that arrive wrong, between 0 and 0.5."""
    snr = linear(gsnr_db) * REFERENCE_HZ / mode.baud_hz
    bits = mode.bits_per_symbol / 2
    points = max(2.0**bits, 4.0)
    wrong = (1 - 1 / math.sqrt(points)) * 2 / math.log2(points)
    return min(0.5, wrong * math.erfc(math.sqrt(3 * snr / (2 * (points - 1)))))
