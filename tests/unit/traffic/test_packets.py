"""The probes, dissected again by scapy."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from twin.plan.model import Server
from twin.traffic.packets import Crafter
from twin.workloads.scenario import Packets

A = Server("a-1", "a", "10.1.0.1", "02:00:0a:01:00:01")
B = Server("b-1", "b", "10.2.0.1", "02:00:0a:02:00:01")


def dissected(header: str, sequence: int, size_bytes: int = 256) -> Any:
    from scapy.layers.l2 import Ether

    probe = Packets("p", 0.0, "a-1", "b-1", header, 10, 1e-3, size_bytes)
    return Ether(Crafter(probe, A, B).frame(sequence))


@pytest.mark.parametrize("header", ["rocev2", "rtp"])
@pytest.mark.parametrize("size_bytes", [64, 256, 4096])
def test_the_ip_packet_has_the_stated_size(header: str, size_bytes: int) -> None:
    assert dissected(header, 1, size_bytes)["IP"].len == size_bytes


def test_rocev2_carries_the_sequence_in_its_transport_header() -> None:
    from scapy.contrib.roce import BTH

    frame = dissected("rocev2", 70_000)
    assert (frame.src, frame.dst, frame["IP"].src, frame["IP"].dst) == (A.mac, B.mac, A.ip, B.ip)
    assert frame["UDP"].dport == 4791
    assert frame[BTH].psn == 70_000


def test_both_headers_leave_the_whole_sequence_at_one_place() -> None:
    for header in ("rocev2", "rtp"):
        payload = bytes(dissected(header, 70_000)["UDP"].payload)
        assert struct.unpack_from("!Q", payload, 12) == (70_000,)


def test_rtp_wraps_its_sequence_at_16_bits() -> None:
    from scapy.layers.rtp import RTP

    frame = dissected("rtp", 70_000)
    assert frame["UDP"].dport == 5004
    assert RTP(bytes(frame["UDP"].payload)).sequence == 70_000 - 65_536


@pytest.mark.parametrize("sequence", [0, 1, 65_535, 65_536, 2**24 + 3])
def test_every_probe_is_what_scapy_would_have_built(sequence: int) -> None:
    from scapy.contrib.roce import BTH

    frame = dissected("rocev2", sequence)
    assert frame[BTH].psn == sequence & 0xFFFFFF
    rebuilt = frame.copy()
    rebuilt[BTH].icrc = None
    assert bytes(rebuilt) == bytes(frame)
