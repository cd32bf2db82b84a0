"""What a plant does in answer. Pure; standard library only."""

from __future__ import annotations

from dataclasses import dataclass

from twin.physics.wiring import CrossConnect


@dataclass(frozen=True)
class Install:
    """The cross-connect now passes light: let packets through."""

    cross: CrossConnect


@dataclass(frozen=True)
class Remove:
    """The cross-connect no longer passes light: stop packets."""

    cross: CrossConnect


@dataclass(frozen=True)
class CarrierUp:
    """The transceiver's port comes up, at the rate of ``mode``."""

    transceiver: str
    mode: str
    rate_bps: float


@dataclass(frozen=True)
class CarrierDown:
    """The transceiver's port goes down; ``reason`` is ``no light`` or ``GSNR too low``."""

    transceiver: str
    reason: str


@dataclass(frozen=True)
class RateChange:
    """The port stays up and takes another rate."""

    transceiver: str
    mode: str
    rate_bps: float


@dataclass(frozen=True)
class Locking:
    """Light that can be read is back; the receiver takes ``lock_s`` to lock on to it."""

    transceiver: str
    lock_s: float


@dataclass(frozen=True)
class Alarm:
    """``kind`` is ``loss-of-signal`` or ``low-margin``; ``raised`` False: it is over."""

    transceiver: str
    kind: str
    raised: bool


Effect = Install | Remove | CarrierUp | CarrierDown | RateChange | Locking | Alarm
