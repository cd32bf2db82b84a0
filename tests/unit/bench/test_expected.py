"""What the benchmark holds measurements against."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import expected


def test_headers_leave_this_much() -> None:
    assert expected.tcp_share(1500) == 1448 / 1514
    assert expected.tcp_share(9000) == 8948 / 9014
    assert expected.udp_share(1500) == 1472 / 1514
    assert expected.udp_share(9000) == 8972 / 9014


@pytest.mark.parametrize(
    ("measured_s", "expected_s", "holds"),
    [
        (1.000999, 1.0, True),
        (1.0011, 1.0, False),
        (0.09991, 0.1, True),
        (100.9e-6, 100e-6, True),  # 0.1 % would be 0.1 us; 1 us is wider
        (101.1e-6, 100e-6, False),
        (0.5e-6, 0.0, True),
    ],
)
def test_a_delay_holds_within_a_thousandth_or_a_microsecond(measured_s: float, expected_s: float, holds: bool) -> None:
    assert expected.delay_holds(measured_s, expected_s) is holds


def test_a_goodput_holds_within_half_a_percent() -> None:
    assert expected.goodput_holds(99.51e9, 100e9)
    assert expected.goodput_holds(100.49e9, 100e9)
    assert not expected.goodput_holds(99.4e9, 100e9)
    assert not expected.goodput_holds(100.6e9, 100e9)


def test_the_binomial_interval_of_a_fair_coin() -> None:
    # 10 tosses: P(0) = P(10) = 1/1024 < 0.5 %, P(<=1) = 11/1024 > 0.5 %.
    assert expected.binomial_interval(10, 0.5) == (1, 9)
    assert expected.binomial_interval(10, 0.5, confidence=0.5) == (4, 6)


def test_the_binomial_interval_of_what_cannot_vary() -> None:
    assert expected.binomial_interval(500, 0.0) == (0, 0)
    assert expected.binomial_interval(500, 1.0) == (500, 500)


@given(st.integers(1, 400), st.floats(0.001, 0.999))
def test_the_binomial_interval_holds_its_confidence_and_no_more(count: int, probability: float) -> None:
    chances = [
        math.comb(count, lost) * probability**lost * (1 - probability) ** (count - lost) for lost in range(count + 1)
    ]
    low, high = expected.binomial_interval(count, probability)
    assert sum(chances[low : high + 1]) >= 0.99 - 1e-9
    assert sum(chances[:low]) <= 0.005 + 1e-9
    assert sum(chances[high + 1 :]) <= 0.005 + 1e-9
    assert sum(chances[: low + 1]) >= 0.005 - 1e-9
    assert sum(chances[high:]) >= 0.005 - 1e-9


def test_a_burst_loses_what_neither_bucket_nor_queue_holds() -> None:
    assert expected.dropped_of_burst(300, 9014, 136_000, 100 * 9014 + 4507) == 300 - 15 - 100
    assert expected.dropped_of_burst(100, 9014, 136_000, 100 * 9014) == 0


def test_a_lock_step_ring_waits_for_each_step() -> None:
    # 6 steps of 1 ms and of 2 MB at 8 Gb/s, which is 2 ms.
    assert expected.ring_time_s(4, 8_000_000, 8e9, 1e-3) == pytest.approx(6 * 3e-3)
