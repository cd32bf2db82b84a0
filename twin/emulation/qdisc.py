"""Queueing disciplines as netlink messages: exact to the nanosecond and to the byte, at any rate.

Two are needed. The transmitter is a token bucket (``tbf``) whose queue is counted in bytes::

    root tbf  rate, burst, limit in bytes          root tbf
                                                     +- red   where the queue marks ECN above a depth

and the fibre is a delay line (``netem``) that holds as many packets as can be in flight. The messages are packed here
because the libraries at hand speak the 32-bit rates (34 Gb/s at most) and the 64 ns ticks of old kernels.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

RTM_NEWQDISC, RTM_GETQDISC = 36, 38
NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP, NLM_F_CREATE, NLM_F_REPLACE = 0x1, 0x4, 0x300, 0x400, 0x100
NLMSG_ERROR, NLMSG_DONE = 2, 3
TC_H_ROOT = 0xFFFFFFFF
TCA_KIND, TCA_OPTIONS, TCA_STATS = 1, 2, 3
TCA_TBF_PARMS, TCA_TBF_RATE64, TCA_TBF_BURST = 1, 4, 6
TCA_RED_PARMS, TCA_RED_STAB, TCA_RED_FLAGS = 1, 2, 4
TCA_NETEM_LATENCY64, TCA_NETEM_PRNG_SEED = 10, 14
TC_RED_ECN, TC_RED_NODROP = 1, 8
LINKLAYER_ETHERNET = 1

#: Root and child handles (major << 16 | minor) of what the twin installs.
ROOT_HANDLE, CHILD_HANDLE = 1 << 16, 2 << 16
#: The largest packet a sender hands over at once (64 KiB and the headers of its frames). A smaller bucket makes the
#: kernel cut it into frames first, which is exact but costs seven times the work.
GSO_BYTES = 68_000
#: From this rate on the bucket holds one such packet: it takes half a millisecond there, and less above.
GSO_FROM_BPS = 1e9
#: A netem queue must never drop: it stands for light in glass.
NEVER_DROPS = 0x7FFFFFFF


@dataclass(frozen=True)
class QueueStatistics:
    """Counters of one qdisc: bytes and packets sent, packets dropped, bytes waiting."""

    ifindex: int
    kind: str
    handle: int
    parent: int
    sent_bytes: int
    sent_packets: int
    dropped: int
    backlog_bytes: int


def burst_bytes(rate_bps: float, mtu: int) -> int:
    """The bucket's depth: two frames or 100 us of the rate; from 1 Gb/s on at least one GSO packet, at most two.

    It bounds how far the transmitter may run ahead of a strict serialisation: by one bucket, once after each pause.
    """
    least = GSO_BYTES if rate_bps >= GSO_FROM_BPS else 2 * (mtu + 18)
    return int(max(least, min(2 * GSO_BYTES, rate_bps / 8 * 100e-6)))


def attribute(kind: int, payload: bytes) -> bytes:
    """One netlink attribute, padded to four bytes."""
    length = 4 + len(payload)
    return struct.pack("=HH", length, kind) + payload + b"\0" * (-length % 4)


def _qdisc_request(ifindex: int, handle: int, parent: int, kind: str, options: bytes, sequence: int) -> bytes:
    body = struct.pack("=Bxxxi3I", socket.AF_UNSPEC, ifindex, handle, parent, 0)
    body += attribute(TCA_KIND, kind.encode() + b"\0") + attribute(TCA_OPTIONS, options)
    flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE
    return struct.pack("=IHHII", 16 + len(body), RTM_NEWQDISC, flags, sequence, 0) + body


def tbf(ifindex: int, rate_bps: float, burst: int, limit_bytes: int, sequence: int = 0) -> bytes:
    """A token bucket at the root: ``rate_bps`` bits per second, ``burst`` and ``limit_bytes`` in bytes."""
    rate = round(rate_bps / 8)
    spec = struct.pack("=BBHhHI", 0, LINKLAYER_ETHERNET, 0, 0, 0, min(rate, 0xFFFFFFFF))
    no_peak = bytes(12)
    parameters = spec + no_peak + struct.pack("=III", limit_bytes, 0, 0)
    options = (
        attribute(TCA_TBF_PARMS, parameters)
        + attribute(TCA_TBF_BURST, struct.pack("=I", burst))
        + attribute(TCA_TBF_RATE64, struct.pack("=Q", rate))
    )
    return _qdisc_request(ifindex, ROOT_HANDLE, TC_H_ROOT, "tbf", options, sequence)


def red(ifindex: int, limit_bytes: int, mark_bytes: int, sequence: int = 0) -> bytes:
    """Below the token bucket: mark ECN-capable packets while more than ``mark_bytes`` wait (DCTCP's step).

    The average is the queue's true length (weight 2**0) and forgets at once when idle; other packets use the whole
    queue (``nodrop``).
    """
    flags = TC_RED_ECN | TC_RED_NODROP
    parameters = struct.pack("=IIIBBBB", limit_bytes, mark_bytes, mark_bytes, 0, 0, 0, TC_RED_ECN)
    options = (
        attribute(TCA_RED_PARMS, parameters)
        + attribute(TCA_RED_STAB, b"\x1f" * 256)
        + attribute(TCA_RED_FLAGS, struct.pack("=II", flags, flags))
    )
    return _qdisc_request(ifindex, CHILD_HANDLE, ROOT_HANDLE | 1, "red", options, sequence)


def netem(ifindex: int, delay_s: float, loss: float, seed: int, sequence: int = 0) -> bytes:
    """A delay line at the root: ``delay_s`` seconds, random ``loss`` (a probability) drawn from ``seed``."""
    lost = min(round(loss * 2**32), 2**32 - 1)
    options = struct.pack("=IIIIII", 0, NEVER_DROPS, lost, 0, 0, 0)
    options += attribute(TCA_NETEM_LATENCY64, struct.pack("=q", round(delay_s * 1e9)))
    options += attribute(TCA_NETEM_PRNG_SEED, struct.pack("=Q", seed))
    return _qdisc_request(ifindex, ROOT_HANDLE, TC_H_ROOT, "netem", options, sequence)


class TrafficControl:
    """A netlink socket of the network namespace it was opened in."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
        self._socket.bind((0, 0))

    def close(self) -> None:
        self._socket.close()

    def apply(self, message: bytes) -> None:
        """Send one request and wait for its acknowledgement. Raises ``OSError`` with the kernel's errno."""
        self._socket.send(message)
        answer = self._socket.recv(65536)
        (error,) = struct.unpack_from("=i", answer, 16)
        if error:
            raise OSError(-error, f"the kernel refused a queueing discipline (errno {-error})")

    def statistics(self) -> list[QueueStatistics]:
        """Counters of every qdisc of the namespace."""
        body = struct.pack("=Bxxxi3I", socket.AF_UNSPEC, 0, 0, 0, 0)
        self._socket.send(
            struct.pack("=IHHII", 16 + len(body), RTM_GETQDISC, NLM_F_REQUEST | NLM_F_DUMP, 1, 0) + body
        )
        found: list[QueueStatistics] = []
        while True:
            data = self._socket.recv(1 << 18)
            for kind, payload in _messages(data):
                if kind == NLMSG_DONE:
                    return found
                if kind == RTM_NEWQDISC:
                    found.append(_read_statistics(payload))


def _messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    offset = 0
    while offset + 16 <= len(data):
        length, kind = struct.unpack_from("=IH", data, offset)
        yield kind, data[offset + 16 : offset + length]
        offset += (length + 3) & ~3


def _read_statistics(payload: bytes) -> QueueStatistics:
    ifindex, handle, parent = struct.unpack_from("=4xiII", payload)
    kind, counters = "", (0,) * 8
    offset = 20
    while offset + 4 <= len(payload):
        length, name = struct.unpack_from("=HH", payload, offset)
        value = payload[offset + 4 : offset + length]
        if name == TCA_KIND:
            kind = value.rstrip(b"\0").decode()
        elif name == TCA_STATS:
            counters = struct.unpack_from("=QIIIIIII", value)
        offset += (length + 3) & ~3
    return QueueStatistics(ifindex, kind, handle, parent, counters[0], counters[1], counters[2], counters[7])
