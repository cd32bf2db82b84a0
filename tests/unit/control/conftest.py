"""Plans to control: built from topologies with the project's own planner."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from twin.control.brain import Brain, optical_circuit
from twin.control.commands import AddFlow, Answer, Command, Record, RemoveFlow
from twin.control.events import CircuitsListed, Event, PortStatus
from twin.control.fake_network import FakeNetwork
from twin.plan.build import build_plan
from twin.plan.model import Plan
from twin.plan.topology import FibrePair, Optical, PacketLink, Port, Site, SiteFabric, Topology

PlanOf = Callable[..., Plan]


def site(name: str, kind: str | None = "roadm", transceivers: int = 2, leaves: int = 0) -> Site:
    """A site with two servers and, where ``leaves``, a leaf-spine fabric of as many leaves and two spines."""
    fabric = SiteFabric("leaf-spine", leaves, 2, Port(400e9)) if leaves else SiteFabric()
    optical = Optical(kind) if kind else None
    line = Port(400e9) if kind else None
    return Site(name, 2, Port(100e9), fabric, optical, transceivers if kind else 0, line)


class Bench:
    """A brain and its switches, all connected."""

    def __init__(self, brain: Brain, plan: Plan) -> None:
        self.brain = brain
        self.network = FakeNetwork(plan)
        self.now_s = 0.0
        for dpid in self.network.tables:
            self.play(self.network.hello(dpid))

    def play(self, event: Event, *also: Event) -> list[Command]:
        """Let the events, at one time, and all that follows from them happen within one second."""
        self.now_s += 1
        return self.network.play(self.brain, event, self.now_s, also=also)

    def flip(self, fibre: str, up: bool) -> list[Command]:
        """Cut or repair a fibre; both ends report it."""
        self.network.cut = self.network.cut - {fibre} if up else self.network.cut | {fibre}
        ends = self.network.plan.link_by_name[fibre].ends
        events = [PortStatus(self.network.dpid_of[end.node], end.port, up) for end in ends]
        return self.play(*self.network.changed_light(), *events)

    def state(self, name: str) -> tuple[str, list[str], int | None, str]:
        """State, fibres, channel and reason as the northbound shows them."""
        answer = self.play(CircuitsListed())[-1]
        assert isinstance(answer, Answer)
        shown = {circuit["name"]: circuit for circuit in answer.circuits or ()}[name]
        return shown["state"], shown["fibres"], shown["channel"], shown["reason"]

    @staticmethod
    def records(commands: list[Command]) -> list[tuple[str, dict[str, Any]]]:
        """(event, details) of what was recorded."""
        return [(c.event, c.details) for c in commands if isinstance(c, Record)]

    @classmethod
    def milestones(cls, commands: list[Command]) -> list[tuple[str, dict[str, Any]]]:
        """What was recorded, without the stations on a circuit's way up or down."""
        stations = [f"circuit-{state}" for state in ("computed", "installing", "qualifying", "draining")]
        return [(event, details) for event, details in cls.records(commands) if event not in stations]

    @staticmethod
    def answers(commands: list[Command]) -> list[Answer]:
        """What the northbound was answered."""
        return [c for c in commands if isinstance(c, Answer)]

    @staticmethod
    def flow_mods(commands: list[Command]) -> list[Command]:
        """What changed in the tables."""
        return [c for c in commands if isinstance(c, AddFlow | RemoveFlow)]


@pytest.fixture
def plan_of() -> PlanOf:
    """A function: sites, fibres as (name, site, site, km), packet links as (name, site, site, delay in s) -> Plan."""

    def make(
        sites: Sequence[Site],
        fibres: Sequence[tuple[str, str, str, float]] = (),
        links: Sequence[tuple[str, str, str, float]] = (),
    ) -> Plan:
        return build_plan(
            Topology(
                "test",
                tuple(sites),
                tuple(FibrePair(name, (a, b), km) for name, a, b, km in fibres),
                tuple(PacketLink(name, (a, b), Port(1e9, delay_s=delay_s)) for name, a, b, delay_s in links),
            )
        )

    return make


@pytest.fixture
def triangle(plan_of: PlanOf) -> Plan:
    """Three ROADM sites a, b, c with two transceivers each; the fibres ab and bc of 100 km and ca of 150 km.

    dpids: borders 1, 2, 3; ROADMs 4, 5, 6. Ports of a border: servers 1, 2, transceivers 3, 4; of a ROADM:
    transceivers 1, 2, fibres 3, 4.
    """
    return plan_of(
        [site("a"), site("b"), site("c")], [("ab", "a", "b", 100), ("bc", "b", "c", 100), ("ca", "c", "a", 150)]
    )


@pytest.fixture
def ocs_triangle(plan_of: PlanOf) -> Plan:
    """The triangle with OCSs in place of ROADMs."""
    sites = [site(name, "ocs") for name in "abc"]
    return plan_of(sites, [("ab", "a", "b", 100), ("bc", "b", "c", 100), ("ca", "c", "a", 150)])


@pytest.fixture
def make_site() -> Callable[..., Site]:
    """The function ``site``."""
    return site


@pytest.fixture
def bench_of() -> Callable[[Brain, Plan], Bench]:
    """A function: a brain and its plan -> a bench."""
    return Bench


@pytest.fixture
def bench(triangle: Plan) -> Bench:
    """The triangle under ``optical_circuit``."""
    return Bench(optical_circuit(triangle), triangle)
