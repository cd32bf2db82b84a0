"""Whatever begins and stops, rates are those of max-min fair sharing of all links, and counters go on."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from twin.predict.agenda import Agenda
from twin.predict.channel import Channel
from twin.predict.directions import Path
from twin.predict.rates import UNLIMITED_BPS, Rates
from twin.predict.sharing import max_min

#: Links 0 to 5 have these capacities, b/s; 6 and 7 limit nobody.
CAPACITIES = st.lists(st.floats(1.0, 1000.0), min_size=6, max_size=6)
PATHS = st.lists(st.lists(st.sets(st.integers(0, 7), min_size=1), min_size=1, max_size=2), min_size=1, max_size=8)


def channel_over(number: int, paths: list[set[int]]) -> Channel:
    """It has more to send than it ever will."""
    channel = Channel(number, [("a", "b")] * len(paths), inf, inf)
    channel.left = inf
    channel.paths = tuple(Path(tuple(sorted(path)), 0.0) for path in paths)
    return channel


def fair(channels: list[Channel], capacity: dict[int, float]) -> dict[int, float]:
    """The rates, all limited links being looked at."""
    loads: dict[int, dict[int, float]] = {}
    for channel in channels:
        own = loads.setdefault(channel.number, {})
        for path in channel.paths or ():
            for link in path.directions:
                if link in capacity:
                    own[link] = own.get(link, 0.0) + 1.0
    rates = max_min({number: list(own.items()) for number, own in loads.items()}, capacity)
    return {number: min(rate, UNLIMITED_BPS) for number, rate in rates.items()}


@given(PATHS, CAPACITIES, st.lists(st.tuples(st.integers(0, 13), st.floats(1.0, 1000.0)), max_size=30))
@example([[{0, 1}], [{1}, {2}]], [1.0, 640.0, 1.0, 1.0, 1.0, 1.0], [(0, 1.0), (1, 1.0), (8, 321.0), (10, 320.0)])
def test_rates_are_fair_over_all_links(
    paths: list[list[set[int]]], capacities: list[float], moves: list[tuple[int, float]]
) -> None:
    """A move lets a channel begin, or stop if it sends; from 8 on it gives a link another capacity."""
    capacity = dict(enumerate(capacities))
    rates = Rates(capacity, Agenda(), lambda channel: None)
    channels = [channel_over(number, own) for number, own in enumerate(paths)]
    for channel in channels:
        rates.follow(channel)
    for number, rate_bps in moves:
        if number >= 8:
            capacity[number - 8] = rate_bps
            rates.limit(number - 8, rate_bps)
        elif number < len(channels):
            (rates.stop if channels[number].sending else rates.begin)(channels[number])
        rates.settle()
        sending = [channel for channel in channels if channel.sending]
        found = {channel.number: channel.rate_bps for channel in sending}
        assert found == pytest.approx(fair(sending, capacity), rel=1e-6)


@given(PATHS, CAPACITIES, st.lists(st.integers(0, 7), max_size=30))
def test_paths_may_change_while_others_send(
    paths: list[list[set[int]]], capacities: list[float], moves: list[int]
) -> None:
    """A move takes a channel onto the next one's paths."""
    capacity = dict(enumerate(capacities))
    rates = Rates(capacity, Agenda(), lambda channel: None)
    channels = [channel_over(number, own) for number, own in enumerate(paths)]
    for channel in channels:
        rates.follow(channel)
        rates.begin(channel)
    rates.settle()
    for number in moves:
        channel = channels[number % len(channels)]
        rates.stop(channel)
        channel.paths = channels[(number + 1) % len(channels)].paths
        rates.follow(channel)
        rates.begin(channel)
        rates.settle()
        found = {channel.number: channel.rate_bps for channel in channels}
        assert found == pytest.approx(fair(channels, capacity), rel=1e-6)


def test_a_channel_is_told_when_it_has_sent_what_it_had() -> None:
    """100 and 300 bits share 10 b/s: the first is done after 20 s, the second 20 s later."""
    agenda, done = Agenda(), list[tuple[int, float]]()

    def progress(channel: Channel) -> None:
        channel.advance(agenda.now_s)
        done.append((channel.number, agenda.now_s))
        rates.stop(channel)

    rates = Rates({0: 10.0}, agenda, progress)
    channels = [channel_over(number, [{0}]) for number in (1, 2)]
    for channel, bits in zip(channels, (100.0, 300.0), strict=True):
        channel.left = bits
        rates.follow(channel)
        rates.begin(channel)
    rates.settle()
    while agenda.pass_on():
        rates.settle()
    assert done == [(1, 20.0), (2, 40.0)]
    assert [channel.sent for channel in channels] == [100.0, 300.0]


def sending() -> tuple[Agenda, Rates, Channel, list[float]]:
    """A channel that sends 300 bits at 10 b/s, and the times at which it comes to an end."""
    agenda, ends = Agenda(), list[float]()
    rates = Rates({0: 10.0}, agenda, lambda channel: ends.append(agenda.now_s))
    channel = channel_over(1, [{0}])
    channel.left = 300.0
    rates.follow(channel)
    rates.begin(channel)
    rates.settle()
    return agenda, rates, channel, ends


def test_another_rate_leaves_what_was_sent_and_moves_the_end() -> None:
    """100 of 300 bits at 10 b/s, the rest at 40 b/s."""
    agenda, rates, channel, ends = sending()
    agenda.at(10.0, rates.limit, 0, 40.0)
    agenda.pass_on()
    rates.settle()
    assert channel.sent_by(agenda.now_s) == 100.0
    agenda.pass_on()
    assert ends == [15.0]


def test_what_is_to_end_may_change_under_way() -> None:
    """Of 300 bits at 10 b/s 50 are left to send when 10 s are over."""
    agenda, rates, channel, ends = sending()

    def shorten() -> None:
        channel.advance(agenda.now_s)
        channel.left = 50.0
        rates.plan(channel)

    agenda.at(10.0, shorten)
    agenda.pass_on()
    rates.settle()
    agenda.pass_on()
    assert ends == [15.0]


def test_channels_over_the_same_full_link_are_one_class() -> None:
    """Their own cables, which are not full, do not part them; what is full does."""
    agenda = Agenda()
    rates = Rates({0: 10.0, 1: 100.0, 2: 100.0, 3: 2.0}, agenda, lambda channel: None)
    channels = [channel_over(number, [path]) for number, path in enumerate(({0, 1}, {0, 2}, {0, 3}))]
    for channel in channels:
        rates.follow(channel)
        rates.begin(channel)
    rates.settle()
    assert [channel.rate_bps for channel in channels] == [4.0, 4.0, 2.0]
    assert channels[0].pace is channels[1].pace
    assert channels[0].pace is not channels[2].pace
