"""What a brain wants done, in this order. Frozen values; the shim turns them into OpenFlow messages and log lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from twin.control.flows import Flow, Group
from twin.control.service import Service


@dataclass(frozen=True)
class AddFlow:
    """Put ``flow`` into its switch's table; it replaces one with the same priority and match."""

    flow: Flow


@dataclass(frozen=True)
class RemoveFlow:
    """Take ``flow`` out of its switch's table; only priority and match count."""

    flow: Flow


@dataclass(frozen=True)
class AddGroup:
    """Give the switch ``group``; ``known``: it has one of that number, whose buckets change."""

    group: Group
    known: bool = False


@dataclass(frozen=True)
class RemoveGroup:
    """Take ``group`` out of its switch; flows that lead into it went before."""

    group: Group


@dataclass(frozen=True)
class Barrier:
    """Ask switch ``dpid`` to answer with ``BarrierAnswered(dpid, token)`` once it has done all before this."""

    dpid: int
    token: int


@dataclass(frozen=True)
class AskCounters:
    """Ask switch ``dpid`` to answer with ``CountersRead``."""

    dpid: int


@dataclass(frozen=True)
class PacketOut:
    """Send the frame ``data`` out of ``port`` of switch ``dpid``."""

    dpid: int
    port: int
    data: bytes


@dataclass(frozen=True)
class Wake:
    """Send ``Woken`` at ``at_s``, in the clock that the brain is given."""

    at_s: float


@dataclass(frozen=True)
class Record:
    """Write one line into the event log: ``event`` happened at ``at_s`` (the brain's clock), with ``details``."""

    at_s: float
    event: str
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """How one circuit stands; ``state`` is a circuit's or ``booked``, and ``spare`` the fibres of its second path."""

    name: str
    sites: tuple[str, str]
    service: Service
    state: str
    reason: str = ""
    fibres: tuple[str, ...] = ()
    channel: int | None = None
    spare: tuple[str, ...] = ()


@dataclass(frozen=True)
class View:
    """What a tenant sees: its circuits, the fibres without light, and the transceivers that are taken."""

    circuits: tuple[Standing, ...]
    dark_fibres: frozenset[str]
    busy: frozenset[str]


@dataclass(frozen=True)
class Answer:
    """The answer to a request, release or list: ``reason`` says why not, ``circuits`` is the list asked for, ``view``
    what a tenant asked to see."""

    ok: bool
    reason: str = ""
    circuits: tuple[dict[str, Any], ...] | None = None
    view: View | None = None


Command = AddFlow | RemoveFlow | AddGroup | RemoveGroup | Barrier | AskCounters | PacketOut | Wake | Record | Answer
