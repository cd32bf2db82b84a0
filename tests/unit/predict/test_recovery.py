"""Coming back from a loss: when, and with which window."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.predict.recovery import CUBIC_BETA, PROPORTIONAL, SLOW_START, Loss, recovery

RATE_BPS, RTT_S, SEGMENT = 1e9, 10e-3, 72_000.0
#: Lost from 1 s on; answers to what had arrived came for 6 ms more.
LOSS = Loss(1.0, 1.006, RATE_BPS, RTT_S)
#: 20 ms of sending.
WINDOW = 20e6


@pytest.mark.parametrize(
    ("waiting", "back_s", "at_s", "window", "climb"),
    [
        # Still sending: what comes after the gap tells of it.
        (30e6, 1.019, 1.029, WINDOW * CUBIC_BETA, 0.0),
        # All sent by 1.020: the probe goes out 22 ms later, and its answer comes after another 10.
        (30e6, 1.021, 1.052, SEGMENT, PROPORTIONAL),
        (30e6, 1.041, 1.052, SEGMENT, PROPORTIONAL),
        # Less to send: 5 ms; then the last answer is later.
        (5e6, 1.006, 1.038, SEGMENT, PROPORTIONAL),
        # Too late for the probe: 210 ms after the last answer, and after twice that.
        (30e6, 1.043, 1.216, SEGMENT, SLOW_START),
        (30e6, 1.217, 1.636, SEGMENT, SLOW_START),
    ],
)
def test_when_it_sends_again(waiting: float, back_s: float, at_s: float, window: float, climb: float) -> None:
    found = recovery(LOSS, WINDOW, waiting, SEGMENT, back_s, RTT_S)
    assert (found.at_s, found.window, found.climb) == (pytest.approx(at_s), window, climb)
    assert found.goal == WINDOW * CUBIC_BETA


def test_a_time_out_is_followed_by_slow_start_up_to_the_goal() -> None:
    found = recovery(LOSS, WINDOW, WINDOW, SEGMENT, 1.1, RTT_S)
    window = found.window
    for _ in range(7):
        window += found.growth(window, window, 1.3)
    assert window == 128 * SEGMENT
    assert window + found.growth(window, window, 1.3) == found.goal


def test_when_all_that_was_lost_is_sent_again_the_window_is_there_at_once() -> None:
    found = recovery(LOSS, WINDOW, 2 * SEGMENT, SEGMENT, 1.007, RTT_S)
    assert found.growth(SEGMENT, SEGMENT, 1.1) == SEGMENT / 2
    assert SEGMENT + found.growth(SEGMENT, SEGMENT, 1.1) == found.goal


def test_then_it_grows_as_cubic_does() -> None:
    """RFC 9438: back at the peak after K = cbrt(peak (1 - beta) / C) seconds, here of 1,000 segments."""
    found = recovery(LOSS, 1_000 * SEGMENT, 1e12, SEGMENT, 1.0, RTT_S)
    assert found.growth(found.window, 0.0, 2.0) == 0.0
    k_s = (1_000 * 0.3 / 0.4) ** (1 / 3)
    early, peak = (found.window + found.growth(found.window, 1e12, 2.0 + at_s) for at_s in (0.0, k_s))
    assert early == pytest.approx(700 * SEGMENT)
    assert peak == pytest.approx(1_000 * SEGMENT)
    assert found.growth(found.window, 10 * SEGMENT, 2.0 + k_s) == 5 * SEGMENT


@given(st.floats(0, 2), st.floats(1, 1e9), st.floats(1, 1e9))
def test_nobody_sends_before_light_is_back_and_told_of(dark_s: float, window: float, waiting: float) -> None:
    back_s = LOSS.since_s + dark_s
    found = recovery(LOSS, window, waiting, SEGMENT, back_s, RTT_S)
    assert found.at_s >= back_s
    assert found.window <= max(found.goal, SEGMENT)
