"""The optical plant while the lab runs: the pure rules of ``twin.physics`` with a clock, switches and ports.

::

    controller's FlowMod --> add, delete -.                      .-> FlowMod to the switch, once light passes
    timeline --------------> happen ------+-> twin.physics.plant +-> carrier and rate of the transceivers' ports
    the loop's clock ------> Tick --------'                      '-> lab/plant.jsonl, lab/light.jsonl
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from twin.emulation import qdisc, shaping
from twin.emulation.flowmod import FlowMod
from twin.emulation.netlink import RouteSocket, interface_state
from twin.physics import record
from twin.physics.effects import Alarm, CarrierDown, CarrierUp, Effect, Install, Locking, RateChange, Remove
from twin.physics.events import Connect, Disconnect, Event, Tick
from twin.physics.plant import Plant
from twin.physics.wiring import CrossConnect
from twin.plan.model import Link, Plan

#: Sends a message to a switch.
Send = Callable[[bytes], None]
_Key = tuple[str, int, int]


@dataclass(frozen=True)
class Held:
    """A flow that is in a switch, or will be once its light passes."""

    cross: CrossConnect
    flow: FlowMod
    send: Send


class LivePlant:
    """One plan's plant. Every method runs within the event loop. ``events`` gets what it tells, ``happened`` what
    happened to it (see ``twin.physics.record``)."""

    def __init__(self, plan: Plan, ports: Ports, events: TextIO, happened: TextIO) -> None:
        self._plant = Plant(plan)
        self._switching_s = {switch.name: switch.switching_s for switch in plan.optical_switches}
        self._ports = ports
        self._events = events
        self._happened = happened
        self._state = self._plant.start()
        self._flows: dict[_Key, Held] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._changed = asyncio.Event()

    def add(self, switch: str, cross: CrossConnect, flow: FlowMod, send: Send) -> None:
        """A controller wants ``cross``. The light it replaces goes dark at once; installing it again is nothing new."""
        key = (switch, cross.in_port, cross.in_channel)
        old = self._flows.get(key)
        self._flows[key] = Held(cross, flow, send)
        if old is not None and old.cross == cross:
            if cross in self._state.connects:
                send(flow.message)
            return
        if old is not None:
            old.send(old.flow.deletion())
            self.happen(Disconnect(old.cross))
        switching_s = self._switching_s[cross.switch]
        self._tell("cross-connect-switching", **_ports(cross), switching_s=switching_s)
        self.happen(Connect(cross))

    def delete(self, switch: str, deletion: FlowMod) -> None:
        """A controller removes flows of ``switch``; the message itself goes on to the switch."""
        gone = [key for key, held in self._flows.items() if key[0] == switch and deletion.deletes(held.flow)]
        for key in gone:
            self.happen(Disconnect(self._flows.pop(key).cross))

    async def settled(self, switch: str) -> None:
        """Wait until nothing of ``switch`` moves, to let a barrier pass; tells how long it was held."""
        since_s = time.monotonic()
        waited = False
        while not self._state.settled(switch):
            waited = True
            self._changed.clear()
            await self._changed.wait()
        if waited:
            self._tell("barrier-passed", switch=switch, held_s=round(time.monotonic() - since_s, 9))

    def happen(self, event: Event) -> None:
        """Let ``event`` happen now, after all that is due."""
        now_s = time.monotonic()
        while self._state.next_s is not None and self._state.next_s <= now_s:
            self._step(Tick(), self._state.next_s)
        if not isinstance(event, Tick):
            _write(self._happened, record.to_line(event, now_s))
        self._step(event, now_s)
        self._changed.set()
        self._wind()

    def _step(self, event: Event, now_s: float) -> None:
        self._state, effects = self._plant.step(self._state, event, now_s)
        for effect in effects:
            self._perform(effect)

    def _wind(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._state.next_s is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(self._state.next_s, self.happen, Tick())

    def _perform(self, effect: Effect) -> None:
        match effect:
            case Install(cross):
                held = self._flows.get((cross.switch, cross.in_port, cross.in_channel))
                if held is not None and held.cross == cross:
                    held.send(held.flow.message)
                self._tell("cross-connect-lit", **_ports(cross))
            case Remove(cross):  # its message has gone to the switch already
                self._tell("cross-connect-dark", **_ports(cross))
            case CarrierUp(name, mode, rate_bps):
                self._ports.set_rate(name, rate_bps)
                self._ports.set_carrier(name, up=True)
                self._tell("carrier-up", transceiver=name, mode=mode, rate_bps=rate_bps)
            case CarrierDown(name, reason):
                self._ports.set_carrier(name, up=False)
                self._tell("carrier-down", transceiver=name, reason=reason)
            case RateChange(name, mode, rate_bps):
                self._ports.set_rate(name, rate_bps)
                self._tell("rate-changed", transceiver=name, mode=mode, rate_bps=rate_bps)
            case Alarm(name, kind, raised):
                self._tell("alarm-raised" if raised else "alarm-cleared", transceiver=name, alarm=kind)
            case Locking(name, lock_s):
                self._tell("receiver-locking", transceiver=name, lock_s=lock_s)

    def _tell(self, event: str, **details: Any) -> None:
        _write(self._events, {"monotonic_s": time.monotonic(), "event": event, **details})


class Ports:
    """The transceivers' ports: carrier is lowered at the optical switch's end, the rate is the border's shaper."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._route = RouteSocket()
        self._index = {link.name: index for index, link in enumerate(plan.links)}
        self._links = {item.name: (plan.link_by_name[item.link], item.switch) for item in plan.transceivers}

    def set_carrier(self, transceiver: str, up: bool) -> None:
        """Raise or lower the carrier that the border switch sees."""
        link, border = self._links[transceiver]
        self._route.apply(interface_state(self._number(link, at_border=False, border=border), up))

    def set_rate(self, transceiver: str, rate_bps: float) -> None:
        """Change the transmitter's rate; packets that wait, wait on."""
        link, border = self._links[transceiver]
        end = link.at(border)
        number = self._number(link, at_border=True, border=border)
        self._route.apply(qdisc.tbf(number, rate_bps, qdisc.burst_bytes(rate_bps, self._plan.mtu), end.queue_bytes))

    def _number(self, link: Link, at_border: bool, border: str) -> int:
        border_is_a = link.a.node == border
        return shaping.end_index(self._index[link.name], 0 if border_is_a == at_border else 1)


def _ports(cross: CrossConnect) -> dict[str, Any]:
    return {"switch": cross.switch, "port": cross.in_port, "to": cross.out_port}


def _write(out: TextIO, line: dict[str, Any]) -> None:
    out.write(json.dumps(line) + "\n")
    out.flush()


def open_logs(folder: Path) -> tuple[TextIO, TextIO]:
    """``plant.jsonl`` and ``light.jsonl`` in the run's ``lab`` folder, for writing."""
    return (folder / "plant.jsonl").open("w"), (folder / "light.jsonl").open("w")
