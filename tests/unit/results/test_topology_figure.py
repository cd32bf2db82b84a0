from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from twin.plan.build import build_plan
from twin.plan.topology import FibrePair, Optical, PacketLink, Port, Site, SiteFabric, Topology
from twin.results import bundle
from twin.results.bundle import Run
from twin.results.document import Results
from twin.results.topology_figure import Route, routes_of, topology_figure
from twin.results.topology_layout import Canvas, lay_out


@pytest.fixture
def run(finished: tuple[Path, Results]) -> Run:
    return bundle.read_run(finished[0])


def ring(count: int) -> Topology:
    sites = tuple(Site(f"s{n}", 1, Port(1e9), SiteFabric(), Optical(), 2, Port(1e9)) for n in range(count))
    fibres = tuple(FibrePair(f"f{n}", (f"s{n}", f"s{(n + 1) % count}"), 80.0) for n in range(count))
    return Topology("ring", sites, fibres)


def test_a_circuit_s_later_paths_are_drawn_apart(run: Run) -> None:
    assert routes_of(run) == [
        Route("tokyo-nagoya", 0, ("tokyo-nagoya",), False),
        Route("nagoya-osaka", 1, ("nagoya-osaka",), False),
        Route("tokyo-osaka", 2, ("tokyo-osaka",), False),
        Route("tokyo-osaka", 2, ("tokyo-nagoya", "nagoya-osaka"), True),
    ]


def test_the_drawing_says_what_exists_and_what_broke(run: Run) -> None:
    drawn = topology_figure(run).html
    words = re.findall(r"<text[^>]*>([^<]*)</text>", drawn.split("<svg")[1])
    assert words == [
        "520 km · 2.55 ms", "cut 2.000 s, repaired 4.000 s", "340 km · 1.67 ms", "180 km · 882 us",
        "tokyo", "2 servers · roadm", "nagoya", "2 servers · roadm", "osaka", "2 servers · roadm",
    ]  # fmt: skip
    assert drawn.count('class="cross"') == 2, "once on the wide drawing, once on the narrow one"
    assert drawn.count("c2 later") == 4, "two fibres of the detour on each drawing"


def test_east_is_right_and_north_is_up(run: Run) -> None:
    cards = lay_out(run.plan, {site.name: "2 servers" for site in run.plan.sites}, Canvas(1000, 400)).cards
    assert cards["osaka"].x < cards["nagoya"].x < cards["tokyo"].x
    assert cards["tokyo"].y < cards["nagoya"].y < cards["osaka"].y


@pytest.mark.parametrize("count", [2, 3, 7, 12, 13, 40])
def test_without_coordinates_sites_stand_apart_on_a_circle(count: int) -> None:
    plan = build_plan(ring(count))
    layout = lay_out(plan, {site.name: "1 server" for site in plan.sites}, Canvas(1040, 440))
    boxes = list(layout.cards.values())
    assert not layout.by_map
    assert layout.dense == (count > 12)
    assert not any(one.overlaps(two) for n, one in enumerate(boxes) for two in boxes[n + 1 :])
    assert all(box.within(1040, 440) for box in boxes)


def test_two_fibres_between_two_sites_do_not_hide_each_other() -> None:
    topology = replace(ring(2), links=(PacketLink("wan", ("s0", "s1"), Port(1e9, delay_s=0.01)),))
    plan = build_plan(topology)
    lines = lay_out(plan, {"s0": "", "s1": ""}, Canvas(1000, 400)).lines
    middles = {name: round(line[len(line) // 2][1]) for name, line in lines.items()}
    assert sorted(middles) == ["f0", "f1", "wan"]
    assert len(set(middles.values())) == 3
