from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from twin.control.plant import Plant
from twin.control.route import CHANNELS, Route
from twin.control.service import Disjoint, Protection, Service
from twin.control.spectrum import Ends, Spectrum
from twin.plan.model import Plan


def claim(spectrum: Spectrum, sites: tuple[str, str], owner: str) -> Route:
    ends = spectrum.free_ends(sites)
    assert not isinstance(ends, str), ends
    route = spectrum.find_route(ends, lambda fibre: True)
    assert route is not None
    spectrum.claim_ends(ends, owner)
    spectrum.claim_route(route, owner)
    return route


def free_ends(spectrum: Spectrum, sites: tuple[str, str]) -> Ends:
    ends = spectrum.free_ends(sites)
    assert not isinstance(ends, str), ends
    return ends


def test_channels_are_first_fit_and_transceivers_in_order(triangle: Plan) -> None:
    spectrum = Spectrum(Plant(triangle))
    first, second = claim(spectrum, ("a", "b"), "x"), claim(spectrum, ("a", "b"), "y")
    assert (first.fibres, first.channel) == (("ab",), 1)
    assert (second.fibres, second.channel) == (("ab",), 2)
    assert [end.name for end in (*first.ends, *second.ends)] == ["a-t1", "b-t1", "a-t2", "b-t2"]
    assert spectrum.free_ends(("a", "c")) == "no free transceiver at a"


def test_freed_things_are_taken_again(triangle: Plan) -> None:
    spectrum = Spectrum(Plant(triangle))
    route = claim(spectrum, ("a", "b"), "x")
    spectrum.free_route(route)
    spectrum.free(route.ends)
    assert claim(spectrum, ("a", "b"), "y") == route


def test_a_channel_is_the_same_on_all_fibres(triangle: Plan) -> None:
    spectrum = Spectrum(Plant(triangle))
    claim(spectrum, ("b", "c"), "x")
    route = spectrum.find_route(free_ends(spectrum, ("a", "b")), lambda fibre: fibre != "ab")
    assert route is not None
    assert (route.fibres, route.channel) == (("ca", "bc"), 2)


def test_a_full_fibre_is_gone_round(triangle: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CHANNELS, "roadm", range(1, 2))
    spectrum = Spectrum(Plant(triangle))
    claim(spectrum, ("a", "b"), "x")
    assert claim(spectrum, ("a", "b"), "y").fibres == ("ca", "bc")


def test_a_whole_fibre_carries_one_circuit(ocs_triangle: Plan) -> None:
    spectrum = Spectrum(Plant(ocs_triangle))
    claim(spectrum, ("a", "b"), "x")
    assert claim(spectrum, ("a", "b"), "y").fibres == ("ca", "bc")


def test_transceivers_of_one_rate_are_paired(triangle: Plan) -> None:
    first, *others = triangle.transceivers
    mixed = dataclasses.replace(triangle, transceivers=(dataclasses.replace(first, rate_bps=100e9), *others))
    assert [end.name for end in free_ends(Spectrum(Plant(mixed)), ("a", "b"))] == ["a-t2", "b-t1"]
    alien = tuple(dataclasses.replace(t, rate_bps=1e9) if t.site == "a" else t for t in triangle.transceivers)
    spectrum = Spectrum(Plant(dataclasses.replace(triangle, transceivers=alien)))
    assert spectrum.free_ends(("a", "b")) == "no free transceivers of one rate at a and b"


@pytest.mark.parametrize(
    ("disjoint", "shared", "second"),
    [
        (Disjoint.FIBRE, {"bow": ("short", "around-2")}, ["around-1", "around-2"]),
        (Disjoint.SHARED_RISK, {}, ["around-1", "around-2"]),
        (Disjoint.SHARED_RISK, {"bow": ("short", "around-2")}, ["far-1", "far-2"]),
    ],
)
def test_two_routes_share_what_they_may(
    plan_of: Any, make_site: Any, disjoint: Disjoint, shared: dict[str, tuple[str, ...]], second: list[str]
) -> None:
    fibres = [("short", "a", "b", 10), ("around-1", "a", "c", 20), ("around-2", "c", "b", 20)]
    plan = plan_of([make_site(n) for n in "abcd"], [*fibres, ("far-1", "a", "d", 50), ("far-2", "d", "b", 50)])
    plant = Plant(plan)
    plant.risks_of = {fibre: frozenset(group) for group in shared.values() for fibre in group}
    spectrum = Spectrum(plant)
    service = Service(Protection.ONE_PLUS_ONE, disjoint)
    pair = spectrum.find_pair(free_ends(spectrum, ("a", "b")), lambda fibre: True, service)
    assert pair is not None
    assert [list(route.fibres) for route in pair] == [["short"], second]


def test_two_routes_without_a_common_site(plan_of: Any, make_site: Any) -> None:
    fibres = [("1", "a", "m", 1), ("2", "a", "m", 2), ("3", "m", "b", 1), ("4", "m", "b", 2)]
    plan = plan_of([make_site(n) for n in "ambd"], [*fibres, ("5", "a", "d", 50), ("6", "d", "b", 50)])
    spectrum = Spectrum(Plant(plan))
    ends = free_ends(spectrum, ("a", "b"))
    pairs = [
        spectrum.find_pair(ends, lambda fibre: True, Service(disjoint=disjoint))
        for disjoint in (Disjoint.FIBRE, Disjoint.SITE)
    ]
    assert [[list(route.fibres) for route in pair or ()] for pair in pairs] == [
        [["1", "3"], ["2", "4"]],
        [["1", "3"], ["5", "6"]],
    ]
