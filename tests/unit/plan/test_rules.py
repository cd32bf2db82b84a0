"""Arithmetic of the plan: queues, lengths, amplifiers, socket buffers."""

import doctest
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.plan import rules
from twin.plan.topology import FibrePair, Optical, PacketLink, Port, Site, SiteFabric, Topology

TOKYO, OSAKA = (35.681, 139.767), (34.702, 135.496)


def site(name: str, nic: Port | None, line: Port | None = None, servers: int = 1) -> Site:
    return Site(name, servers, nic, SiteFabric(), Optical() if line else None, 2 if line else 0, line)


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(rules).failed == 0


@pytest.mark.parametrize(
    ("rate_bps", "queue_bytes"),
    [(1e6, 65_536), (300e6, 187_500), (5e9, 3_125_000), (100e9, 62_500_000), (400e9, 67_108_864)],
)
def test_a_queue_holds_5_ms_within_its_bounds(rate_bps: float, queue_bytes: int) -> None:
    assert rules.queue_bytes(Port(rate_bps)) == queue_bytes


def test_a_stated_queue_is_kept() -> None:
    assert rules.queue_bytes(Port(400e9, queue_bytes=3000)) == 3000


def test_a_great_circle_is_right_within_the_sphere_s_error() -> None:
    assert rules.great_circle_km(TOKYO, OSAKA) == pytest.approx(403.05, abs=0.01)
    assert rules.great_circle_km((0, 0), (0, 180)) == pytest.approx(math.pi * rules.EARTH_RADIUS_KM)


PLACES = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@given(PLACES, PLACES)
def test_a_great_circle_is_the_same_both_ways_and_at_most_half_round(
    a: tuple[float, float], b: tuple[float, float]
) -> None:
    there = rules.great_circle_km(a, b)
    assert there == pytest.approx(rules.great_circle_km(b, a))
    assert 0 <= there <= math.pi * rules.EARTH_RADIUS_KM + 1e-6


@given(st.floats(0.001, 40_000))
def test_no_span_is_longer_than_80_km(length_km: float) -> None:
    spans = rules.automatic_amplifiers(length_km) + 1
    assert length_km / spans <= 80
    assert spans == 1 or length_km / (spans - 1) > 80 - 1e-9


def test_delays_of_a_fibre() -> None:
    fibre = FibrePair("a-b", ("a", "b"), 400.0, amplifiers=4)
    assert rules.glass_delay_s(fibre) == pytest.approx(1.95868e-3)
    assert rules.equipment_delay_s(fibre) == pytest.approx(0.5e-6)


def test_socket_buffers_are_4_mib_at_least() -> None:
    assert rules.socket_bytes(Topology("x", (site("a", Port(1e9)),))) == 4 * 2**20


def test_socket_buffers_are_twice_the_bdp_of_a_packet_link() -> None:
    sites = (site("a", Port(10e9)), site("b", Port(10e9)))
    link = PacketLink("l", ("a", "b"), Port(1e9, delay_s=50e-3))
    # 1 Gb/s x 100 ms = 12.5 MB; twice that is 25 MB; the next power of two is 32 MiB.
    assert rules.socket_bytes(Topology("x", sites, (), (link,))) == 32 * 2**20


def test_socket_buffers_allow_for_the_longest_way_round() -> None:
    sites = tuple(site(name, Port(10e9), Port(10e9)) for name in "abc")
    fibres = [FibrePair(f"{a}-{b}", (a, b), length) for a, b, length in (("a", "b", 1000.0), ("b", "c", 3000.0))]
    third = FibrePair("a-c", ("a", "c"), 2000.0)
    # The longest simple route is 5000 km: 24.5 ms, RTT 49 ms, x 10 Gb/s x 2 = 122 MB.
    assert rules.socket_bytes(Topology("x", sites, (*fibres, third))) == 128 * 2**20


def test_socket_buffers_stop_at_the_largest_window_of_tcp() -> None:
    sites = tuple(site(name, Port(1.6e12), Port(1.6e12)) for name in "ab")
    fibre = FibrePair("a-b", ("a", "b"), 20_000.0)
    assert rules.socket_bytes(Topology("x", sites, (fibre,))) == 2**30


def test_socket_buffers_count_the_cables_of_one_site() -> None:
    # Four cables of 5 ms make an RTT of 20 ms; x 10 Gb/s x 2 = 50 MB.
    assert rules.socket_bytes(Topology("x", (site("a", Port(10e9, delay_s=5e-3), servers=2),))) == 64 * 2**20
