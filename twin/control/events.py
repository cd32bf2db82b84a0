"""What a brain is told. Frozen values; the shim makes them from OpenFlow messages, the northbound and timers."""

from __future__ import annotations

from dataclasses import dataclass

from twin.control.flows import Entry, Flow, FlowKey, Group
from twin.control.service import PLAIN, Service


@dataclass(frozen=True)
class SwitchConnected:
    """Switch ``dpid`` is there, for the first time or again; ``dark_ports`` are those that are down now, ``flows``
    and ``groups`` those of ours that it holds, from this life of the controller or an earlier one."""

    dpid: int
    dark_ports: frozenset[int] = frozenset()
    flows: tuple[Flow, ...] = ()
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True)
class SwitchLost:
    """The control channel to ``dpid`` broke. The switch itself goes on forwarding."""

    dpid: int


@dataclass(frozen=True)
class PortStatus:
    """A port of ``dpid`` went up or down; at a fibre's port, down means loss of light."""

    dpid: int
    port: int
    up: bool


@dataclass(frozen=True)
class BarrierAnswered:
    """Switch ``dpid`` has done everything it was told before ``Barrier(dpid, token)``."""

    dpid: int
    token: int


@dataclass(frozen=True)
class FlowRefused:
    """The switch did not take ``flow`` (or a group); ``why`` is its error. Comes before the answer to the next
    barrier."""

    flow: Entry
    why: str


@dataclass(frozen=True)
class ArpAsked:
    """A server asks for the MAC address of ``target_ip``; the question came in at ``port`` of ``dpid``."""

    dpid: int
    port: int
    sender_mac: str
    sender_ip: str
    target_ip: str


@dataclass(frozen=True)
class CircuitRequested:
    """Someone wants a lightpath between a free transceiver of each of ``sites``. Gets an ``Answer``."""

    name: str
    sites: tuple[str, str]
    service: Service = PLAIN


@dataclass(frozen=True)
class CircuitsRequested:
    """Someone wants all of ``requests``, or none of them. Gets one ``Answer``."""

    requests: tuple[CircuitRequested, ...]


@dataclass(frozen=True)
class CircuitChanged:
    """Something else is asked of the circuit ``name`` from now on. Gets an ``Answer``."""

    name: str
    service: Service


@dataclass(frozen=True)
class RewireRequested:
    """Someone wants the circuits ``release`` to go and ``requests`` to come, in steps that can be rolled back; one that
    is in both is moved. Gets an ``Answer`` at once; how it goes on is recorded."""

    release: tuple[str, ...]
    requests: tuple[CircuitRequested, ...]


@dataclass(frozen=True)
class CircuitReleased:
    """The circuit ``name`` is no longer wanted. Gets an ``Answer``."""

    name: str


@dataclass(frozen=True)
class CircuitsListed:
    """Someone asks for all circuits. Gets an ``Answer`` with ``circuits``."""


@dataclass(frozen=True)
class TrafficAnnounced:
    """From now on this is what will be sent: (from, to, bytes) for each direction between two sites; what was announced
    before is over. Gets an ``Answer``."""

    traffic: tuple[tuple[str, str, float], ...]


@dataclass(frozen=True)
class CountersRead:
    """Switch ``dpid`` answers ``AskCounters``: the bytes that each flow of ours has taken since it is there."""

    dpid: int
    counts: tuple[tuple[FlowKey, int], ...]


@dataclass(frozen=True)
class Woken:
    """The time of a ``Wake`` has come. A brain may be woken early, late or without need."""


Event = (
    SwitchConnected
    | SwitchLost
    | PortStatus
    | BarrierAnswered
    | FlowRefused
    | ArpAsked
    | CircuitRequested
    | CircuitsRequested
    | CircuitChanged
    | RewireRequested
    | CircuitReleased
    | CircuitsListed
    | TrafficAnnounced
    | CountersRead
    | Woken
)
