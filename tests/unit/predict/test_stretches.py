"""Links that are alike are one stretch, as wide as the narrowest."""

from __future__ import annotations

from math import inf

from hypothesis import given
from hypothesis import strategies as st

from twin.predict.channel import Channel
from twin.predict.loads import FlowClass
from twin.predict.stretches import Stretches

CAPACITY = {0: 10.0, 1: 5.0, 2: 8.0, 3: 20.0}


def channel(number: int) -> Channel:
    return Channel(number, [("a", "b")], 1.0, 1.0)


def seen(stretches: Stretches, one: Channel) -> list[tuple[float, float]]:
    """(capacity, weight) of each stretch of the channel."""
    return sorted((stretch.capacity_bps, weight) for stretch, weight in stretches.loads[one].items())


def test_only_the_narrowest_of_links_in_a_row_counts() -> None:
    stretches, one = Stretches(CAPACITY), channel(1)
    stretches.add(one, {0: 1.0, 1: 1.0, 2: 1.0, 9: 1.0})
    assert seen(stretches, one) == [(5.0, 1.0)]


def test_a_channel_that_uses_a_part_divides_the_stretch() -> None:
    stretches, one, two = Stretches(CAPACITY), channel(1), channel(2)
    stretches.add(one, {0: 1.0, 1: 1.0, 2: 1.0, 9: 1.0})
    stretches.add(two, {3: 1.0, 2: 1.0})
    assert (seen(stretches, one), seen(stretches, two)) == ([(5.0, 1.0), (8.0, 1.0)], [(8.0, 1.0), (20.0, 1.0)])


def test_what_the_narrowest_link_leaves_is_wider() -> None:
    stretches, one, two = Stretches(CAPACITY), channel(1), channel(2)
    stretches.add(one, {1: 1.0, 2: 1.0, 9: 1.0})
    stretches.add(two, {1: 1.0})
    assert seen(stretches, one) == [(5.0, 1.0), (8.0, 1.0)]


def test_a_link_loaded_twice_is_not_like_one_loaded_once() -> None:
    stretches, one = Stretches({0: 10.0, 1: 10.0, 2: 10.0}), channel(1)
    stretches.add(one, {0: 1.0, 1: 1.0, 2: 2.0})
    assert seen(stretches, one) == [(10.0, 1.0), (10.0, 2.0)]


def test_a_class_that_sends_over_a_stretch_sends_over_its_parts() -> None:
    stretches, flows = Stretches(CAPACITY), FlowClass()
    first, second = channel(1), channel(2)
    (whole,) = stretches.add(first, {0: 1.0, 1: 1.0})
    whole.put(flows, 3.0)
    part, rest = stretches.add(second, {0: 1.0})
    assert rest is whole
    assert flows.load == {whole: 3.0, part: 3.0}
    assert (part.load, part.weight, part.capacity_bps) == ({flows: 3.0}, 3.0, 10.0)


def test_links_that_nobody_uses_are_forgotten() -> None:
    stretches, one, two = Stretches(CAPACITY), channel(1), channel(2)
    stretches.add(one, {0: 1.0, 1: 1.0})
    stretches.remove(one)
    stretches.add(two, {0: 1.0, 1: 1.0, 3: 1.0})
    assert seen(stretches, two) == [(5.0, 1.0)]


def test_a_link_may_become_narrower_and_wider_again() -> None:
    capacity = dict(CAPACITY)
    stretches, one = Stretches(capacity), channel(1)
    stretches.add(one, {0: 1.0, 1: 1.0, 9: 1.0})
    assert stretches.measure(2) == []
    for link, capacity_bps, expected in ((9, 4.0, 4.0), (0, 3.0, 3.0), (9, 6.0, 3.0), (0, 30.0, 5.0), (1, inf, 6.0)):
        capacity[link] = capacity_bps
        (stretch,) = stretches.measure(link)
        assert stretch.capacity_bps == expected


LOADS = st.lists(st.dictionaries(st.integers(0, 7), st.sampled_from([1.0, 2.0]), min_size=1), min_size=1, max_size=8)


@given(LOADS, st.sets(st.integers(0, 7)))
def test_however_channels_come_and_go_stretches_stand_for_all_links(
    loads: list[dict[int, float]], gone: set[int]
) -> None:
    """For each channel and weight, the widths are those of the sets of links that all who came load alike."""
    capacity = {link: float(1 + link * 7 % 5) for link in range(6)}
    stretches = Stretches(capacity)
    channels = [channel(number) for number in range(len(loads))]
    for one, load in zip(channels, loads, strict=True):
        stretches.add(one, load)
    signature = {link: tuple(load.get(link, 0.0) for load in loads) for link in range(8)}
    for number, (one, load) in enumerate(zip(channels, loads, strict=True)):
        if number in gone:
            stretches.remove(one)
            continue
        narrowest: dict[tuple[float, ...], float] = {}
        for link in load:
            narrowest[signature[link]] = min(narrowest.get(signature[link], inf), capacity.get(link, inf))
        assert seen(stretches, one) == sorted((width, key[number]) for key, width in narrowest.items())
