"""The desk before a brain: whose circuits are whose, how much each tenant may have, and which circuits wait for their
time. Every request passes here, from the timeline, the unix socket and RESTCONF alike.

A tenant's circuit is called ``TENANT/NAME``; a name without a tenant is the operator's own, without a limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from twin.control.brain import Brain
from twin.control.circuit import Circuit, State
from twin.control.commands import Answer, Command, Record, Standing, View, Wake
from twin.control.events import (
    CircuitChanged,
    CircuitReleased,
    CircuitRequested,
    CircuitsRequested,
    Event,
    RewireRequested,
)
from twin.control.service import Service

#: States in which a circuit no longer counts against its tenant's quota.
_GONE: Final = (State.DRAINING, State.RELEASED)
#: What a brain says that is busy, and how long a booking waits before it asks again, s (assumed).
AGAIN: Final = "ask again when"
RETRY_S: Final = 1.0


@dataclass(frozen=True)
class CircuitBooked:
    """``request`` is wanted from ``start_s`` on (None: at once) until ``end_s`` (None: until it is released). Gets an
    ``Answer``; what the brain says when the time has come is recorded."""

    request: CircuitRequested
    start_s: float | None
    end_s: float | None


@dataclass(frozen=True)
class CircuitsSeen:
    """A tenant looks at its circuits and at the plant. Gets an ``Answer`` with a ``view``."""

    tenant: str


DeskEvent = Event | CircuitBooked | CircuitsSeen


def tenant_of(name: str) -> str | None:
    """The tenant that a circuit of that name belongs to; None: the operator."""
    tenant, slash, _ = name.partition("/")
    return tenant if slash else None


class Desk:
    """``quotas``: tenant -> the capacity of all its circuits together, bit/s; None: no limit."""

    def __init__(self, brain: Brain, quotas: Mapping[str, float | None]) -> None:
        self.brain = brain
        self._quotas = quotas
        self._bookings: dict[str, CircuitBooked] = {}
        #: circuits that were granted and not given back since
        self._granted: set[str] = set()
        self._wake_at_s: float | None = None

    @property
    def wanted(self) -> tuple[CircuitRequested | CircuitBooked, ...]:
        """What was granted and is still wanted, in the order of the requests; then what waits for its time."""
        living = [CircuitRequested(one.name, one.sites, one.service) for one in self.brain.circuits if _counts(one)]
        names = {request.name for request in living}
        waiting = [booking for name, booking in self._bookings.items() if name not in names]
        return (*(self._with_its_end(request) for request in living), *waiting)

    def _with_its_end(self, request: CircuitRequested) -> CircuitRequested | CircuitBooked:
        booking = self._bookings.get(request.name)
        return request if booking is None else replace(booking, request=request)

    def handle(self, event: DeskEvent, now_s: float) -> list[Command]:
        """What to do about ``event``; bookings whose time has come are seen to first."""
        out = self._keep_time(now_s)
        match event:
            case CircuitBooked():
                out += self._book(event, now_s)
                self._note(out, granted=[event.request.name])
            case CircuitsSeen(tenant):
                out.append(Answer(True, view=self._view(tenant)))
            case CircuitReleased(name):
                out += self._release(name, now_s)
            case _:
                refusal = self._why_not(event)
                out += [Answer(False, refusal)] if refusal else self.brain.handle(event, now_s)
                self._note(out, granted=_names(event))
        return out + self._ask_to_wake(now_s)

    def _note(self, commands: list[Command], granted: Iterable[str]) -> None:
        if _granted(commands):
            self._granted.update(granted)

    def _why_not(self, event: Event) -> str:
        match event:
            case CircuitRequested(name) if name in self._bookings:
                return f"circuit {name!r} is booked already"
            case CircuitRequested():
                return self._over([event])
            case CircuitsRequested(requests):
                return self._over(requests)
            case RewireRequested(release, requests):
                return self._over(requests, release)
            case CircuitChanged(name, service):
                circuit = next((circuit for circuit in self._held(tenant_of(name)) if circuit.name == name), None)
                return self._over([CircuitRequested(name, circuit.sites, service)]) if circuit else ""
        return ""

    def _over(self, requests: Iterable[CircuitRequested], released: Iterable[str] = ()) -> str:
        """Why the tenants of ``requests`` may not have them in place of what is ``released``; empty: they may."""
        asked: dict[str, list[CircuitRequested]] = {}
        for request in requests:
            tenant = tenant_of(request.name)
            if tenant is not None:
                asked.setdefault(tenant, []).append(request)
        for tenant, wanted in asked.items():
            if tenant not in self._quotas:
                return f"there is no tenant {tenant!r}; tenants: {', '.join(self._quotas) or 'none'}"
            quota_bps = self._quotas[tenant]
            names = [*released, *(request.name for request in wanted)]
            held_bps = self._held_bps(tenant, names)
            wanted_bps = sum(self._rate_bps(request.sites, request.service) for request in wanted)
            if quota_bps is not None and held_bps + wanted_bps > quota_bps:
                has = f"holds {held_bps / 1e9:g} and asks for {wanted_bps / 1e9:g}"
                return f"{tenant} may have {quota_bps / 1e9:g} Gb/s in all, {has} Gb/s"
        return ""

    def _held(self, tenant: str | None) -> list[Circuit]:
        circuits = self.brain.circuits
        return [circuit for circuit in circuits if tenant_of(circuit.name) == tenant and _counts(circuit)]

    def _held_bps(self, tenant: str, without: list[str]) -> float:
        """The capacity of what the tenant has and has booked, but for the circuits that are asked for anew."""
        held = {circuit.name: (circuit.sites, circuit.service) for circuit in self._held(tenant)}
        waiting = [booking.request for name, booking in self._bookings.items() if tenant_of(name) == tenant]
        held |= {request.name: (request.sites, request.service) for request in waiting}
        return sum(self._rate_bps(*what) for name, what in held.items() if name not in without)

    def _rate_bps(self, sites: tuple[str, str], service: Service) -> float:
        """What counts: the capacity asked for, or where none is, that of the slowest transceiver at either site."""
        rates_bps = [t.rate_bps for t in self.brain.plant.plan.transceivers if t.site in sites]
        return service.min_rate_bps or min(rates_bps, default=0.0)

    def _book(self, booked: CircuitBooked, now_s: float) -> list[Command]:
        name = booked.request.name
        known = name in self._bookings or any(circuit.name == name for circuit in self._held(tenant_of(name)))
        if booked.end_s is not None and booked.end_s <= max(now_s, booked.start_s or 0.0):
            return [Answer(False, "the schedule ends before it begins")]
        refusal = f"circuit {name!r} exists" if known else self._over([booked.request])
        if refusal:
            return [Answer(False, refusal)]
        if booked.start_s is not None and booked.start_s > now_s:
            self._bookings[name] = booked
            return [Answer(True)]
        commands = self.brain.handle(booked.request, now_s)
        if booked.end_s is not None and _granted(commands):
            self._bookings[name] = replace(booked, start_s=None)
        return commands

    def _release(self, name: str, now_s: float) -> list[Command]:
        """Give a circuit back; one that is booked and has not begun was only a wish."""
        booking = self._bookings.get(name)
        waits = booking is not None and booking.start_s is not None
        commands: list[Command] = [Answer(True)] if waits else self.brain.handle(CircuitReleased(name), now_s)
        if _granted(commands):
            self._bookings.pop(name, None)
            self._granted.discard(name)
        return commands

    def _keep_time(self, now_s: float) -> list[Command]:
        """Begin and end what is booked, at its time; a moment later where the brain is busy. A refusal is recorded."""
        out: list[Command] = []
        for name, booking in list(self._bookings.items()):
            if booking.start_s is not None and booking.start_s <= now_s:
                commands = self.brain.handle(booking.request, now_s)
                begun = replace(booking, start_s=None) if booking.end_s is not None else None
                late = replace(booking, start_s=now_s + RETRY_S)
            elif booking.start_s is None and booking.end_s is not None and booking.end_s <= now_s:
                commands = self._release(name, now_s)
                begun, late = None, replace(booking, end_s=now_s + RETRY_S)
            else:
                continue
            refusal = next((command.reason for command in commands if isinstance(command, Answer)), "")
            following = late if AGAIN in refusal else None if refusal else begun
            out += [command for command in commands if not isinstance(command, Answer)]
            if following is None:
                self._bookings.pop(name, None)
            else:
                self._bookings[name] = following
            if refusal and following is None:
                out.append(Record(now_s, "circuit-refused", {"circuit": name, "reason": refusal}))
        return out

    def _ask_to_wake(self, now_s: float) -> list[Command]:
        times_s = [booking.start_s or booking.end_s for booking in self._bookings.values()]
        at_s = min((time_s for time_s in times_s if time_s is not None), default=None)
        if self._wake_at_s is not None and self._wake_at_s <= now_s:
            self._wake_at_s = None
        if at_s is None or (self._wake_at_s is not None and self._wake_at_s <= at_s):
            return []
        self._wake_at_s = at_s
        return [Wake(at_s)]

    def _view(self, tenant: str) -> View:
        plan = self.brain.plant.plan
        booked = {name: booking.request for name, booking in self._bookings.items() if booking.start_s is not None}
        mine = [name for name in self._granted if tenant_of(name) == tenant]
        there = [one for one in self.brain.circuits if one.name in mine and one.state is not State.RELEASED]
        standings = [_standing(one) for one in there if one.name not in booked]
        standings += [
            Standing(name, booked[name].sites, booked[name].service, "booked")
            for name in sorted(mine)
            if name in booked
        ]
        return View(
            tuple(standings),
            frozenset(fibre.name for fibre in plan.fibres if not self.brain.plant.works(fibre.name)),
            frozenset(end.name for circuit in self.brain.circuits for end in circuit.ends or ()),
        )


def _names(event: Event) -> list[str]:
    """The circuits that a request asks for."""
    match event:
        case CircuitRequested(name):
            return [name]
        case CircuitsRequested(requests) | RewireRequested(_, requests):
            return [request.name for request in requests]
    return []


def _granted(commands: list[Command]) -> bool:
    return any(isinstance(command, Answer) and command.ok for command in commands)


def _counts(circuit: Circuit) -> bool:
    """Whether a circuit counts against its tenant's quota: one that has failed may be tried again."""
    return circuit.retries if circuit.state is State.FAILED else circuit.state not in _GONE


def _standing(circuit: Circuit) -> Standing:
    spare = circuit.spare.fibres if circuit.spare else ()
    state, service = circuit.state.value, circuit.service
    return Standing(circuit.name, circuit.sites, service, state, circuit.reason, circuit.fibres, circuit.channel, spare)
