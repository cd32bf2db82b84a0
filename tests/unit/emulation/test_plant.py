"""The plant while it runs: what it does to switches and ports, and when. Time is the test's."""

from __future__ import annotations

import asyncio
import io
import json
import struct
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from twin.emulation import flowmod, plant
from twin.emulation.flowmod import FlowMod
from twin.physics.events import Attenuate, Cut, Tick
from twin.physics.wiring import CrossConnect
from twin.plan.build import build_plan
from twin.plan.catalogue import Mode, TransceiverType
from twin.plan.light import Light, Line, Noise
from twin.plan.model import Plan
from twin.plan.topology import FibrePair, Optical, Port, Site, SiteFabric, Topology

FAST = Mode("400G", 400e9, 62.5e9, 8, 75e9, 0.2, 24.0, 36.0)
SLOW = Mode("200G", 200e9, 62.5e9, 4, 75e9, 0.2, 17.0, 36.0)
SWITCHING_S = 15e-3
CROSSES = (
    CrossConnect("a-roadm", 1, 0, 2, 7),
    CrossConnect("a-roadm", 2, 7, 1, 0),
    CrossConnect("b-roadm", 1, 0, 2, 7),
    CrossConnect("b-roadm", 2, 7, 1, 0),
)


def lit_plan() -> Plan:
    """Two sites, one fibre, a transceiver each."""
    optical = Optical("roadm", 0.0, "3D-MEMS", SWITCHING_S)
    sites = tuple(Site(n, 0, None, SiteFabric(), optical, 1, Port(400e9), None, "T") for n in "ab")
    noise = {FAST.carrier: Noise((0.004, 0.004), (0.0,))}
    lines = tuple(
        Line("ab", source, target, (80.0,), ("ab.1", "ab.2"), 1336.0, 0.0, -16.0, noise)
        for source, target in (("a", "b"), ("b", "a"))
    )
    kind = TransceiverType("T", (FAST, SLOW))
    light = Light("standard", 1.0, 0.0, 38.0, 191.35e12, (kind,), {FAST.carrier: 51}, lines, {}, (), ())
    return replace(build_plan(Topology("t", sites, (FibrePair("ab", ("a", "b"), 80.0),))), light=light)


class FakePorts:
    """Remembers what was asked of the ports."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def set_carrier(self, transceiver: str, up: bool) -> None:
        self.asked.append((transceiver, "up" if up else "down"))

    def set_rate(self, transceiver: str, rate_bps: float) -> None:
        self.asked.append((transceiver, rate_bps))


def flow_of(cross: CrossConnect, tag: bytes = b"") -> FlowMod:
    message = struct.pack("!BBHI", 4, flowmod.FLOW_MOD, 56, 0) + bytes(40) + struct.pack("!HH4x", 1, 4) + tag
    return FlowMod(message, flowmod.ADD, 100, 0, 0, flowmod.OFPP_ANY, b"", None, None, False, (cross.out_port,), None)


class Stage:
    """A live plant, its clock, and what it sent to switches and ports."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_s = 1000.0
        monkeypatch.setattr(plant.time, "monotonic", lambda: self.now_s)
        self.ports = FakePorts()
        self.log, self.happened = io.StringIO(), io.StringIO()
        self.live = plant.LivePlant(lit_plan(), self.ports, self.log, self.happened)  # type: ignore[arg-type]
        self.sent: list[bytes] = []

    def add_all(self) -> None:
        for cross in CROSSES:
            self.live.add(cross, flow_of(cross), self.sent.append)

    def pass_time(self, seconds: float) -> None:
        self.now_s += seconds
        self.live.happen(Tick())

    def events(self) -> list[str]:
        return [json.loads(line)["event"] for line in self.log.getvalue().splitlines()]


def staged(monkeypatch: pytest.MonkeyPatch, play: Callable[[Stage], None]) -> Stage:
    """``play`` a stage within an event loop."""

    async def main() -> Stage:
        stage = Stage(monkeypatch)
        play(stage)
        return stage

    return asyncio.run(main())


def test_a_cross_connect_reaches_its_switch_when_its_light_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    def play(stage: Stage) -> None:
        stage.add_all()
        stage.pass_time(SWITCHING_S - 1e-6)
        assert (stage.sent, stage.ports.asked) == ([], [])
        stage.pass_time(2e-6)

    stage = staged(monkeypatch, play)
    assert len(stage.sent) == 4
    assert stage.ports.asked == [("a-t1", 400e9), ("a-t1", "up"), ("b-t1", 400e9), ("b-t1", "up")]
    assert stage.events().count("cross-connect-lit") == 4


def test_the_same_cross_connect_again_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def play(stage: Stage) -> None:
        stage.add_all()
        stage.pass_time(SWITCHING_S)
        stage.sent.clear()
        stage.ports.asked.clear()
        stage.add_all()

    stage = staged(monkeypatch, play)
    assert len(stage.sent) == 4  # the switch gets them at once: nothing is dark
    assert stage.ports.asked == []


def test_what_replaces_a_cross_connect_darkens_it_first(monkeypatch: pytest.MonkeyPatch) -> None:
    def play(stage: Stage) -> None:
        stage.add_all()
        stage.pass_time(SWITCHING_S)
        stage.sent.clear()
        stage.ports.asked.clear()
        other = replace(CROSSES[0], out_channel=8)
        stage.live.add(other, flow_of(other), stage.sent.append)

    stage = staged(monkeypatch, play)
    assert stage.sent == [flow_of(CROSSES[0]).deletion()]
    assert stage.ports.asked == [("b-t1", "down")]


def test_a_worse_line_lowers_the_rate_and_a_cut_the_carrier(monkeypatch: pytest.MonkeyPatch) -> None:
    def play(stage: Stage) -> None:
        stage.add_all()
        stage.pass_time(SWITCHING_S)
        stage.ports.asked.clear()
        stage.live.happen(Attenuate("ab", 6.0))
        stage.live.happen(Cut("ab"))

    stage = staged(monkeypatch, play)
    assert stage.ports.asked == [("a-t1", 200e9), ("b-t1", 200e9), ("a-t1", "down"), ("b-t1", "down")]
    happened = [json.loads(line) for line in stage.happened.getvalue().splitlines()]
    assert [line["event"] for line in happened] == [*["connect"] * 4, "attenuate", "cut"]
    assert happened[-1] == {"at_s": 1000.015, "event": "cut", "fibre": "ab"}


def test_a_barrier_waits_for_the_light_of_its_switch(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> tuple[bool, bool, bool]:
        stage = Stage(monkeypatch)
        stage.live.add(CROSSES[0], flow_of(CROSSES[0]), stage.sent.append)
        waiting = asyncio.create_task(stage.live.settled("a-roadm"))
        other = asyncio.create_task(stage.live.settled("b-roadm"))
        await asyncio.sleep(0)
        before, free = waiting.done(), other.done()
        stage.pass_time(SWITCHING_S)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return before, free, waiting.done()

    assert asyncio.run(main()) == (False, True, True)
