"""Full lines between namespaces of one process: TCP flows and UDP streams, timed where they arrive.

A *mark* is (when, how many bytes had arrived). The goodput of a stretch is what came between two marks: the line's
rate, whatever the ramp before it did.
"""

from __future__ import annotations

import mmap
import os
import selectors
import socket
import struct
import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from bench.inside.probes import SO_SNDBUFFORCE, Place, udp_socket
from twin.traffic.namespaces import inside

SOURCE_BYTES = 64 << 20
PORT = 6100
#: The receiver is woken for so much, or for an eighth of its buffer: what waits to be read narrows the window.
WAKE_BYTES = 256 << 10
WINDOW_SHARE = 8
#: A sender is woken when its buffer has room, and not for every 16 KiB that TCP has sent.
UNLIMITED = 0x7FFFFFFF
#: Let the kernel cut a datagram into this many frames' worth (``UDP_SEGMENT``), as a network card does.
SOL_UDP, UDP_SEGMENT = 17, 103
SEGMENTS = 7


@dataclass
class Marks:
    """When how much had arrived."""

    at_s: list[float] = field(default_factory=list)
    total: list[int] = field(default_factory=list)

    def add(self, size_bytes: int) -> None:
        self.at_s.append(time.monotonic())
        self.total.append((self.total[-1] if self.total else 0) + size_bytes)

    def rate_bps(self, after_s: float) -> float:
        """Bits per second from the first mark at or after ``after_s`` to the last one."""
        first = bisect_left(self.at_s, after_s)
        if first >= len(self.at_s) - 1:
            return 0.0
        return (self.total[-1] - self.total[first]) * 8 / (self.at_s[-1] - self.at_s[first])


def connect(source: Place, target: Place, port: int) -> tuple[socket.socket, socket.socket]:
    """A connection from ``source`` to ``target``: both its sockets."""
    with inside(target.namespace):
        listener = socket.create_server((target.address, port))
    with inside(source.namespace):
        outgoing = socket.create_connection((target.address, port))
    incoming, _ = listener.accept()
    listener.close()
    for end in (outgoing, incoming):
        end.setblocking(False)
        # Closing forgets what is on its way.
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    outgoing.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNLIMITED)  # as a collective's connections
    waiting = incoming.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) // WINDOW_SHARE
    incoming.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, max(1, min(WAKE_BYTES, waiting)))
    return outgoing, incoming


def tcp(pairs: Sequence[tuple[Place, Place]], ramp_s: float, measure_s: float) -> float:
    """Goodput of one flow for each of ``pairs``, all together, b/s: for ``measure_s`` after ``ramp_s``."""
    with _flows(pairs) as flows:
        start_s = time.monotonic()
        first_s, before = flows.fill(until_s=start_s + ramp_s)
        last_s, after = flows.fill(until_s=start_s + ramp_s + measure_s)
    return (after - before) * 8 / (last_s - first_s)


def tcp_time_s(source: Place, target: Place, size_bytes: int) -> float:
    """How long one flow takes to deliver ``size_bytes``, from its first byte's sending, s of the lab's clock."""
    with _flows([(source, target)]) as flows:
        start_s = time.monotonic()
        return flows.fill(size_bytes=size_bytes)[0] - start_s


@contextmanager
def _flows(pairs: Sequence[tuple[Place, Place]]) -> Iterator[Flows]:
    flows = Flows([connect(source, target, PORT) for source, target in pairs])
    try:
        yield flows
    finally:
        flows.close()


class Flows:
    """Connections that are kept full; what arrives is dropped and counted."""

    def __init__(self, ends: Sequence[tuple[socket.socket, socket.socket]]) -> None:
        self._ends = ends
        self._total = 0
        # Never written to: a bytearray would be, page by page, which takes a second in the lab.
        self._sink = mmap.mmap(-1, SOURCE_BYTES)
        self._source = os.memfd_create("bench")
        os.truncate(self._source, SOURCE_BYTES)
        self._selector = selectors.EpollSelector()
        for outgoing, incoming in ends:
            self._selector.register(outgoing, selectors.EVENT_WRITE, None)
            self._selector.register(incoming, selectors.EVENT_READ, incoming)

    def close(self) -> None:
        """Close all of them at once, with what is on its way."""
        self._selector.close()
        os.close(self._source)
        for pair in self._ends:
            for end in pair:
                end.close()

    def fill(self, until_s: float | None = None, size_bytes: int | None = None) -> tuple[float, int]:
        """Keep every flow full until the clock shows ``until_s``, or ``size_bytes`` have arrived in all; returns when
        that was and how much had arrived by then, to the byte."""
        while True:
            for key, _ in self._selector.select():
                if key.data is None:
                    self._send(key.fd)
                elif size_bytes is not None and size_bytes - self._total < 2 * WAKE_BYTES:
                    key.data.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
                    self._take(key.data)
                else:
                    self._take(key.data)
            if until_s is not None and time.monotonic() >= until_s:
                # A flow may have less than what its receiver is woken for: count that too.
                for _, incoming in self._ends:
                    self._take(incoming)
                break
            if size_bytes is not None and self._total >= size_bytes:
                break
        return time.monotonic(), self._total

    def _send(self, outgoing: int) -> None:
        try:
            while True:
                os.sendfile(outgoing, self._source, 0, SOURCE_BYTES)
        except BlockingIOError:
            return

    def _take(self, incoming: socket.socket) -> None:
        try:
            self._total += incoming.recv_into(self._sink, SOURCE_BYTES, socket.MSG_TRUNC)
        except BlockingIOError:
            return


def udp(source: Place, target: Place, payload_bytes: int, count: int, buffer_bytes: int, segmented: bool) -> float:
    """Goodput of a UDP stream that always has a frame ready, b/s: the second half of ``count`` full frames.

    ``buffer_bytes`` is how much the sender may have waiting; no more than its queue holds. ``segmented``: the kernel
    cuts the frames from larger pieces.
    """
    near, far = udp_socket(source), udp_socket(target, PORT)
    near.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, buffer_bytes // 2)  # the kernel doubles it
    pieces = SEGMENTS if segmented else 1
    if segmented:
        near.setsockopt(SOL_UDP, UDP_SEGMENT, payload_bytes)
    near.setblocking(False)
    far.setblocking(False)
    marks = Marks()
    try:
        _stream(near, far, (bytes(payload_bytes * pieces), (target.address, PORT)), count // pieces, marks)
    finally:
        near.close()
        far.close()
    middle = marks.total[-1] // 2
    return marks.rate_bps(marks.at_s[bisect_left(marks.total, middle)])


def _stream(
    near: socket.socket, far: socket.socket, what: tuple[bytes, tuple[str, int]], sends: int, marks: Marks
) -> None:
    """Send ``what`` (payload, address) ``sends`` times, as fast as the socket takes it; mark what arrives."""
    payload, address = what
    wanted = sends * len(payload)
    with selectors.EpollSelector() as selector:
        selector.register(near, selectors.EVENT_WRITE)
        selector.register(far, selectors.EVENT_READ)
        while not marks.total or marks.total[-1] < wanted:
            events = selector.select(5.0)
            if not events:
                return
            for key, _ in events:
                if key.fileobj is near:
                    sends = _send_some(near, payload, address, sends)
                    if not sends:
                        selector.unregister(near)
                else:
                    _mark_datagrams(far, marks)


def _send_some(near: socket.socket, payload: bytes, address: tuple[str, int], sends: int) -> int:
    try:
        while sends:
            near.sendto(payload, address)
            sends -= 1
    except BlockingIOError:
        pass
    return sends


def _mark_datagrams(far: socket.socket, marks: Marks) -> None:
    got = 0
    try:
        while True:
            got += far.recv_into(bytearray(1), 1, socket.MSG_TRUNC)
    except BlockingIOError:
        if got:
            marks.add(got)
