"""The OpenFlow proxy: stands between every switch and the controller, one process for the whole network.

::

    OVS bridge --> :6654 proxy --> :6653 controller

It passes every message on unchanged. What it adds is that a change of a flow table is exact in time: Open vSwitch keeps
forwarding with its cached flows for up to 5 ms after a change (its revalidators rest that long), so the proxy asks for
a barrier of its own after each burst of changes and, once the switch has answered, empties the cache. A barrier reply
that the controller waits for is passed on after that, so it means what it says.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import struct
import sys
from pathlib import Path

from twin.traffic import loop

OFP_VERSION = 4  # OpenFlow 1.3
HEADER = struct.Struct("!BBHI")  # version, type, length, transaction id
FLOW_MOD, GROUP_MOD, BARRIER_REQUEST, BARRIER_REPLY = 14, 15, 20, 21
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
    """One switch's connection, both sides of it."""

    def __init__(self, cache: FlowCache) -> None:
        self._cache = cache
        self._barriers = 0

    async def to_switch(self, reader: asyncio.StreamReader, switch: asyncio.StreamWriter) -> None:
        """Pass the controller's messages on; a burst that changes tables is followed by a barrier of ours."""
        while True:
            kind, message = await _message(reader)
            switch.write(message)
            if kind in CHANGES:
                self._barriers = (self._barriers + 1) & 0xFFFF
                switch.write(HEADER.pack(OFP_VERSION, BARRIER_REQUEST, HEADER.size, OWN_XID + self._barriers))
            await switch.drain()

    async def to_controller(self, reader: asyncio.StreamReader, controller: asyncio.StreamWriter) -> None:
        """Pass the switch's messages on, but for the replies to our own barriers."""
        while True:
            kind, message = await _message(reader)
            xid = HEADER.unpack_from(message)[3]
            if kind == BARRIER_REPLY and xid >= OWN_XID:
                if xid == OWN_XID + self._barriers:
                    await self._cache.empty()
                continue
            controller.write(message)
            await controller.drain()


async def _message(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    header = await reader.readexactly(HEADER.size)
    _version, kind, length, _xid = HEADER.unpack(header)
    return kind, header + await reader.readexactly(length - HEADER.size)


async def serve(port: int, controller_port: int, control: Path) -> None:
    """Accept switches on ``port`` for ever; each gets a connection of its own to the controller."""
    cache = FlowCache(control)

    async def accept(from_switch: asyncio.StreamReader, to_switch: asyncio.StreamWriter) -> None:
        session = Session(cache)
        try:
            from_controller, to_controller = await asyncio.open_connection("127.0.0.1", controller_port)
        except OSError:
            to_switch.close()  # the switch tries again
            return
        ways = (session.to_switch(from_controller, to_switch), session.to_controller(from_switch, to_controller))
        tasks = [asyncio.create_task(way) for way in ways]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception) and not isinstance(result, (asyncio.IncompleteReadError, OSError)):
                raise result
        for writer in (to_switch, to_controller):
            writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        loop.run(serve(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
