"""The OpenFlow proxy: stands between every switch and the controller, one process for the whole network.

::

    OVS bridge --> :6654 proxy --> :6653 controller
                     | ^
          LivePlant <' '-- /run/twin/plant (the timeline: cuts, degradations)

It passes messages on unchanged, with two exceptions.

A change of a flow table is made exact in time: Open vSwitch keeps forwarding with its cached flows for up to 5 ms after
a change (its revalidators rest that long), so the proxy asks for a barrier of its own after each change and, once the
switch has answered, empties the cache. The same when a port of a switch with groups goes up or down, because a group
chooses among the ports that are up.

Where the plan has light, cross-connects of optical switches obey it: see ``twin.emulation.plant``. A barrier is passed
on when the light of its switch has settled.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import struct
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from twin.emulation import flowmod
from twin.emulation.plant import LivePlant, Ports, Send, open_logs
from twin.physics.events import Attenuate, Cut, Degrade, Event, Repair
from twin.plan.codec import from_json
from twin.plan.model import Plan
from twin.traffic import loop

OFP_VERSION = 4  # OpenFlow 1.3
HEADER = struct.Struct("!BBHI")  # version, type, length, transaction id
FEATURES_REPLY, PORT_STATUS, FLOW_MOD, GROUP_MOD, BARRIER_REQUEST, BARRIER_REPLY = 6, 12, 14, 15, 20, 21
CHANGES = frozenset((FLOW_MOD, GROUP_MOD))
#: Transaction ids of the proxy's own barriers: the controller's count up from small random numbers.
OWN_XID = 0xFFFF0000


class FlowCache:
    """Open vSwitch's cached flows, emptied through the switch daemon's control socket."""

    def __init__(self, control: Path) -> None:
        self._control = control
        self._lock = asyncio.Lock()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def empty(self) -> None:
        """Remove every cached flow; the next packet of each flow is looked up in the tables again."""
        async with self._lock:
            if self._streams is None:
                self._streams = await asyncio.open_unix_connection(str(self._control))
            reader, writer = self._streams
            writer.write(json.dumps({"id": 0, "method": "revalidator/purge", "params": []}).encode())
            await _read_json(reader)


async def _read_json(reader: asyncio.StreamReader) -> None:
    """Read one JSON object: the daemon sends no newline after it."""
    depth = 0
    while True:
        character = await reader.readexactly(1)
        depth += {b"{": 1, b"}": -1}.get(character, 0)
        if depth == 0 and character == b"}":
            return


class Session:
    """One switch's connection, both sides of it. ``plant`` is there where the plan has light, ``names`` tells an
    optical switch's name by its datapath id."""

    def __init__(self, cache: FlowCache, plant: LivePlant | None, names: Mapping[int, str]) -> None:
        self._cache = cache
        self._plant = plant
        self._names = names
        self._barriers = 0
        self._groups = False
        self._optical: str | None = None

    async def to_switch(
        self, reader: asyncio.StreamReader, switch: asyncio.StreamWriter, controller: asyncio.StreamWriter
    ) -> None:
        """Pass the controller's messages on."""

        def send(message: bytes) -> None:
            switch.write(message)
            self._groups = self._groups or message[1] == GROUP_MOD
            if message[1] in CHANGES:
                self._renew_cache(switch)

        while True:
            kind, message = await _message(reader)
            if self._plant is None or self._optical is None:
                send(message)
            elif kind == FLOW_MOD:
                self._change_light(self._plant, self._optical, flowmod.parse(message), send, controller)
            else:
                if kind == BARRIER_REQUEST:
                    await self._plant.settled(self._optical)
                send(message)
            await switch.drain()

    def _renew_cache(self, switch: asyncio.StreamWriter) -> None:
        """Have the cache emptied once the switch has done all that it was told, or has noticed by itself."""
        self._barriers = (self._barriers + 1) & 0xFFFF
        switch.write(HEADER.pack(OFP_VERSION, BARRIER_REQUEST, HEADER.size, OWN_XID + self._barriers))

    @staticmethod
    def _change_light(
        plant: LivePlant, switch: str, flow: flowmod.FlowMod, send: Send, controller: asyncio.StreamWriter
    ) -> None:
        cross = flow.cross_connect(switch)
        if flow.command in (flowmod.MODIFY, flowmod.MODIFY_STRICT):
            controller.write(flow.refusal())
        elif flow.command == flowmod.ADD and cross is not None:
            plant.add(switch, cross, flow, send)
        else:
            if flow.command != flowmod.ADD:
                plant.delete(switch, flow)
            send(flow.message)

    async def to_controller(
        self, reader: asyncio.StreamReader, controller: asyncio.StreamWriter, switch: asyncio.StreamWriter
    ) -> None:
        """Pass the switch's messages on, but for the replies to our own barriers."""
        while True:
            kind, message = await _message(reader)
            xid = HEADER.unpack_from(message)[3]
            if kind == FEATURES_REPLY:
                self._optical = self._names.get(int.from_bytes(message[8:16]))
            if kind == BARRIER_REPLY and xid >= OWN_XID:
                if xid == OWN_XID + self._barriers:
                    await self._cache.empty()
                continue
            if kind == PORT_STATUS and self._groups:
                self._renew_cache(switch)
            controller.write(message)
            await controller.drain()


async def _message(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    header = await reader.readexactly(HEADER.size)
    _version, kind, length, _xid = HEADER.unpack(header)
    return kind, header + await reader.readexactly(length - HEADER.size)


class Proxy:
    """Accepts switches, and what the timeline does to the plant."""

    def __init__(self, controller: str, cache: FlowCache, plan: Plan, plant: LivePlant | None) -> None:
        self._controller = controller
        self._cache = cache
        self._plant = plant
        self._names = {switch.dpid: switch.name for switch in plan.optical_switches}

    async def accept_switch(self, from_switch: asyncio.StreamReader, to_switch: asyncio.StreamWriter) -> None:
        """One switch, until either side closes; it gets a connection of its own to the controller."""
        session = Session(self._cache, self._plant, self._names)
        try:
            from_controller, to_controller = await self._connect()
        except OSError:
            to_switch.close()  # the switch tries again
            return
        ways = (
            session.to_switch(from_controller, to_switch, to_controller),
            session.to_controller(from_switch, to_controller, to_switch),
        )
        tasks = [asyncio.create_task(way) for way in ways]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception) and not isinstance(result, (asyncio.IncompleteReadError, OSError)):
                raise result
        for writer in (to_switch, to_controller):
            writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._controller.isdigit():
            return await asyncio.open_connection("127.0.0.1", int(self._controller))
        return await asyncio.open_unix_connection(self._controller)

    async def accept_event(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One event of the timeline: ``{"do": "cut", "target": FIBRE}``, with ``level_db`` and ``over_s`` for a
        degradation."""
        line = json.loads(await reader.readline())
        if self._plant is not None:
            self._plant.happen(EVENTS[line["do"]](line["target"], line["level_db"], line["over_s"]))
        writer.write(b"\n")
        await writer.drain()
        writer.close()


EVENTS: dict[str, Callable[[str, float, float], Event]] = {
    "cut": lambda target, _level_db, _over_s: Cut(target),
    "repair": lambda target, _level_db, _over_s: Repair(target),
    "degrade": Degrade,
    "attenuate": Attenuate,
}


async def serve(port: int, controller: str, control: Path, bundle: Path, socket: Path) -> None:
    """Serve for ever. ``controller`` is its port, or the path of a socket that leads to one elsewhere; ``control`` the
    switch daemon's control socket, ``socket`` the one for the timeline."""
    plan = from_json(Plan, json.loads((bundle / "plan.json").read_text()))
    plant = LivePlant(plan, Ports(plan), *open_logs(bundle / "lab")) if plan.light is not None else None
    proxy = Proxy(controller, FlowCache(control), plan, plant)
    await asyncio.start_unix_server(proxy.accept_event, socket)
    server = await asyncio.start_server(proxy.accept_switch, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        loop.run(serve(int(sys.argv[1]), sys.argv[2], *map(Path, sys.argv[3:6])))
