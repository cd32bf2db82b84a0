"""A flow, free of any OpenFlow library: which frames of one switch it takes and what it does to them.

A wavelength is a VLAN id: a ROADM's add flow pushes it, its drop flow pops it. A flow without actions drops.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

#: EtherTypes that the packet switches tell apart.
IPV4: Final = 0x0800
ARP: Final = 0x0806

#: What matches nothing else is dropped, on purpose and visibly.
MISS_PRIORITY: Final = 0
CROSS_CONNECT_PRIORITY: Final = 100
ARP_PRIORITY: Final = 200
#: A packet flow's priority is this plus the length of its prefix, so that the longest prefix wins.
PREFIX_PRIORITY: Final = 300


class Match(NamedTuple):
    """Fields a frame must have; None matches every frame. ``vlan`` is the channel that the frame carries,
    ``ipv4_dst`` a prefix such as ``10.1.0.0/16``."""

    in_port: int | None = None
    vlan: int | None = None
    eth_type: int | None = None
    ipv4_dst: str | None = None


@dataclass(frozen=True)
class PushChannel:
    """Give the frame the VLAN tag ``channel``: light of that channel."""

    channel: int


@dataclass(frozen=True)
class PopChannel:
    """Take the VLAN tag off."""


@dataclass(frozen=True)
class Output:
    """Send the frame out of ``port``."""

    port: int


@dataclass(frozen=True)
class ToController:
    """Hand the whole frame to the controller."""


Action = PushChannel | PopChannel | Output | ToController


class FlowKey(NamedTuple):
    """What makes a flow one of a kind: a second flow with the same key replaces the first at once."""

    dpid: int
    priority: int
    match: Match


@dataclass(frozen=True)
class Flow:
    """One entry of the table of switch ``dpid``."""

    dpid: int
    priority: int
    match: Match
    actions: tuple[Action, ...] = ()

    @property
    def key(self) -> FlowKey:
        return FlowKey(self.dpid, self.priority, self.match)
