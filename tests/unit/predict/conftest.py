"""Small networks whose numbers can be checked by hand: 1 Gb/s cables, frames without overhead worth the name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from twin.plan.build import build_plan
from twin.plan.model import Plan
from twin.plan.topology import FibrePair, Optical, PacketLink, Port, Site, SiteFabric, Topology
from twin.workloads.scenario import Circuit, Controller, Scenario

#: Delay of 1,000 km of fibre of these tests, s: 5 us/km, no amplifiers.
LONG_S = 5e-3


def _site(name: str, servers: int, optical: Optical | None) -> Site:
    line = Port(10e9) if optical else None
    return Site(name, servers, Port(10e9), SiteFabric(), optical, 2 if optical else 0, line)


@pytest.fixture
def cluster() -> Plan:
    """Four servers on one switch, 10 Gb/s each, no delay."""
    return build_plan(Topology("cluster", (_site("c", 4, None),)))


@pytest.fixture
def leased() -> Plan:
    """Two sites of two servers, 10 Gb/s each, joined by a 1 Gb/s packet link of 5 ms whose queue never overflows."""
    sites = (_site("east", 2, None), _site("west", 2, None))
    link = PacketLink("wan", ("east", "west"), Port(1e9, queue_bytes=1 << 40, delay_s=5e-3))
    return build_plan(Topology("leased", sites, links=(link,)))


@pytest.fixture
def triangle() -> Plan:
    """Three sites in a triangle of fibres: a-b 5 ms, a-c and c-b 10 ms each."""
    sites = tuple(_site(name, 2, Optical()) for name in "abc")
    lengths = {("a", "b"): 1000.0, ("a", "c"): 2000.0, ("c", "b"): 2000.0}
    fibres = tuple(FibrePair(f"{x}-{y}", (x, y), km, delay_s_per_km=5e-6) for (x, y), km in lengths.items())
    return build_plan(Topology("triangle", sites, fibres))


@pytest.fixture
def scenario_of() -> Callable[..., Scenario]:
    """A scenario with ``workloads`` and whatever else is given."""

    def make(*workloads: Any, controller: str = "optical_circuit", **more: Any) -> Scenario:
        values: dict[str, Any] = {
            "circuits": (),
            "timeline": (),
            "expectations": (),
            "sample_every_s": 0.1,
            "end_s": None,
            "timeout_s": 60.0,
        }
        return Scenario(1, "test", 1, Controller(controller, "app.py"), workloads=workloads, **(values | more))

    return make


@pytest.fixture
def all_circuits() -> tuple[Circuit, ...]:
    """One circuit for each fibre of the triangle."""
    return tuple(Circuit(f"{x}-{y}", (x, y)) for x, y in (("a", "b"), ("a", "c"), ("c", "b")))
