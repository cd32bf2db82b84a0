"""UDP probes between two namespaces, sent and received by this one process: one clock, so one-way delays are exact."""

from __future__ import annotations

import socket
import struct
import time
from dataclasses import dataclass

from twin.traffic.namespaces import inside

#: An IP packet of 64 bytes.
PROBE = bytes(36)
PORT = 6000
#: Buffers beyond the limits; Python's socket module has no name for these.
SO_SNDBUFFORCE, SO_RCVBUFFORCE = 32, 33
#: Probes of the loss measurement that are sent at one instant.
BATCH = 50


@dataclass(frozen=True)
class Place:
    """A server: its network namespace and its address."""

    namespace: int
    address: str


def udp_socket(place: Place, port: int = 0) -> socket.socket:
    """A socket of ``place`` that can hold everything a measurement sends."""
    with inside(place.namespace):
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 29)
    made.bind((place.address, port))
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 30, 0))
    return made


def delays_s(source: Place, target: Place, count: int, every_s: float) -> list[tuple[float, float]]:
    """(one way, there and back) of ``count`` probes, one after another; an unmeasured one goes first."""
    near, far = udp_socket(source), udp_socket(target, PORT)
    found = []
    try:
        for _ in range(count + 1):
            sent_s = time.monotonic_ns()
            near.sendto(PROBE, (target.address, PORT))
            _, back = far.recvfrom(100)
            arrived_s = time.monotonic_ns()
            far.sendto(PROBE, back)
            near.recv(100)
            found.append(((arrived_s - sent_s) / 1e9, (time.monotonic_ns() - sent_s) / 1e9))
            time.sleep(every_s)
    finally:
        near.close()
        far.close()
    return found[1:]


def lost(source: Place, target: Place, count: int, batch_s: float, wait_s: float) -> int:
    """How many of ``count`` probes do not arrive. ``batch_s`` is the time between batches, long enough that the line
    carries one, and ``wait_s`` how long the last one takes at most."""
    near, far = udp_socket(source), udp_socket(target, PORT)
    try:
        near.sendto(PROBE, (target.address, PORT))  # the first asks for the address; it does not count
        time.sleep(wait_s)
        drain(far)
        arrived = 0
        for first in range(0, count, BATCH):
            for _ in range(min(BATCH, count - first)):
                near.sendto(PROBE, (target.address, PORT))
            time.sleep(batch_s)
            arrived += drain(far)
        time.sleep(wait_s)
        return count - arrived - drain(far)
    finally:
        near.close()
        far.close()


def drain(made: socket.socket) -> int:
    """Receive what is there; returns how many datagrams."""
    got = 0
    try:
        while True:
            made.recv(1, socket.MSG_DONTWAIT)
            got += 1
    except BlockingIOError:
        return got


def burst(source: Place, target: Place, count: int, payload_bytes: int, wait_s: float) -> int:
    """Send ``count`` datagrams at one instant; returns how many arrive within ``wait_s``."""
    near, far = udp_socket(source), udp_socket(target, PORT)
    near.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, 1 << 30)
    payload = bytes(payload_bytes)
    try:
        near.sendto(PROBE, (target.address, PORT))
        time.sleep(wait_s)
        drain(far)
        for _ in range(count):
            near.sendto(payload, (target.address, PORT))
        time.sleep(wait_s)
        return drain(far)
    finally:
        near.close()
        far.close()
