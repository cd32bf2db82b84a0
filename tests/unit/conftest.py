"""What several rooms' tests share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from twin.plan.build import build_plan
from twin.plan.catalogue import Mode, TransceiverType
from twin.plan.light import Light, Line, Noise
from twin.plan.model import Plan
from twin.plan.topology import FibrePair, Optical, Port, Site, SiteFabric, Topology

#: What the light of ``lit_plan`` closes with: 400 Gb/s over one fibre, 200 Gb/s over two.
FAST = Mode("400G", 400e9, 62.5e9, 8, 75e9, 0.2, 24.0, 36.0)
SLOW = Mode("200G", 200e9, 62.5e9, 4, 75e9, 0.2, 17.0, 36.0)


def line_of(fibre: str, source: str, target: str, noise: float) -> Line:
    """One direction of a fibre of a single span."""
    amplifiers, parts = (f"{fibre}.1", f"{fibre}.2"), Noise((noise / 2, noise / 2), (0.0,))
    return Line(fibre, source, target, (80.0,), amplifiers, 1336.0, 0.0, -16.0, {FAST.carrier: parts})


@pytest.fixture
def lit_plan() -> Callable[..., Plan]:
    """A function: three sites a, b and c in a triangle of fibres, with ``transceivers`` of a type each, whose light is
    looked at, and ROADMs that switch in 15 ms. ``noise`` is what each fibre adds; ``more`` gives single fibres another.
    The fibres bc and ca share a duct where ``duct``."""

    def make(transceivers: int = 3, noise: float = 0.008, duct: bool = False, servers: int = 2, **more: float) -> Plan:
        optical = Optical("roadm", 0.0, "3D-MEMS", 15e-3)
        sites = [
            Site(n, servers, Port(100e9), SiteFabric(), optical, transceivers, Port(400e9), None, "T") for n in "abc"
        ]
        fibres = [FibrePair(name, (name[0], name[1]), km) for name, km in (("ab", 100), ("bc", 100), ("ca", 150))]
        lines = [
            line_of(fibre.name, a, b, more.get(fibre.name, noise))
            for fibre in fibres
            for a, b in (fibre.sites, fibre.sites[::-1])
        ]
        kind, risks = TransceiverType("T", (FAST, SLOW)), {"duct": ("bc", "ca")} if duct else {}
        channels = {FAST.carrier: 51}
        light = Light("standard", 1.0, 0.0, 38.0, 191.35e12, (kind,), channels, tuple(lines), risks, (), ())
        return replace(build_plan(Topology("lit", tuple(sites), tuple(fibres))), light=light)

    return make
