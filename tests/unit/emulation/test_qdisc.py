"""The queueing disciplines' messages, byte for byte where the kernel reads them."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from twin.emulation import qdisc
from twin.emulation.netlink import attributes


def options_of(message: bytes) -> bytes:
    """The payload of TCA_OPTIONS."""
    return dict(attributes(message, offset=16 + 20))[qdisc.TCA_OPTIONS]


def parsed(data: bytes) -> dict[int, bytes]:
    return dict(attributes(data))


def test_a_rate_above_34_gbps_is_carried_in_64_bits() -> None:
    found = parsed(options_of(qdisc.tbf(7, 1.6e12, 136_000, 64 << 20)))
    assert struct.unpack("=Q", found[qdisc.TCA_TBF_RATE64]) == (200_000_000_000,)
    assert struct.unpack("=I", found[qdisc.TCA_TBF_BURST]) == (136_000,)
    assert struct.unpack_from("=I", found[qdisc.TCA_TBF_PARMS], 8) == (0xFFFFFFFF,)
    assert struct.unpack_from("=I", found[qdisc.TCA_TBF_PARMS], 24) == (64 << 20,)


def test_a_delay_is_carried_in_nanoseconds() -> None:
    options = options_of(qdisc.netem(7, 1.713845e-3, 0.0, seed=9))
    assert struct.unpack_from("=III", options) == (0, qdisc.NEVER_DROPS, 0)
    found = parsed(options[24:])
    assert struct.unpack("=q", found[qdisc.TCA_NETEM_LATENCY64]) == (1_713_845,)
    assert struct.unpack("=Q", found[qdisc.TCA_NETEM_PRNG_SEED]) == (9,)


def test_a_certain_loss_fits_its_field() -> None:
    assert struct.unpack_from("=III", options_of(qdisc.netem(7, 0.0, 1.0, seed=1)))[2] == 2**32 - 1
    assert struct.unpack_from("=III", options_of(qdisc.netem(7, 0.0, 0.25, seed=1)))[2] == 2**30


def test_marking_begins_at_the_stated_depth() -> None:
    found = parsed(options_of(qdisc.red(7, 1_000_000, 150_000)))
    assert struct.unpack("=IIIBBBB", found[qdisc.TCA_RED_PARMS]) == (1_000_000, 150_000, 150_000, 0, 0, 0, 0)


@given(st.floats(1e6, 1.6e12), st.sampled_from([1500, 9000, 9001]))
def test_the_bucket_holds_a_frame_and_never_more_than_two_gso_packets(rate: float, mtu: int) -> None:
    burst = qdisc.burst_bytes(rate, mtu)
    assert 2 * (mtu + 18) <= burst <= 2 * qdisc.GSO_BYTES


def test_the_bucket_of_well_known_rates() -> None:
    assert qdisc.burst_bytes(1e6, 1500) == 3036
    assert qdisc.burst_bytes(1e9, 9000) == 68_000
    assert qdisc.burst_bytes(10e9, 9000) == 125_000
    assert qdisc.burst_bytes(400e9, 9000) == 136_000
