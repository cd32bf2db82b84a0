"""Answers ARP in the servers' stead: the plan knows every server's address, so no question needs to travel."""

from __future__ import annotations

import struct
from ipaddress import IPv4Address

from twin.control.flows import ARP
from twin.plan.model import Plan, Server

_HEADER = struct.Struct("!6s6sH")
_ARP = struct.Struct("!HHBBH6s4s6s4s")
_ETHERNET, _IPV4, _REQUEST, _REPLY = 1, 0x0800, 1, 2


class ArpProxy:
    """The addresses of a plan's servers."""

    def __init__(self, plan: Plan) -> None:
        self._by_ip: dict[str, Server] = {server.ip: server for server in plan.servers}

    def reply(self, sender_mac: str, sender_ip: str, target_ip: str) -> bytes | None:
        """The frame that tells the sender where ``target_ip`` is; None where the plan has no such server, and where
        a server asks for its own address (a probe for a double address must stay unanswered)."""
        server = self._by_ip.get(target_ip)
        if server is None or sender_ip == target_ip:
            return None
        asker, mac = _mac(sender_mac), _mac(server.mac)
        ips = IPv4Address(target_ip).packed, IPv4Address(sender_ip).packed
        header = _HEADER.pack(asker, mac, ARP)
        return header + _ARP.pack(_ETHERNET, _IPV4, 6, 4, _REPLY, mac, ips[0], asker, ips[1])


def parse_request(frame: bytes) -> tuple[str, str, str] | None:
    """(sender's MAC, sender's IP, wanted IP) of an ARP request for an IPv4 address; None for any other frame."""
    if len(frame) < _HEADER.size + _ARP.size or _HEADER.unpack_from(frame)[2] != ARP:
        return None
    hardware, protocol, hlen, plen, operation, mac, ip, _, target = _ARP.unpack_from(frame, _HEADER.size)
    if (hardware, protocol, hlen, plen, operation) != (_ETHERNET, _IPV4, 6, 4, _REQUEST):
        return None
    return mac.hex(":"), str(IPv4Address(ip)), str(IPv4Address(target))


def _mac(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))
