"""Watts of a plant and of what could be in its place, on lines whose noise is given (no GNPy)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from twin.optics.lightpaths import light_of
from twin.optics.lines import Lines
from twin.optics.power import BETWEEN, IN_SITE, SWITCH, Item, alternatives, items, missing
from twin.plan.build import build_plan
from twin.plan.light import Line, Noise
from twin.plan.model import Plan
from twin.plan.topology import Topology

Load = Callable[..., Topology]

TEXT = """\
name: x
sites:
  a: {optical: {kind: ocs, technology: 3D-MEMS}, transceivers: {count: 2, mode: 400ZR}}
  b: {optical: {kind: ocs, technology: piezo}, transceivers: {count: 1, mode: 400ZR}}
fibres:
  ab: {between: [a, b], length: 150 km}
"""


def planned(topology: Topology) -> Plan:
    carrier = topology.catalogue.transceivers["400ZR"].modes[0].carrier
    lines = tuple(
        Line("ab", a, b, (75.0, 75.0), ("ab.1", "ab.2", "ab.3"), 2505.0, 0.0, -15.0, {carrier: Noise((1e-3,) * 3, ())})
        for a, b in (("a", "b"), ("b", "a"))
    )
    return replace(build_plan(topology), light=light_of(topology, Lines(lines, 38.0)))


def test_what_the_plant_draws(load: Load) -> None:
    topology = load(TEXT)
    assert items(topology, planned(topology)) == (
        Item("transceiver", "400ZR", 3, 20.0, "OIF 400ZR, 15-20 W"),
        Item("amplifier", "standard EDFA", 6, 40.0, "assumed"),
        Item("switch", "3D-MEMS", 1, 254.0, "assumed: 108 W for 136 ports (secondary), in proportion"),
        Item("switch", "piezo", 1, None, "not stated"),
    )


def test_roadms_are_counted_by_degree_and_circuit_switches_never(load: Load) -> None:
    for optical, item in (
        ("{kind: roadm, technology: WSS}", Item("ROADM degree", "standard ROADM", 2, 100.0, "assumed")),
        ("ocs", Item("switch", "ocs without a technology", 2, None, "not stated")),
    ):
        text = TEXT.replace("{kind: ocs, technology: 3D-MEMS}", optical)
        topology = load(text.replace("{kind: ocs, technology: piezo}", optical))
        assert items(topology, planned(topology))[2:] == (item,)


def test_alternatives_are_the_catalogues(load: Load) -> None:
    topology = load(TEXT)
    found = {(other.job, other.name): other for other in alternatives(topology, planned(topology))}
    dr8, lpo, cpo = (found[IN_SITE, name].per_tbps_w for name in ("DR8", "LPO", "CPO"))
    assert (dr8, lpo, cpo) == (pytest.approx(42.5), pytest.approx(25.5), pytest.approx(8.75))
    assert found[BETWEEN, "400ZR"].unfit == "a route has 150 km"
    assert found[BETWEEN, "OpenZR+"].unfit == ""
    assert found[BETWEEN, "OpenZR+"].per_tbps_w == pytest.approx(112.5)
    optical, packet = found[SWITCH, "OCS-136"].each_w, found[SWITCH, "packet-136"].each_w
    assert (optical, packet) == (pytest.approx(108 / 136), pytest.approx(3000 / 136))


def test_what_is_missing_is_named() -> None:
    found = [Item("k", "x", 1, None, ""), Item("k", "y", 1, 2.0, "", "EUR 5"), Item("k", "x", 2, None, "")]
    assert missing(found) == ("no power in the catalogue: x", "no price in the catalogue: x")
    assert missing(found[1:2]) == ()


def test_prices_and_watts_of_ones_own(load: Load) -> None:
    own = """\
catalogue:
  switches:
    piezo: {ports: 384, switching: 20 ms, power: 100 W, price: EUR 100000}
"""
    topology = load(TEXT + own)
    assert items(topology, planned(topology))[-1] == Item("switch", "piezo", 1, 100.0, "not stated", "EUR 100000")
