"""How a window opens: slow start, its end, and what comes after."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.predict.channel import Channel, Message
from twin.predict.pace import Pace
from twin.predict.recovery import Loss

RTT_S = 10e-3
RATE_BPS = 1e9
SEGMENT = 72_000.0


def channel_of(window: float, limit: float = 1e12) -> Channel:
    """A channel in slow start whose first round has just begun."""
    channel = Channel(1, [("a", "b")], window, limit, rtt_s=RTT_S)
    channel.open_round(0.0, grow=False)
    return channel


def send(channel: Channel, begin_s: float, end_s: float) -> None:
    """Let it send at 1 Gb/s from ``begin_s`` to ``end_s``."""
    channel.pace, channel.mark = Pace(RATE_BPS, since_s=begin_s), 0.0
    channel.advance(end_s)
    channel.pace = None


def test_a_round_that_is_sent_in_less_than_half_a_round_trip_doubles_the_window() -> None:
    channel = channel_of(4e6)
    send(channel, 0.0, 4e-3)
    channel.open_round(10e-3, grow=True)
    assert (channel.window, channel.slow_start) == (8e6, True)


def test_a_train_of_more_than_half_a_round_trip_ends_slow_start() -> None:
    """8 ms of which the first 5.5 count: half of 10 ms, and half of the 1 ms that packets are allowed at most. Then a
    twentieth of what was sent is added."""
    channel = channel_of(8e6)
    send(channel, 0.0, 8e-3)
    channel.open_round(10e-3, grow=True)
    assert (channel.window, channel.slow_start) == (pytest.approx(13.5e6), False)
    send(channel, 10e-3, 23.5e-3)
    channel.open_round(23.5e-3, grow=True)
    assert channel.window == pytest.approx(13.5e6 * 1.05)


@pytest.mark.parametrize(("pause_s", "ends"), [(1.9e-3, True), (2.1e-3, False)])
def test_a_pause_breaks_a_train(pause_s: float, ends: bool) -> None:
    channel = channel_of(6e6)
    send(channel, 0.0, 3e-3)
    send(channel, 3e-3 + pause_s, 6e-3 + pause_s)
    channel.open_round(10e-3, grow=True)
    assert channel.slow_start is not ends


def test_a_channel_comes_back_from_a_loss_by_the_rules_of_recovery() -> None:
    """Nothing more to send 8 ms after the loss, and light 10 ms later: in time for a tail loss probe."""
    channel = channel_of(8e6)
    channel.queue.append(Message(8e6, lambda: None))
    channel.left, channel.lost = 8e6, Loss(0.0, 0.0, RATE_BPS, RTT_S)
    at_s = channel.recover(18e-3, SEGMENT)
    assert at_s == pytest.approx(8e-3 + 2 * RTT_S + 2e-3 + RTT_S)
    assert (channel.window, channel.slow_start, channel.lost) == (SEGMENT, False, None)
    windows = []
    for number in range(4):
        channel.open_round(at_s + number * RTT_S, grow=number > 0)
        windows.append(channel.window / SEGMENT)
        channel.credit = 0.0
    assert windows == pytest.approx([1, 1.5, 2.25, 3.375])


def test_what_is_ahead_is_bounded_by_the_messages_and_by_the_window() -> None:
    channel = channel_of(8e6)
    channel.queue.extend(Message(bits, lambda: None) for bits in (1e6, 3e6))
    channel.left = 1e6
    assert channel.ahead_bits(0.0) == 0.0  # it does not send
    channel.pace = Pace(RATE_BPS)
    assert channel.ahead_bits(0.0) == 4e6
    assert channel.ahead_bits(0.5e-3) == pytest.approx(3.5e6)
    channel.queue.append(Message(20e6, lambda: None))
    assert channel.ahead_bits(0.0) == 8e6
    # In a round that follows another at once, what is on the wire is not before the link.
    channel.advance(8e-3)
    channel.queue.popleft()
    channel.left = 3e6
    channel.open_round(10e-3, grow=True)
    channel.mark = channel.pace.sent_by(10e-3)
    assert channel.on_wire == pytest.approx(8e6)
    assert channel.ahead_bits(10e-3) == pytest.approx(13.5e6 - 8e6)


@given(
    window=st.floats(1e5, 1e8),
    limit=st.floats(1e8, 1e9),
    rounds=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 0.1)), max_size=20),
)
def test_a_window_only_grows_at_most_doubles_and_ends_at_its_limit(
    window: float, limit: float, rounds: Sequence[tuple[float, float]]
) -> None:
    channel = channel_of(window, limit)
    now_s = 0.0
    for part, pause_s in rounds:
        before, end_s = channel.window, now_s + part * channel.window / RATE_BPS
        send(channel, now_s, end_s)
        now_s = end_s + pause_s
        channel.open_round(now_s, grow=True)
        assert before <= channel.window <= min(before * 2 * (1 + 1e-9), limit)
