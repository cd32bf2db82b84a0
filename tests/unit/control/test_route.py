from __future__ import annotations

import pytest

from twin.control.flows import Flow, Match, Output, PopChannel, PushChannel
from twin.control.plant import Plant
from twin.control.route import add_flows, drop_flows, express_flows, one_way_ps
from twin.control.spectrum import Spectrum
from twin.plan.model import Plan


def detour(plan: Plan) -> tuple[Plant, Spectrum]:
    plant = Plant(plan)
    return plant, Spectrum(plant)


def test_flows_of_a_wavelength_over_two_fibres(triangle: Plan) -> None:
    plant, spectrum = detour(triangle)
    ends = spectrum.free_ends(("a", "b"))
    assert not isinstance(ends, str)
    route = spectrum.find_route(ends, lambda fibre: fibre != "ab")
    assert route is not None
    assert (route.fibres, route.channel, route.switches) == (("ca", "bc"), 1, ("a-roadm", "c-roadm", "b-roadm"))
    assert add_flows(plant, route) == [
        Flow(4, 100, Match(in_port=1), (PushChannel(1), Output(4))),
        Flow(5, 100, Match(in_port=1), (PushChannel(1), Output(4))),
    ]
    assert [*express_flows(plant, route), *drop_flows(plant, route)] == [
        Flow(6, 100, Match(in_port=4, vlan=1), (Output(3),)),
        Flow(6, 100, Match(in_port=3, vlan=1), (Output(4),)),
        Flow(4, 100, Match(in_port=4, vlan=1), (PopChannel(), Output(1))),
        Flow(5, 100, Match(in_port=4, vlan=1), (PopChannel(), Output(1))),
    ]


def test_flows_of_a_whole_fibre(ocs_triangle: Plan) -> None:
    plant, spectrum = detour(ocs_triangle)
    ends = spectrum.free_ends(("a", "b"))
    assert not isinstance(ends, str)
    route = spectrum.find_route(ends, lambda fibre: True)
    assert route is not None
    assert (route.fibres, route.channel) == (("ab",), 0)
    assert add_flows(plant, route) == [
        Flow(4, 100, Match(in_port=1), (Output(3),)),
        Flow(5, 100, Match(in_port=1), (Output(3),)),
    ]
    assert [*express_flows(plant, route), *drop_flows(plant, route)] == [
        Flow(4, 100, Match(in_port=3), (Output(1),)),
        Flow(5, 100, Match(in_port=3), (Output(1),)),
    ]


def test_two_paths_at_once_leave_on_their_own_channels(triangle: Plan) -> None:
    plant, spectrum = detour(triangle)
    ends = spectrum.free_ends(("a", "b"))
    assert not isinstance(ends, str)
    pair = spectrum.find_pair(ends, lambda fibre: True)
    assert pair is not None
    spectrum.claim_route(pair[1], "x")
    long = spectrum.find_route(ends, lambda fibre: fibre != "ab")
    assert long is not None
    assert add_flows(plant, pair[0], long)[0] == Flow(
        4, 100, Match(in_port=1), (PushChannel(1), Output(3), PopChannel(), PushChannel(2), Output(4))
    )


def test_delay_is_that_of_the_links_that_are_left(triangle: Plan) -> None:
    plant, spectrum = detour(triangle)
    ends = spectrum.free_ends(("a", "b"))
    assert not isinstance(ends, str)
    route = spectrum.find_route(ends, lambda fibre: True)
    assert route is not None
    links = triangle.link_by_name
    forward_s = links["a-t1"].a.delay_s + links["ab"].a.delay_s + links["b-t1"].b.delay_s
    assert one_way_ps(plant, route) * 1e-12 == pytest.approx(forward_s, abs=1e-12)
    assert one_way_ps(plant, route) == one_way_ps(plant, route, forward=False)
