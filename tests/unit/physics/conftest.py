"""A plant of three sites whose lines' noise is given: a - b - c and a - c, one transceiver pair a - b wired up."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from twin.physics.effects import Effect
from twin.physics.events import Connect, Event, Tick
from twin.physics.plant import Plant, State
from twin.physics.wiring import CrossConnect
from twin.plan.build import build_plan
from twin.plan.catalogue import Mode, TransceiverType
from twin.plan.light import Light, Line, Noise
from twin.plan.model import Plan
from twin.plan.topology import FibrePair, Optical, Port, Site, SiteFabric, Topology

FAST = Mode("400G", 400e9, 62.5e9, 8, 75e9, 0.2, 24.0, 36.0)
MIDDLE = Mode("300G", 300e9, 62.5e9, 6, 75e9, 0.2, 21.0, 36.0)
SLOW = Mode("200G", 200e9, 62.5e9, 4, 75e9, 0.2, 17.0, 36.0)
KIND = TransceiverType("T", (FAST, MIDDLE, SLOW))
SWITCHING_S = 15e-3


def make_plan(lock_s: float = 0.0, noise: float = 0.008) -> Plan:
    """Each line has an amplifier at both ends; each adds half of ``noise``. Margin 1 dB."""
    sites = tuple(
        Site(name, 0, None, SiteFabric(), Optical("roadm", 0.0, "3D-MEMS", SWITCHING_S), 2, Port(400e9), None, "T")
        for name in "abc"
    )
    fibres = tuple(FibrePair(name, (name[0], name[1]), 80.0) for name in ("ab", "bc", "ac"))
    lines = tuple(
        Line(
            fibre.name, a, b, (80.0,), (f"{fibre.name}.1", f"{fibre.name}.2"), 1336.0, 0.0, -16.0,
            {FAST.carrier: Noise((noise / 2, noise / 2), (0.0,))},
        )
        for fibre in fibres
        for a, b in (fibre.sites, fibre.sites[::-1])
    )  # fmt: skip
    light = Light(
        "standard", 1.0, lock_s, 38.0, 191.35e12, (KIND,), {FAST.carrier: 51}, lines,
        {"duct": ("ab", "ac")}, (), (),
    )  # fmt: skip
    return replace(build_plan(Topology("t", sites, fibres)), light=light)


def add(plan: Plan, site: str, transceiver: int, fibre: str, channel: int) -> tuple[CrossConnect, CrossConnect]:
    """The cross-connects at ``site`` that add and drop a transceiver to and from a channel of a fibre."""
    switch = f"{site}-roadm"
    client = plan.link_by_name[f"{site}-t{transceiver}"].at(switch).port
    line = plan.link_by_name[fibre].at(switch).port
    return CrossConnect(switch, client, 0, line, channel), CrossConnect(switch, line, channel, client, 0)


@dataclass
class Player:
    """Plays events on a plant and keeps what came of them: (time, effect)."""

    plan: Plan
    plant: Plant
    state: State
    seen: list[tuple[float, Effect]]

    def play(self, event: Event, now_s: float) -> list[Effect]:
        """One event; its effects."""
        self.state, effects = self.plant.step(self.state, event, now_s)
        self.seen += [(now_s, effect) for effect in effects]
        return list(effects)


class Kit:
    """What tests of the plant are made with."""

    modes = (FAST, MIDDLE, SLOW)
    plan = staticmethod(make_plan)
    add = staticmethod(add)

    @staticmethod
    def player(plan: Plan) -> Player:
        """A player of a plan's plant, all dark."""
        plant = Plant(plan)
        return Player(plan, plant, plant.start(), [])

    @staticmethod
    def connected(plan: Plan, channel: int = 7) -> Player:
        """A player whose a-t1 and b-t1 are joined over fibre ab, at time 1 s."""
        player = Kit.player(plan)
        for site in "ab":
            for cross in add(plan, site, 1, "ab", channel):
                player.play(Connect(cross), 0.0)
        player.play(Tick(), SWITCHING_S)
        player.seen.clear()
        return player


@pytest.fixture(scope="session")
def kit() -> Kit:
    """Plans and players."""
    return Kit()
