"""The OpenFlow proxy: stands between every switch and the controller, one process for the whole network.

::

    OVS bridge --> :6654 proxy --> :6653 controller
                     | ^
          LivePlant <' '-- /run/twin/plant (the timeline: cuts, degradations)

It passes messages on unchanged, with these exceptions.

A change of a flow table is made exact in time: Open vSwitch keeps forwarding with its cached flows for up to 5 ms after
a change (its revalidators rest that long), so the proxy asks for a barrier of its own after each change and, once the
switch has answered, empties the cache. The same when a port of a switch with groups goes up or down, because a group
chooses among the ports that are up.

Flows' counters are made current: those of cached flows come to the tables only every 500 ms, so the cache is emptied
before the switch hears a question about them.

Where the plan has light, cross-connects of optical switches obey it: see ``twin.emulation.plant``. A barrier is passed
on when the light of its switch has settled.

Where the experiment says that the control channel is slow, what passes between here and the controller is late: see
``twin.emulation.control_channel``.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from twin.emulation import certificates, flowmod
from twin.emulation.control_channel import HEADER, Lane, LateReader, LateWriter, Message, Writer, read_message
from twin.emulation.plant import LivePlant, Ports, Send, open_logs
from twin.physics.events import Attenuate, Cut, Degrade, Event, Repair
from twin.plan.codec import from_json
from twin.plan.model import Plan
from twin.traffic import loop
from twin.workloads.scenario import ControlChannel

OFP_VERSION = 4  # OpenFlow 1.3
FEATURES_REPLY, PORT_STATUS, FLOW_MOD, GROUP_MOD, BARRIER_REQUEST, BARRIER_REPLY = 6, 12, 14, 15, 20, 21
CHANGES = frozenset((FLOW_MOD, GROUP_MOD))
MULTIPART_REQUEST, FLOW_COUNTERS = 18, frozenset((1, 2))  # of single flows, and of many together
#: Transaction ids of the proxy's own barriers: the controller's count up from small random numbers.
OWN_XID = 0xFFFF0000
#: The next message of a connection.
Receive = Callable[[], Awaitable[Message]]


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

    async def to_switch(self, receive: Receive, switch: asyncio.StreamWriter, controller: Writer) -> None:
        """Pass the controller's messages on."""

        def send(message: bytes) -> None:
            switch.write(message)
            self._groups = self._groups or message[1] == GROUP_MOD
            if message[1] in CHANGES:
                self._renew_cache(switch)

        while True:
            kind, message = await receive()
            if kind == MULTIPART_REQUEST and int.from_bytes(message[8:10]) in FLOW_COUNTERS:
                await self._cache.empty()
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
    def _change_light(plant: LivePlant, switch: str, flow: flowmod.FlowMod, send: Send, controller: Writer) -> None:
        cross = flow.cross_connect(switch)
        if flow.command in (flowmod.MODIFY, flowmod.MODIFY_STRICT):
            controller.write(flow.refusal())
        elif flow.command == flowmod.ADD and cross is not None:
            plant.add(cross, flow, send)
        else:
            if flow.command != flowmod.ADD:
                plant.delete(switch, flow)
            send(flow.message)

    async def to_controller(
        self, reader: asyncio.StreamReader, controller: Writer, switch: asyncio.StreamWriter
    ) -> None:
        """Pass the switch's messages on, but for the replies to our own barriers."""
        while True:
            kind, message = await read_message(reader)
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


class Proxy:
    """Accepts switches, and what the timeline does to the plant."""

    def __init__(
        self,
        controller: str,
        cache: FlowCache,
        plan: Plan,
        plant: LivePlant | None,
        tls: Path | None = None,
        channel: ControlChannel | None = None,
        seed: int = 0,
    ) -> None:
        self._controller = controller
        self._tls = tls
        self._cache = cache
        self._plant = plant
        self._names = {switch.dpid: switch.name for switch in plan.optical_switches}
        self._channel = channel
        self._seed = seed
        self._connections = 0

    async def accept_switch(self, from_switch: asyncio.StreamReader, to_switch: asyncio.StreamWriter) -> None:
        """One switch, until either side closes; it gets a connection of its own to the controller."""
        session = Session(self._cache, self._plant, self._names)
        try:
            from_controller, to_controller = await self._connect()
        except OSError:
            to_switch.close()  # the switch tries again
            return
        receive: Receive = lambda: read_message(from_controller)  # noqa: E731 - the other way is a method
        controller: Writer = to_controller
        pumps: list[asyncio.Task[None]] = []
        if self._channel is not None:
            receive, controller, pumps = self._late(self._channel, from_controller, to_controller)
        ways = (
            session.to_switch(receive, to_switch, controller),
            session.to_controller(from_switch, controller, to_switch),
        )
        tasks = [asyncio.create_task(way) for way in ways]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        tasks += pumps
        for task in tasks:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception) and not isinstance(result, (asyncio.IncompleteReadError, OSError)):
                raise result
        for writer in (to_switch, to_controller):
            writer.close()

    def _late(
        self, channel: ControlChannel, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> tuple[Receive, Writer, list[asyncio.Task[None]]]:
        """Both directions of a connection to the controller over ``channel``, and the tasks that carry it."""
        self._connections += 1
        lanes = [Lane(channel, f"{self._seed}/{self._connections}/{way}") for way in ("to switch", "to controller")]
        late_reader, late_writer = LateReader(reader, lanes[0]), LateWriter(writer, lanes[1])
        pumps = [asyncio.create_task(pump) for pump in (late_reader.pump(), late_writer.pump())]
        return late_reader.message, late_writer, pumps

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._controller.isdigit():
            context = certificates.to_controller(self._tls) if self._tls is not None else None
            return await asyncio.open_connection("127.0.0.1", int(self._controller), ssl=context)
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


async def serve(port: int, controller: str, control: Path, bundle: Path, socket: Path, tls: Path | None = None) -> None:
    """Serve for ever. ``controller`` is its port, or the path of a socket that leads to one elsewhere; ``control`` the
    switch daemon's control socket, ``socket`` the one for the timeline, ``tls`` the folder of certificates to meet the
    controller with, if it wants that."""
    plan = from_json(Plan, json.loads((bundle / "plan.json").read_text()))
    plant = LivePlant(plan, Ports(plan), *open_logs(bundle / "lab")) if plan.light is not None else None
    scenario = json.loads((bundle / "workload.json").read_text())
    channel = from_json(ControlChannel, scenario["control_channel"]) if scenario["control_channel"] else None
    proxy = Proxy(controller, FlowCache(control), plan, plant, tls, channel, scenario["seed"])
    await asyncio.start_unix_server(proxy.accept_event, socket)
    server = await asyncio.start_server(proxy.accept_switch, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        loop.run(serve(int(sys.argv[1]), sys.argv[2], *map(Path, sys.argv[3:7])))
