"""The control channel between a switch and its controller: messages that come late, but whole and in order.

OpenFlow runs over TCP, so no message is ever lost: a lost segment is sent again when its acknowledgement has not come
in time, and all that was sent behind it waits until then. ``loss`` is therefore the chance that a message is late by
one retransmission, twice that for the second in a row, and so on. What is sent meanwhile arrives together with it.
"""

from __future__ import annotations

import asyncio
import random
import struct
from typing import Final, Protocol

from twin.workloads.scenario import ControlChannel

HEADER: Final = struct.Struct("!BBHI")  # version, type, length, transaction id
#: Linux's shortest wait for an acknowledgement beyond the round trip, s (TCP_RTO_MIN).
RETRANSMISSION_S: Final = 0.2

#: An OpenFlow message: its type, and all of it.
Message = tuple[int, bytes]


async def read_message(reader: asyncio.StreamReader) -> Message:
    """The next message of a connection. Raises ``IncompleteReadError`` at its end."""
    header = await reader.readexactly(HEADER.size)
    _version, kind, length, _xid = HEADER.unpack(header)
    return kind, header + await reader.readexactly(length - HEADER.size)


class Lane:
    """One direction: what is put in comes out late, in order."""

    def __init__(self, channel: ControlChannel, seed: str) -> None:
        self._channel = channel
        self._chance = random.Random(seed)
        self._under_way: asyncio.Queue[tuple[float, Message | Exception]] = asyncio.Queue()
        self._last_s = 0.0

    def put(self, item: Message | Exception) -> None:
        """Send a message, or the end of the connection, on its way."""
        now_s = asyncio.get_running_loop().time()
        if now_s + self._channel.delay_s >= self._last_s:  # else it goes along with what is being repeated
            self._last_s = now_s + self._late_s()
        self._under_way.put_nowait((self._last_s, item))

    def _late_s(self) -> float:
        wait_s = RETRANSMISSION_S + 2 * self._channel.delay_s
        late_s = self._channel.delay_s
        while self._chance.random() < self._channel.loss:
            late_s, wait_s = late_s + wait_s, 2 * wait_s
        return late_s

    async def get(self) -> Message:
        """The next message, when it has arrived. Raises what was put in as the connection's end."""
        at_s, item = await self._under_way.get()
        await asyncio.sleep(max(0.0, at_s - asyncio.get_running_loop().time()))
        if isinstance(item, Exception):
            raise item
        return item


class LateReader:
    """What comes from ``reader``, late. ``pump`` is a task of its own, which reads on while messages are under way."""

    def __init__(self, reader: asyncio.StreamReader, lane: Lane) -> None:
        self._reader = reader
        self._lane = lane
        self.message = lane.get

    async def pump(self) -> None:
        """Read until the connection ends."""
        while True:
            try:
                self._lane.put(await read_message(self._reader))
            except (asyncio.IncompleteReadError, OSError) as problem:
                self._lane.put(problem)
                return


class LateWriter:
    """What goes to ``writer``, late; ``pump`` is a task of its own."""

    def __init__(self, writer: asyncio.StreamWriter, lane: Lane) -> None:
        self._writer = writer
        self._lane = lane

    def write(self, message: bytes) -> None:
        """Send one message on its way."""
        self._lane.put((message[1], message))

    async def drain(self) -> None:
        """Nothing to wait for: what is under way is in memory."""

    async def pump(self) -> None:
        """Write what has arrived, for ever."""
        while True:
            _kind, message = await self._lane.get()
            self._writer.write(message)
            await self._writer.drain()


class Writer(Protocol):
    """What messages are written to, at once or late."""

    def write(self, message: bytes, /) -> None: ...

    async def drain(self) -> None: ...
