"""A plant in operation: what was ordered of its switches, what is due, and what becomes of both. Pure.

::

    order, cancel (a controller) -.                     .-> install, withdraw: what a switch holds
    happen (the timeline, Tick) --+-> twin.physics.plant +-> carrier and rate of the transceivers' ports
                                                         '-> what is told, what happened

The lab plays it by its clock on real switches (``twin.emulation.plant``), a prediction by its own on tables in memory
(``twin.predict.light``): whoever keeps the clock calls ``happen`` again at ``next_s``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from twin.physics.effects import Alarm, CarrierDown, CarrierUp, Effect, Install, Locking, RateChange, Remove
from twin.physics.events import Connect, Disconnect, Event, Tick
from twin.physics.plant import Plant
from twin.physics.wiring import CrossConnect
from twin.plan.model import Plan

Order = TypeVar("Order")
_Taken = TypeVar("_Taken", contravariant=True)
_Place = tuple[str, int, int]


class Hands(Protocol[_Taken]):
    """Does what an operation decides. An *order* is whatever makes a cross-connect: a message, or a flow."""

    def install(self, order: _Taken) -> None:
        """Light passes now: put the order into force."""

    def withdraw(self, order: _Taken) -> None:
        """Take an order out of force that another one replaces."""

    def interrupt(self, cross: CrossConnect) -> None:
        """Light passes no longer; what is under way to ``cross`` is lost."""

    def set_carrier(self, transceiver: str, up: bool) -> None:
        """The transceiver's port goes up or down."""

    def set_rate(self, transceiver: str, rate_bps: float) -> None:
        """The transceiver sends at another rate."""

    def tell(self, event: str, details: dict[str, Any]) -> None:
        """One line for the event log."""

    def note(self, event: Event, at_s: float) -> None:
        """``event`` happened to the plant; see ``twin.physics.record``."""


@dataclass(frozen=True)
class _Held(Generic[Order]):
    """An order that is in a switch, or will be once its light passes."""

    cross: CrossConnect
    order: Order


class Operation(Generic[Order]):
    """One plan's plant; the plan must have light. All is dark at first."""

    def __init__(self, plan: Plan, hands: Hands[Order]) -> None:
        self._plant = Plant(plan)
        self._switching_s = {switch.name: switch.switching_s for switch in plan.optical_switches}
        self._hands = hands
        self._state = self._plant.start()
        self._held: dict[_Place, _Held[Order]] = {}

    @property
    def next_s(self) -> float | None:
        """When something happens by itself; None: never."""
        return self._state.next_s

    def settled(self, switch: str) -> bool:
        """Whether nothing of the switch moves: a barrier may be answered."""
        return self._state.settled(switch)

    def order(self, cross: CrossConnect, order: Order, now_s: float) -> None:
        """A controller wants ``cross``. The light it replaces goes dark at once; ordering it again is nothing new."""
        place = (cross.switch, cross.in_port, cross.in_channel)
        old = self._held.get(place)
        self._held[place] = _Held(cross, order)
        if old is not None and old.cross == cross:
            if cross in self._state.connects:
                self._hands.install(order)
            return
        if old is not None:
            self._hands.withdraw(old.order)
            self.happen(Disconnect(old.cross), now_s)
        self._hands.tell("cross-connect-switching", {**_ports(cross), "switching_s": self._switching_s[cross.switch]})
        self.happen(Connect(cross), now_s)

    def cancel(self, switch: str, meant: Callable[[Order], bool], now_s: float) -> None:
        """A controller removes those orders of ``switch`` that are ``meant``; taking them out of force is its own
        affair."""
        gone = [place for place, held in self._held.items() if place[0] == switch and meant(held.order)]
        for place in gone:
            self.happen(Disconnect(self._held.pop(place).cross), now_s)

    def happen(self, event: Event, now_s: float) -> None:
        """Let ``event`` happen now, after all that is due."""
        while self._state.next_s is not None and self._state.next_s <= now_s:
            self._step(Tick(), self._state.next_s)
        if not isinstance(event, Tick):
            self._hands.note(event, now_s)
        self._step(event, now_s)

    def _step(self, event: Event, now_s: float) -> None:
        self._state, effects = self._plant.step(self._state, event, now_s)
        for effect in effects:
            self._perform(effect)

    def _perform(self, effect: Effect) -> None:
        hands = self._hands
        match effect:
            case Install(cross):
                held = self._held.get((cross.switch, cross.in_port, cross.in_channel))
                if held is not None and held.cross == cross:
                    hands.install(held.order)
                hands.tell("cross-connect-lit", _ports(cross))
            case Remove(cross):
                hands.interrupt(cross)
                hands.tell("cross-connect-dark", _ports(cross))
            case CarrierUp(name, mode, rate_bps):
                hands.set_rate(name, rate_bps)
                hands.set_carrier(name, up=True)
                hands.tell("carrier-up", {"transceiver": name, "mode": mode, "rate_bps": rate_bps})
            case CarrierDown(name, reason):
                hands.set_carrier(name, up=False)
                hands.tell("carrier-down", {"transceiver": name, "reason": reason})
            case RateChange(name, mode, rate_bps):
                hands.set_rate(name, rate_bps)
                hands.tell("rate-changed", {"transceiver": name, "mode": mode, "rate_bps": rate_bps})
            case Alarm(name, kind, raised):
                hands.tell("alarm-raised" if raised else "alarm-cleared", {"transceiver": name, "alarm": kind})
            case Locking(name, lock_s):
                hands.tell("receiver-locking", {"transceiver": name, "lock_s": lock_s})


def _ports(cross: CrossConnect) -> dict[str, Any]:
    return {"switch": cross.switch, "port": cross.in_port, "to": cross.out_port}
