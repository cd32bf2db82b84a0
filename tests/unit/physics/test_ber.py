"""Pre-FEC BER from GSNR."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.physics.ber import pre_fec_ber
from twin.plan.catalogue import Mode


def mode(bits: int) -> Mode:
    return Mode("m", 400e9, 12.5e9, bits, 75e9, 0.2, 24.0, 36.0)


def test_qpsk_is_the_textbooks() -> None:
    """At SNR 10 dB: half erfc(sqrt(SNR / 2)), 7.8e-4."""
    assert pre_fec_ber(mode(4), 10.0) == pytest.approx(0.5 * math.erfc(math.sqrt(5)))
    assert pre_fec_ber(mode(4), 10.0) == pytest.approx(7.827e-4, rel=1e-3)


def test_16qam_is_the_textbooks() -> None:
    """At SNR 15 dB: 3/8 erfc(sqrt(SNR / 10))."""
    assert pre_fec_ber(mode(8), 15.0) == pytest.approx(0.375 * math.erfc(math.sqrt(10**1.5 / 10)))


@given(st.sampled_from([2, 4, 6, 8, 12]), st.floats(-10, 40), st.floats(0, 10))
def test_more_gsnr_never_means_more_errors(bits: int, gsnr_db: float, more_db: float) -> None:
    assert 0 <= pre_fec_ber(mode(bits), gsnr_db + more_db) <= pre_fec_ber(mode(bits), gsnr_db) <= 0.5
