"""Brains by name, and the options they have."""

from __future__ import annotations

import re
from typing import Any

import pytest

from twin.control.brain import Brain
from twin.control.brains import BRAINS, brain_of, spread_of
from twin.control.engineering.engineer import Engineer
from twin.control.spread import SINGLE, Pin, Spread
from twin.errors import BadInput
from twin.plan.build import build_plan
from twin.plan.topology import Port, Site, SiteFabric, Topology

PLAN = build_plan(Topology("one", (Site("a", 2, Port(1e9), SiteFabric(), None, 0, None),)))


@pytest.mark.parametrize("name", BRAINS)
def test_every_brain_does_without_options(name: str) -> None:
    assert type(brain_of(name, PLAN, {})) is (Engineer if name == "engineered" else Brain)


def test_how_packets_spread() -> None:
    pins = [{"from": "a-1", "to": "b-1", "over": ["c"]}]
    assert spread_of("ecmp", pins) == Spread(ecmp=True, pins=(Pin("a-1", "b-1", ("c",)),))
    assert spread_of() == SINGLE


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("optical_circuit", {"speed": 1}, "found speed; allowed: routing: single or ecmp, pins"),
        ("optical_circuit", {"routing": "both"}, "found both; allowed: routing: single or ecmp, pins"),
        ("engineered", {"speed": 1}, "found speed; allowed: measures, every_s, horizon_s, solver"),
        ("static_path", {"speed": 1}, "found speed; allowed: none for static_path"),
    ],
)
def test_an_option_that_it_does_not_have(name: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=f"^{re.escape(f'TWIN_SCENARIO: controller.options: {message}')}$"):
        brain_of(name, PLAN, options)
