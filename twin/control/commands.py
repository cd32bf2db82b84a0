"""What a brain wants done, in this order. Frozen values; the shim turns them into OpenFlow messages and log lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from twin.control.flows import Flow


@dataclass(frozen=True)
class AddFlow:
    """Put ``flow`` into its switch's table; it replaces one with the same priority and match."""

    flow: Flow


@dataclass(frozen=True)
class RemoveFlow:
    """Take ``flow`` out of its switch's table; only priority and match count."""

    flow: Flow


@dataclass(frozen=True)
class Barrier:
    """Ask switch ``dpid`` to answer with ``BarrierAnswered(dpid, token)`` once it has done all before this."""

    dpid: int
    token: int


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
class Answer:
    """The answer to a request, release or list: ``reason`` says why not, ``circuits`` is the list asked for."""

    ok: bool
    reason: str = ""
    circuits: tuple[dict[str, Any], ...] | None = None


Command = AddFlow | RemoveFlow | Barrier | PacketOut | Wake | Record | Answer
