"""Plays a graph over real TCP connections, one for each pair of ranks that talk.

All ranks live in this one process: a socket belongs to the network namespace it was opened in, so one event loop can
hold the connections of every server. Bytes are sent straight from a file in memory and dropped on arrival without
being copied (``MSG_TRUNC``): what is measured is the network. A receiver is woken once per message and not once per
packet (``SO_RCVLOWAT``): in the lab a system call costs more than carrying the packet.
"""

from __future__ import annotations

import asyncio
import mmap
import os
import socket
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from twin.errors import RunBroke
from twin.traffic.namespaces import inside
from twin.workloads.graph import COMPUTE, RECEIVE, SEND, Graph

#: The length of the file the bytes come from (a hole: it takes no memory), and the most one system call moves.
SOURCE_BYTES = 64 << 20
#: What waits to be read narrows TCP's window. The receive buffer holds four windows (see ``Network``): an eighth of it
#: may wait, and the window stays above the path's bandwidth-delay product.
WINDOW_SHARE = 8
_UNLIMITED = 0x7FFFFFFF


@dataclass(frozen=True)
class Place:
    """Where a rank runs: its server's address and namespace."""

    address: str
    namespace: int


class Channel:
    """One connection from a rank to another, with the messages that wait on either side."""

    def __init__(self, outgoing: socket.socket, incoming: socket.socket) -> None:
        self.outgoing = outgoing
        self.incoming = incoming
        self.to_send: deque[tuple[int, int]] = deque()  # (step, bytes left)
        self.to_receive: deque[tuple[int, int]] = deque()  # (step, bytes left)
        self.blocked = False
        self._low_water = 1
        buffer_bytes = incoming.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
        self._most = min(buffer_bytes // WINDOW_SHARE, SOURCE_BYTES)

    def wake_at(self, size_bytes: int) -> None:
        """Be readable once ``size_bytes`` have arrived, or as many as may wait without narrowing TCP's window."""
        wanted = min(max(size_bytes, 1), self._most)
        if wanted != self._low_water:
            self._low_water = wanted
            self.incoming.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, wanted)


class Player:
    """Opens the connections of ``graph`` once, then plays it as often as asked."""

    def __init__(self, graph: Graph, places: Sequence[Place], port: int, congestion: str) -> None:
        self._graph = graph
        self._places = places
        self._port = port
        self._congestion = congestion
        self._channels: dict[tuple[int, int], Channel] = {}
        self._followers: list[list[int]] = [[] for _ in graph.steps]
        for index, step in enumerate(graph.steps):
            for before in step.after:
                self._followers[before].append(index)
        self._waiting: list[int] = []
        self._arrived: set[int] = set()
        self._left = 0
        self._begin_s = 0.0
        #: When each step of the play under way or last done ended, s after it began; None: it has not.
        self.ends: list[float | None] = [None] * len(graph.steps)
        self._done: asyncio.Future[None] | None = None
        self._sink = mmap.mmap(-1, SOURCE_BYTES)  # never written: a bytearray would be filled with zeros first
        self._source = os.memfd_create("twin-payload")
        os.truncate(self._source, SOURCE_BYTES)

    async def connect(self) -> None:
        """Open every connection; the listening sockets are closed again."""
        loop = asyncio.get_running_loop()
        listeners: dict[str, socket.socket] = {}
        for source, target in self._graph.channels():
            place = self._places[target]
            if place.address not in listeners:
                listeners[place.address] = self._listener(place, 1024)
            with inside(self._places[source].namespace):
                outgoing = self._socket()
            await loop.sock_connect(outgoing, (place.address, self._port))
            incoming, _address = await loop.sock_accept(listeners[place.address])
            channel = Channel(outgoing, incoming)
            self._channels[source, target] = channel
            loop.add_reader(incoming.fileno(), self._readable, channel)
        for listener in listeners.values():
            listener.close()

    async def connect_at_once(self) -> None:
        """Open every connection at the same time: all are there after one handshake over the longest path."""
        loop = asyncio.get_running_loop()
        listeners: dict[str, socket.socket] = {}
        outgoing: dict[tuple[int, int], socket.socket] = {}
        for source, target in self._graph.channels():
            place = self._places[target]
            if place.address not in listeners:
                listeners[place.address] = self._listener(place, 4096)
            with inside(self._places[source].namespace):
                outgoing[source, target] = self._socket()
        addresses = {ranks: self._places[ranks[1]].address for ranks in outgoing}
        await asyncio.gather(*(loop.sock_connect(outgoing[r], (to, self._port)) for r, to in addresses.items()))
        incoming: dict[tuple[str, str, int], socket.socket] = {}
        for to in addresses.values():
            accepted, peer = await loop.sock_accept(listeners[to])
            incoming[to, peer[0], peer[1]] = accepted
        for ranks, to in addresses.items():
            channel = Channel(outgoing[ranks], incoming[(to, *outgoing[ranks].getsockname())])
            self._channels[ranks] = channel
            loop.add_reader(channel.incoming.fileno(), self._readable, channel)
        for listener in listeners.values():
            listener.close()

    def _listener(self, place: Place, backlog: int) -> socket.socket:
        with inside(place.namespace):
            made = self._socket()
        made.bind((place.address, self._port))
        made.listen(backlog)
        return made

    def _socket(self) -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        made.setblocking(False)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, self._congestion.encode())
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _UNLIMITED)  # wake when the buffer has room
        return made

    def close(self) -> None:
        """Close every connection; a play that is under way never ends."""
        loop = asyncio.get_running_loop()
        for channel in self._channels.values():
            loop.remove_reader(channel.incoming.fileno())
            loop.remove_writer(channel.outgoing.fileno())
            channel.outgoing.close()
            channel.incoming.close()
        self._channels.clear()
        os.close(self._source)

    async def play(self) -> None:
        """Play the graph once, from its first step to its last."""
        steps = self._graph.steps
        self._waiting = [len(step.after) for step in steps]
        self._arrived.clear()
        self._left = len(steps)
        self._begin_s = asyncio.get_running_loop().time()
        self.ends = [None] * len(steps)
        self._done = asyncio.get_running_loop().create_future()
        for index, step in enumerate(steps):
            if step.kind == RECEIVE:
                self._channels[step.peer, step.rank].to_receive.append((index, step.size_bytes))
        first = [index for index, count in enumerate(self._waiting) if count == 0]
        for channel in self._channels.values():
            self._take_empty(channel)
        for index in first:
            self._begin(index)
        await self._done

    def _begin(self, index: int) -> None:
        step = self._graph.steps[index]
        if step.kind == SEND:
            channel = self._channels[step.rank, step.peer]
            channel.to_send.append((index, step.size_bytes))
            if not channel.blocked:
                self._send(channel)
        elif step.kind == COMPUTE:
            asyncio.get_running_loop().call_later(step.seconds, self._finish, index)
        elif index in self._arrived and step.after:
            self._finish(index)

    def _finish(self, index: int) -> None:
        if self._done is None or self._done.done():
            return  # a timer of a play that was stopped
        self.ends[index] = asyncio.get_running_loop().time() - self._begin_s
        self._left -= 1
        for follower in self._followers[index]:
            self._waiting[follower] -= 1
            if self._waiting[follower] == 0:
                self._begin(follower)
        if self._left == 0 and not self._done.done():
            self._done.set_result(None)

    def _send(self, channel: Channel) -> None:
        """Hand over bytes until the queue is empty or the socket is full."""
        finished: list[int] = []
        loop = asyncio.get_running_loop()
        try:
            while channel.to_send:
                index, left = channel.to_send[0]
                while left:
                    left -= os.sendfile(channel.outgoing.fileno(), self._source, 0, min(left, SOURCE_BYTES))
                    channel.to_send[0] = (index, left)
                channel.to_send.popleft()
                finished.append(index)
            if channel.blocked:
                channel.blocked = False
                loop.remove_writer(channel.outgoing.fileno())
        except BlockingIOError:
            if not channel.blocked:
                channel.blocked = True
                loop.add_writer(channel.outgoing.fileno(), self._send, channel)
        except OSError as problem:
            self._fail(problem)
        for index in finished:
            self._finish(index)

    def _readable(self, channel: Channel) -> None:
        """Drop what has arrived of the first message; when that is all of it, finish its receive."""
        if not channel.to_receive:
            return
        index, left = channel.to_receive[0]
        try:
            got = channel.incoming.recv_into(self._sink, min(left, SOURCE_BYTES), socket.MSG_TRUNC)
        except BlockingIOError:
            return
        except OSError as problem:
            self._fail(problem)
            return
        if not got:
            self._fail(ConnectionResetError("closed by its peer"))
            return
        channel.to_receive[0] = (index, left - got)
        if got < left:
            channel.wake_at(left - got)
            return
        channel.to_receive.popleft()
        self._arrive(index)
        self._take_empty(channel)

    def _take_empty(self, channel: Channel) -> None:
        """Finish the empty messages at the head of the queue, and wait for the whole of the one after them."""
        while channel.to_receive and channel.to_receive[0][1] == 0:
            self._arrive(channel.to_receive.popleft()[0])
        if channel.to_receive:
            channel.wake_at(channel.to_receive[0][1])

    def _arrive(self, index: int) -> None:
        self._arrived.add(index)
        if self._waiting[index] == 0:
            self._finish(index)

    def _fail(self, problem: Exception) -> None:
        """End the play under way with ``problem``."""
        if self._done is not None and not self._done.done():
            self._done.set_exception(RunBroke(f"a collective's connection broke: {problem}"))
