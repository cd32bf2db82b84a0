"""The optical plant while the lab runs: ``twin.physics.operation`` with the lab's clock, switches and ports.

::

    controller's FlowMod --> add, delete -.                          .-> FlowMod to the switch, once light passes
    timeline --------------> happen ------+-> twin.physics.operation +-> carrier and rate of the transceivers' ports
    the loop's clock ------> Tick --------'                          '-> lab/plant.jsonl, lab/light.jsonl
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
from twin.physics.events import Event, Tick
from twin.physics.operation import Operation
from twin.physics.wiring import CrossConnect
from twin.plan.model import Link, Plan

#: Sends a message to a switch.
Send = Callable[[bytes], None]


@dataclass(frozen=True)
class Held:
    """A flow, and the way to its switch."""

    flow: FlowMod
    send: Send


class LivePlant:
    """One plan's plant. Every method runs within the event loop. ``events`` gets what it tells, ``happened`` what
    happened to it (see ``twin.physics.record``)."""

    def __init__(self, plan: Plan, ports: Ports, events: TextIO, happened: TextIO) -> None:
        self._operation: Operation[Held] = Operation(plan, _Hands(ports, events, happened))
        self._events = events
        self._timer: asyncio.TimerHandle | None = None
        self._changed = asyncio.Event()

    def add(self, cross: CrossConnect, flow: FlowMod, send: Send) -> None:
        """A controller wants ``cross``."""
        self._operation.order(cross, Held(flow, send), time.monotonic())
        self._wind()

    def delete(self, switch: str, deletion: FlowMod) -> None:
        """A controller removes flows of ``switch``; the message itself goes on to the switch."""
        self._operation.cancel(switch, lambda held: deletion.deletes(held.flow), time.monotonic())
        self._wind()

    async def settled(self, switch: str) -> None:
        """Wait until nothing of ``switch`` moves, to let a barrier pass; tells how long it was held."""
        since_s = time.monotonic()
        waited = False
        while not self._operation.settled(switch):
            waited = True
            self._changed.clear()
            await self._changed.wait()
        if waited:
            _tell(self._events, "barrier-passed", {"switch": switch, "held_s": round(time.monotonic() - since_s, 9)})

    def happen(self, event: Event) -> None:
        """Let ``event`` happen now, after all that is due."""
        self._operation.happen(event, time.monotonic())
        self._wind()

    def _wind(self) -> None:
        self._changed.set()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        next_s = self._operation.next_s
        if next_s is not None:
            self._timer = asyncio.get_running_loop().call_at(next_s, self.happen, Tick())


class _Hands:
    """The lab's: messages to switches, carrier and rate of ports, and the two logs."""

    def __init__(self, ports: Ports, events: TextIO, happened: TextIO) -> None:
        self._events = events
        self._happened = happened
        self.set_carrier = ports.set_carrier
        self.set_rate = ports.set_rate

    def install(self, held: Held) -> None:
        held.send(held.flow.message)

    def withdraw(self, held: Held) -> None:
        held.send(held.flow.deletion())

    def interrupt(self, cross: CrossConnect) -> None:
        """The deletion has gone to the switch already."""

    def tell(self, event: str, details: dict[str, Any]) -> None:
        _tell(self._events, event, details)

    def note(self, event: Event, at_s: float) -> None:
        _write(self._happened, record.to_line(event, at_s))


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


def _tell(out: TextIO, event: str, details: dict[str, Any]) -> None:
    _write(out, {"monotonic_s": time.monotonic(), "event": event, **details})


def _write(out: TextIO, line: dict[str, Any]) -> None:
    out.write(json.dumps(line) + "\n")
    out.flush()


def open_logs(folder: Path) -> tuple[TextIO, TextIO]:
    """``plant.jsonl`` and ``light.jsonl`` in the run's ``lab`` folder, for writing."""
    return (folder / "plant.jsonl").open("w"), (folder / "light.jsonl").open("w")
