"""The ``packets`` workload: probes crafted by scapy, one at a time, with the clock read at both ends.

A probe is a real RoCEv2 (UDP 4791, Base Transport Header, ICRC) or RTP packet; its sequence number stands in the
header (PSN, RTP sequence) and in full in the first eight bytes after it.
"""

from __future__ import annotations

import asyncio
import importlib
import socket
import struct
import time
import zlib
from typing import Any

from twin.plan.model import Server
from twin.traffic.context import Context, Record
from twin.traffic.namespaces import inside
from twin.workloads.scenario import Packets

UDP_PORT = {"rocev2": 4791, "rtp": 5004}
#: Both headers, BTH and RTP, are twelve bytes long.
HEADER_BYTES = 12
_OVERHEAD_BYTES = {"rocev2": 20 + 8 + HEADER_BYTES + 4, "rtp": 20 + 8 + HEADER_BYTES}
#: Where the layers of a probe's frame begin.
_IP, _TRANSPORT = 14, 14 + 20 + 8
_PAYLOAD = _TRANSPORT + HEADER_BYTES
_SO_TIMESTAMPNS = 35
#: How long a late probe may take before it counts as lost: longer than light around the Earth, and any queue here.
GRACE_S = 1.0


class Crafter:
    """The probes of one flow: scapy builds the first, the others differ from it in their sequence number only.

    What depends on that is the header's sequence field, the payload's first eight bytes and, for RoCEv2, the ICRC: a
    CRC-32 over the packet in which the fields that routers may change read as ones (InfiniBand annex A17).
    """

    def __init__(self, workload: Packets, source: Server, destination: Server) -> None:
        self._header = workload.header
        size_bytes = max(8, workload.size_bytes - _OVERHEAD_BYTES[workload.header])
        self._first = bytearray(_first_frame(workload.header, source, destination, size_bytes))
        self._masked = zlib.crc32(_masked_headers(bytes(self._first)))

    def frame(self, sequence: int) -> bytes:
        """The whole Ethernet frame of probe number ``sequence``."""
        frame = self._first
        struct.pack_into("!Q", frame, _PAYLOAD, sequence)
        if self._header == "rtp":
            struct.pack_into("!HI", frame, _TRANSPORT + 2, sequence & 0xFFFF, sequence & 0xFFFFFFFF)
            return bytes(frame)
        struct.pack_into("!I", frame, _TRANSPORT + 8, sequence & 0xFFFFFF)
        frame[-4:] = zlib.crc32(frame[_TRANSPORT + 5 : -4], self._masked).to_bytes(4, "little")
        return bytes(frame)


def load() -> None:
    """Load scapy. It takes a second of real time, which must not fall into an experiment."""
    for name in ("scapy.layers.inet", "scapy.layers.rtp", "scapy.contrib.roce"):
        importlib.import_module(name)


def _first_frame(header: str, source: Server, destination: Server, payload_bytes: int) -> bytes:
    """Probe number 0. UDP's checksum is left out (0), as IPv4 allows and RoCEv2 does."""
    from scapy.layers.inet import IP, UDP
    from scapy.layers.l2 import Ether
    from scapy.packet import Raw

    below = (
        Ether(src=source.mac, dst=destination.mac)
        / IP(src=source.ip, dst=destination.ip, id=0, flags="DF")
        / UDP(sport=49152, dport=UDP_PORT[header], chksum=0)
    )
    return bytes(below / _transport(header) / Raw(bytes(payload_bytes)))


def _transport(header: str) -> Any:
    if header == "rocev2":
        from scapy.contrib.roce import BTH

        return BTH(opcode="UD_SEND_ONLY", psn=0, dqpn=1)
    from scapy.layers.rtp import RTP

    return RTP(sequence=0, timestamp=0, payload_type=96)


def _masked_headers(frame: bytes) -> bytes:
    """What the ICRC covers up to the transport header's fifth byte, with the changeable fields as ones: type of
    service, time to live, IP and UDP checksums, and the reserved byte; eight bytes of ones stand for a link header."""
    headers = bytearray(frame[_IP : _TRANSPORT + 5])
    for offset in (1, 8, 10, 11, 26, 27, _TRANSPORT - _IP + 4):
        headers[offset] = 0xFF
    return b"\xff" * 8 + bytes(headers)


async def run(workload: Packets, context: Context, record: Record) -> None:
    """Send the probes; ``record`` holds what was sent and received so far whenever this is cancelled."""
    source = context.plan.server_by_name[workload.source]
    destination = context.plan.server_by_name[workload.destination]
    crafter = Crafter(workload, source, destination)
    first_s = context.now_s()
    received: list[list[float]] = []
    sent: list[float] = []
    record |= {"kind": "packets", "start_s": first_s, "interval_s": workload.interval_s, "sent": 0}
    record["received"] = received
    loop = asyncio.get_running_loop()
    # Whole nanoseconds: a float of the seconds since 1970 is only good to a quarter of a microsecond.
    offset_ns = time.clock_gettime_ns(time.CLOCK_REALTIME) - time.monotonic_ns() + round(context.zero_s * 1e9)
    with (
        _receiver(context.namespaces[destination.name], UDP_PORT[workload.header]) as incoming,
        _sender(context.namespaces[source.name]) as outgoing,
    ):
        loop.add_reader(incoming.fileno(), _collect, incoming, sent, received, offset_ns)
        try:
            for sequence in range(workload.count):
                frame = crafter.frame(sequence)
                await context.sleep_until(first_s + sequence * workload.interval_s)
                sent.append(context.now_s())
                outgoing.send(frame)
                record["sent"] = len(sent)
            await asyncio.sleep(GRACE_S)
        finally:
            loop.remove_reader(incoming.fileno())


def _receiver(namespace: int, port: int) -> socket.socket:
    with inside(namespace):
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
    made.setblocking(False)
    made.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 20)
    made.bind(("0.0.0.0", port))
    return made


def _sender(namespace: int) -> socket.socket:
    with inside(namespace):
        made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_CLOEXEC)
        made.bind(("eth0", 0))
    return made


def _collect(incoming: socket.socket, sent: list[float], received: list[list[float]], offset_ns: int) -> None:
    """Take every probe that has arrived, with the time at which the kernel saw it."""
    while True:
        try:
            data, ancillary, _flags, _address = incoming.recvmsg(65536, 64)
        except BlockingIOError:
            return
        (sequence,) = struct.unpack_from("!Q", data, HEADER_BYTES)
        seconds, nanoseconds = struct.unpack("qq", ancillary[0][2][:16])
        arrived_s = (seconds * 10**9 + nanoseconds - offset_ns) * 1e-9
        received.append([sequence, round(sent[sequence], 9), round(arrived_s - sent[sequence], 9)])
