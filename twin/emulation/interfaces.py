"""Interfaces as netlink messages: veth pairs, addresses, and the redirection that joins two interfaces.

A veth pair is made with one message: both ends named, sized, addressed and placed. Only the near end is up: Linux
refuses to open the far one before it knows its peer.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass

from twin.emulation.netlink import (
    IFF_UP,
    NLM_F_ACK,
    NLM_F_CREATE,
    NLM_F_EXCL,
    RTM_NEWQDISC,
    attribute,
    request,
)

RTM_NEWLINK, RTM_DELLINK, RTM_NEWADDR, RTM_NEWTFILTER = 16, 17, 20, 44
IFLA_ADDRESS, IFLA_IFNAME, IFLA_MTU, IFLA_LINKINFO, IFLA_NET_NS_FD = 1, 3, 4, 18, 28
IFLA_INFO_KIND, IFLA_INFO_DATA, VETH_INFO_PEER = 1, 2, 1
IFA_ADDRESS, IFA_LOCAL, IFA_BROADCAST = 1, 2, 4
TCA_KIND, TCA_OPTIONS = 1, 2
TCA_MATCHALL_ACT, TCA_ACT_KIND, TCA_ACT_OPTIONS, TCA_MIRRED_PARMS = 2, 1, 2, 2
CLSACT_HANDLE, CLSACT_PARENT, CLSACT_INGRESS = 0xFFFF0000, 0xFFFFFFF1, 0xFFFFFFF2
TC_ACT_STOLEN, TCA_EGRESS_REDIR = 4, 1
_NEW = NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL


@dataclass(frozen=True)
class Interface:
    """One end of a veth pair. ``index`` is the number it shall have; ``namespace`` is a descriptor, or None for the
    asking socket's own; ``mac`` None lets the kernel choose."""

    name: str
    index: int
    mtu: int
    mac: str | None = None
    namespace: int | None = None


def veth(near: Interface, far: Interface) -> bytes:
    """Make the pair ``near`` (in the asking socket's namespace), which is up, and ``far``, which is not yet."""
    peer = attribute(VETH_INFO_PEER, _describe(far, up=False))
    info = attribute(IFLA_INFO_KIND, b"veth\0") + attribute(IFLA_INFO_DATA, peer)
    return request(RTM_NEWLINK, _NEW, _describe(near, up=True) + attribute(IFLA_LINKINFO, info))


def _describe(interface: Interface, up: bool) -> bytes:
    flags = IFF_UP if up else 0
    body = struct.pack("=BxHiII", socket.AF_UNSPEC, 0, interface.index, flags, flags)
    body += attribute(IFLA_IFNAME, interface.name.encode() + b"\0")
    body += attribute(IFLA_MTU, struct.pack("=I", interface.mtu))
    if interface.mac is not None:
        body += attribute(IFLA_ADDRESS, bytes.fromhex(interface.mac.replace(":", "")))
    if interface.namespace is not None:
        body += attribute(IFLA_NET_NS_FD, struct.pack("=I", interface.namespace))
    return body


def remove(ifindex: int) -> bytes:
    """Remove an interface; a veth's other end goes with it."""
    return request(RTM_DELLINK, NLM_F_ACK, struct.pack("=BxHiII", socket.AF_UNSPEC, 0, ifindex, 0, 0))


def address(ifindex: int, ip: str, prefix_length: int) -> bytes:
    """Give an interface an IPv4 address, with its network's broadcast address."""
    packed = socket.inet_aton(ip)
    broadcast = int.from_bytes(packed) | ((1 << (32 - prefix_length)) - 1)
    body = struct.pack("=BBBBI", socket.AF_INET, prefix_length, 0, 0, ifindex)
    body += attribute(IFA_LOCAL, packed) + attribute(IFA_ADDRESS, packed)
    return request(RTM_NEWADDR, _NEW, body + attribute(IFA_BROADCAST, broadcast.to_bytes(4)))


def ingress_hook(ifindex: int) -> bytes:
    """Let filters see what enters an interface."""
    body = struct.pack("=Bxxxi3I", socket.AF_UNSPEC, ifindex, CLSACT_HANDLE, CLSACT_PARENT, 0)
    return request(RTM_NEWQDISC, _NEW, body + attribute(TCA_KIND, b"clsact\0"))


def redirect(ifindex: int, target: int) -> bytes:
    """Send every frame that enters ``ifindex`` out of ``target``; the first needs its ``ingress_hook``."""
    every_protocol = socket.htons(3)  # ETH_P_ALL
    body = struct.pack("=Bxxxi3I", socket.AF_UNSPEC, ifindex, 0, CLSACT_INGRESS, 1 << 16 | every_protocol)
    parameters = struct.pack("=IIiiiiI", 0, 0, TC_ACT_STOLEN, 0, 0, TCA_EGRESS_REDIR, target)
    action = attribute(TCA_ACT_KIND, b"mirred\0")
    action += attribute(TCA_ACT_OPTIONS, attribute(TCA_MIRRED_PARMS, parameters))
    options = attribute(TCA_MATCHALL_ACT, attribute(1, action))
    return request(RTM_NEWTFILTER, _NEW, body + attribute(TCA_KIND, b"matchall\0") + attribute(TCA_OPTIONS, options))
