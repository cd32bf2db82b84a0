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
from dataclasses import dataclass

from twin.emulation.netlink import (
    NLM_F_ACK,
    NLM_F_CREATE,
    NLM_F_DUMP,
    NLM_F_REPLACE,
    RTM_GETQDISC,
    RTM_NEWQDISC,
    RouteSocket,
    attribute,
    attributes,
    request,
)

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


def _qdisc_request(ifindex: int, handle: int, parent: int, kind: str, options: bytes) -> bytes:
    body = struct.pack("=Bxxxi3I", socket.AF_UNSPEC, ifindex, handle, parent, 0)
    body += attribute(TCA_KIND, kind.encode() + b"\0") + attribute(TCA_OPTIONS, options)
    return request(RTM_NEWQDISC, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, body)


def tbf(ifindex: int, rate_bps: float, burst: int, limit_bytes: int) -> bytes:
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
    return _qdisc_request(ifindex, ROOT_HANDLE, TC_H_ROOT, "tbf", options)


def red(ifindex: int, limit_bytes: int, mark_bytes: int) -> bytes:
    """Below the token bucket: mark ECN-capable packets while more than ``mark_bytes`` wait (DCTCP's step).

    The average is the queue's true length (weight 2**0) and forgets at once when idle; other packets use the whole
    queue (``nodrop``).
    """
    flags = TC_RED_ECN | TC_RED_NODROP
    parameters = struct.pack("=IIIBBBB", limit_bytes, mark_bytes, mark_bytes, 0, 0, 0, 0)  # flags: below, not here
    options = (
        attribute(TCA_RED_PARMS, parameters)
        + attribute(TCA_RED_STAB, b"\x1f" * 256)
        + attribute(TCA_RED_FLAGS, struct.pack("=II", flags, flags))
    )
    return _qdisc_request(ifindex, CHILD_HANDLE, ROOT_HANDLE | 1, "red", options)


def netem(ifindex: int, delay_s: float, loss: float, seed: int) -> bytes:
    """A delay line at the root: ``delay_s`` seconds, random ``loss`` (a probability) drawn from ``seed``."""
    lost = min(round(loss * 2**32), 2**32 - 1)
    options = struct.pack("=IIIIII", 0, NEVER_DROPS, lost, 0, 0, 0)
    options += attribute(TCA_NETEM_LATENCY64, struct.pack("=q", round(delay_s * 1e9)))
    options += attribute(TCA_NETEM_PRNG_SEED, struct.pack("=Q", seed))
    return _qdisc_request(ifindex, ROOT_HANDLE, TC_H_ROOT, "netem", options)


def statistics(route: RouteSocket) -> list[QueueStatistics]:
    """Counters of every qdisc of the socket's namespace."""
    body = struct.pack("=Bxxxi3I", socket.AF_UNSPEC, 0, 0, 0, 0)
    return [_read_statistics(answer) for answer in route.dump(request(RTM_GETQDISC, NLM_F_DUMP, body))]


def _read_statistics(answer: bytes) -> QueueStatistics:
    ifindex, handle, parent = struct.unpack_from("=4xiII", answer)
    kind, counters = "", (0,) * 8
    for name, value in attributes(answer, offset=20):
        if name == TCA_KIND:
            kind = value.rstrip(b"\0").decode()
        elif name == TCA_STATS:
            counters = struct.unpack_from("=QIIIIIII", value)
    return QueueStatistics(ifindex, kind, handle, parent, counters[0], counters[1], counters[2], counters[7])
