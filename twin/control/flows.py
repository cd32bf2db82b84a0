"""What a switch's tables hold, free of any OpenFlow library.

A **flow** says which frames it takes and what it does to them. A wavelength is a VLAN id: a ROADM's add flow pushes it,
its drop flow pops it. A flow without actions drops. A **group** is a choice among several ways, which a flow hands
frames to: the switch makes it by itself, without asking the controller.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
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
    ``ipv4_dst`` and ``ipv4_src`` are prefixes such as ``10.1.0.0/16``."""

    in_port: int | None = None
    vlan: int | None = None
    eth_type: int | None = None
    ipv4_dst: str | None = None
    ipv4_src: str | None = None


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
class TurnBack:
    """Send the frame out of the port that it came in at, which ``Output`` never does."""


@dataclass(frozen=True)
class ToController:
    """Hand the whole frame to the controller."""


@dataclass(frozen=True)
class ToGroup:
    """Let the group ``number`` of the same switch choose a way for the frame."""

    number: int


Action = PushChannel | PopChannel | Output | TurnBack | ToController | ToGroup


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

    @cached_property
    def key(self) -> FlowKey:
        return FlowKey(self.dpid, self.priority, self.match)


class Choice(StrEnum):
    """How a group chooses among its buckets: by a hash of the frame's addresses and ports, so that all of one flow go
    one way; or the first whose port is up."""

    SELECT = "select"
    FAST_FAILOVER = "fast failover"


@dataclass(frozen=True)
class Bucket:
    """One way out of a group: ``action`` is done while ``port`` is up; 0: while the group that it leads to has a port
    that is."""

    action: Output | ToGroup
    port: int


class GroupKey(NamedTuple):
    """What makes a group one of a kind."""

    dpid: int
    number: int


@dataclass(frozen=True)
class Group:
    """A choice among ``buckets``, in their order. ``number`` counts from 1 on each switch."""

    dpid: int
    number: int
    choice: Choice
    buckets: tuple[Bucket, ...]

    @property
    def key(self) -> GroupKey:
        return GroupKey(self.dpid, self.number)


#: One thing that a switch holds.
Entry = Flow | Group
EntryKey = FlowKey | GroupKey
