"""All circuits of one plant, through their lives: set up, restored, returned, drained and released.

What is lost: **restoration** (loss of light) loses everything from the cut until the new route's switches have answered
and light is back; **release** loses nothing, because packets are led elsewhere first and the last ones may leave; for
moves between working paths see ``resilience``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import inf
from typing import Final

from twin.control.circuit import Circuit, State, Step
from twin.control.dimming import Dimming
from twin.control.events import CircuitRequested
from twin.control.installing import hold, install
from twin.control.ledger import Ledger
from twin.control.patience import limits_s, watch
from twin.control.requests import why_no_path
from twin.control.resilience import Resilience
from twin.control.route import Route, reverse
from twin.control.service import Protection, Service
from twin.control.together import allocate

#: A circuit without light at both ends for so long after its switches answered has failed, s (assumed: above the 6.33 s
#: that 99 in 100 receivers need, MixNet, SIGCOMM 2025).
LIGHT_LIMIT_S: Final = 10.0
#: So many circuits are remembered after their release (assumed), the last ones.
REMEMBERED: Final = 1000


class Circuits:
    """What ``ledger`` says of light decides what is restored and returned."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._resilience = Resilience(ledger)
        self._dimming = Dimming(ledger, self._resilience)
        self._by_name: dict[str, Circuit] = {}
        self._released: dict[str, Circuit] = {}
        self._return_at_s: dict[str, float] = {}
        self._to_protect: set[str] = set()
        self._to_conform: set[str] = set()
        self._exchanged: set[str] = set()
        self._begun = False

    def __iter__(self) -> Iterator[Circuit]:
        """All that are not released, in the order of their requests."""
        return iter(tuple(self._by_name.values()))

    def get(self, name: str) -> Circuit | None:
        """The circuit of that name, whatever its state."""
        return self._by_name.get(name) or self._released.get(name)

    def with_released(self) -> tuple[Circuit, ...]:
        """Those that were released lately, in the order of that, then all others."""
        return (*self._released.values(), *self._by_name.values())

    def add(self, name: str, sites: tuple[str, str], service: Service, reason: str) -> Circuit:
        """A new circuit, not yet started. The name must be free: no living circuit has it."""
        self._by_name.pop(name, None)
        self._released.pop(name, None)
        circuit = self._by_name[name] = Circuit(name, sites, service, reason=reason)
        return circuit

    def start(self, circuit: Circuit) -> None:
        """Give a requested circuit transceivers and a route. It fails where the plant has none to give, but waits for
        what is being drained."""
        got = self._ledger.spectrum.ends_for(circuit.sites, circuit.service)
        reason = got if isinstance(got, str) else why_no_path(self._ledger.spectrum, got[0], circuit.service)
        if reason and any(other.state is State.DRAINING for other in self):
            circuit.reason = f"waits for what is being drained: {reason}"
        elif reason or isinstance(got, str):
            self.fail(circuit, reason)
        else:
            self._ledger.claim_ends(circuit, *got)
            install(self._ledger, circuit, "requested")

    def start_together(self, requests: Sequence[CircuitRequested]) -> str:
        """Make all the circuits that were asked for at once, or none; returns why none, or nothing."""
        found = allocate(self._ledger.spectrum, requests, self._ledger.lit)
        if isinstance(found, str):
            return found
        for request in requests:
            circuit = self.add(request.name, request.sites, request.service, "")
            got = found[request.name]
            self._ledger.claim_ends(circuit, got.ends, got.second)
            circuit.cause = "requested"
            hold(self._ledger, circuit, got.route, got.spare)
        return ""

    def bring_back(self, request: CircuitRequested, routes: Sequence[Route]) -> None:
        """Make a circuit that was released again, where it was if that is still free and lit."""
        circuit = self.add(request.name, request.sites, request.service, "")
        circuit.cause = "brought back"
        lit = all(self._ledger.lit(fibre) for route in routes for fibre in route.fibres)
        if not routes or not lit or not all(self._ledger.spectrum.is_free(route) for route in routes):
            self.start(circuit)
            return
        route, spare = routes[0], routes[1] if len(routes) > 1 else None
        self._ledger.claim_ends(circuit, route.ends, spare.ends if spare and spare.ends != route.ends else None)
        hold(self._ledger, circuit, route, spare)

    def adopt(self, found: Iterable[tuple[Route, Route | None]]) -> None:
        """Take over circuits that are up, each with its second path if a group chooses between the two. Each goes to
        the first request without a route between its sites; one that nobody asked for gets a name of its own, so that
        it can be seen and released. From now on circuits are made."""
        self._begun = True
        for first, second in found:
            sites = first.ends[0].site, first.ends[1].site
            fitting = (c for c in self if c.state is State.REQUESTED and sorted(c.sites) == sorted(sites))
            name = f"found-{first.ends[0].name}-{first.ends[1].name}"
            wanted = Service(Protection.ONE_PLUS_ONE if second else Protection.RESTORATION)
            circuit = next(fitting, None) or self.add(name, sites, wanted, "")
            if second is not None and circuit.service.protection is not Protection.ONE_PLUS_ONE:
                self.adopt([(second, None)])
                second = None
            turned = circuit.sites != sites
            route, spare = (reverse(self._ledger.plant, leg) if turned and leg else leg for leg in (first, second))
            self._ledger.claim_ends(circuit, (route or first).ends, spare.ends if spare else None)
            circuit.route, circuit.spare = self._ledger.take(circuit, route), self._ledger.take(circuit, spare)
            self._ledger.follow(circuit)
            self._activate(circuit, "found up when the controller started")

    def fail(self, circuit: Circuit, reason: str) -> None:
        """The circuit cannot be had."""
        self._ledger.become(circuit, State.FAILED, reason)

    def give_up(self, circuit: Circuit, reason: str) -> None:
        """Take back everything from a circuit that cannot be made: it has failed."""
        self._ledger.drop_all(circuit)
        self.fail(circuit, reason)
        self._reuse()

    def change(self, circuit: Circuit, service: Service) -> str:
        """Ask something else of a circuit; returns why that cannot be, or nothing."""
        if circuit.state is State.REQUESTED:
            circuit.service = service
            return ""
        if not circuit.carries or circuit.step is not Step.SETTLED:
            return f"circuit {circuit.name!r} is {circuit.state.value} and has not settled; ask again when it has"
        why = self._resilience.change(circuit, service)
        if not why and service.protected:
            self._to_conform.add(circuit.name)
        return why

    def revive(self, reason: str) -> None:
        """Begin anew with circuits that have failed for want of time."""
        for circuit in [c for c in self if c.retries and c.state is State.FAILED]:
            self._ledger.become(circuit, State.REQUESTED, f"{reason}, it is tried again")
            if self._begun:
                self.start(circuit)

    def release(self, circuit: Circuit) -> None:
        """Lead packets elsewhere, let the last ones leave, and give back everything the circuit holds."""
        if circuit.carries:
            self._ledger.become(circuit, State.DRAINING, "asked for")
            circuit.enter(Step.LEAVING)
        elif circuit.state is not State.DRAINING:
            self._free(circuit)

    def _free(self, circuit: Circuit) -> None:
        self._ledger.drop_all(circuit)
        self._ledger.become(circuit, State.RELEASED, "asked for")
        self._forget(circuit)
        self._reuse()

    def _forget(self, circuit: Circuit) -> None:
        """Nothing will happen to the circuit any more."""
        name = circuit.name
        del self._by_name[name]
        self._released[name] = circuit
        for names in (self._to_protect, self._to_conform, self._exchanged):
            names.discard(name)
        self._return_at_s.pop(name, None)
        while len(self._released) > REMEMBERED:
            del self._released[next(iter(self._released))]

    def _reuse(self) -> None:
        """Something became free: circuits that wait for a path may find one, then those that wait to begin."""
        self._retry("channels became free")
        self._to_protect |= {circuit.name for circuit in self if circuit.state is State.DEGRADED}
        for circuit in [c for c in self if c.state is State.REQUESTED and self._begun]:
            self.start(circuit)

    def darken(self, fibre: str) -> None:
        """Light is lost on ``fibre``: protected circuits switch, others are taken down, then restored in the order of
        their requests."""
        reason = f"loss of light on {fibre}"
        lost = [circuit for circuit in list(self) if self._resilience.lose(circuit, fibre, reason)]
        self._to_protect |= {circuit.name for circuit in self if circuit.state is State.DEGRADED}
        for circuit in lost:
            self._ledger.drop_routes(circuit)
        for circuit in lost:
            install(self._ledger, circuit, reason)
            if circuit.route is not None:
                circuit.cause = f"rerouted after {reason}"

    def relight(self, fibre: str, now_s: float) -> None:
        """Light is back on ``fibre``: circuits that are down come first, then those that can have a second path again,
        then those that can return to a better path, when they have settled and waited."""
        self._retry(f"light is back on {fibre}")
        self.revive(f"light is back on {fibre}")
        for circuit in self:
            service = circuit.service
            if circuit.state is State.DEGRADED:
                self._to_protect.add(circuit.name)
            if circuit.route is not None and service.reverts and service.protection is not Protection.NONE:
                self._return_at_s[circuit.name] = now_s + service.wait_to_restore_s

    def dim(self, link: str, now_s: float) -> None:
        """The transceiver of ``link`` went dark."""
        self._dimming.doubt(self, link, now_s)

    def move_settled(self, now_s: float) -> None:
        """Protect and move the circuits that are to be, where they have settled, and end those that are not up in
        time."""
        for name in self._dimming.due(now_s):
            if name in self._by_name:
                self._dimming.act(self._by_name[name])
        for circuit in watch(self, now_s):
            circuit.retries = True
            self.give_up(circuit, f"not up within {circuit.service.restore_within_s:g} s: {circuit.reason}")
        for name in sorted(self._to_conform):
            self._conform(self._by_name[name])
        for name in sorted(self._to_protect):
            circuit = self._by_name[name]
            if circuit.state is not State.DEGRADED or circuit.step is Step.SETTLED:
                self._to_protect.discard(name)
                if circuit.state is State.DEGRADED:
                    self._resilience.protect(circuit)
        for circuit in list(self) if self._return_at_s else ():
            at_s = self._return_at_s.get(circuit.name)
            if at_s is not None and at_s <= now_s and circuit.carries and circuit.step is Step.SETTLED:
                self._return(circuit)

    def _return(self, circuit: Circuit) -> None:
        """To a better path, now that there may be one; a protected circuit makes it its second path first."""
        at_s = self._return_at_s.pop(circuit.name)
        if not circuit.service.protected:
            self._resilience.return_(circuit)
        elif circuit.name not in self._exchanged and self._resilience.better_spare(circuit):
            self._exchanged.add(circuit.name)
            self._return_at_s[circuit.name] = at_s
        else:
            self._exchanged.discard(circuit.name)
            self._resilience.swap_back(circuit)

    def _conform(self, circuit: Circuit) -> None:
        """Lead a protected circuit away from what it may no longer use, as far as it gets at once."""
        while circuit.carries and circuit.step is Step.SETTLED:
            if self._resilience.conform(circuit):
                self._to_conform.discard(circuit.name)
                self._to_protect |= {circuit.name} if circuit.spare is None else set()
                return
        if not circuit.alive:
            self._to_conform.discard(circuit.name)

    def ready(self, now_s: float) -> list[Circuit]:
        """The circuits that have nothing more to wait for in their step."""
        return [circuit for circuit in self if self._is_ready(circuit, now_s)]

    def _is_ready(self, circuit: Circuit, now_s: float) -> bool:
        if circuit.step is Step.LIGHTING:
            return circuit.due_s <= now_s or self._ledger.has_light(circuit.route, circuit.spare)
        if circuit.step is Step.BRIDGING:
            return circuit.due_s <= now_s or self._ledger.has_light(circuit.other or circuit.spare)
        if circuit.step in (Step.DRAINING, Step.EMPTYING):
            return circuit.due_s <= now_s
        return circuit.waits == {} and circuit.step is not Step.SETTLED

    def next_time_s(self, now_s: float) -> float | None:
        """When the first circuit has waited long enough; None: none waits for time."""
        timed = (Step.LIGHTING, Step.BRIDGING, Step.DRAINING, Step.EMPTYING)
        times_s = [circuit.due_s for circuit in self if circuit.step in timed and circuit.due_s < inf]
        times_s += [at_s for at_s in (*self._return_at_s.values(), *self._dimming.times_s) if at_s > now_s]
        watch(self, now_s)
        times_s += limits_s(self)
        return min(times_s, default=None)

    def advance(self, circuit: Circuit, now_s: float) -> None:
        """The circuit has nothing more to wait for: take the next step."""
        match circuit.step:
            case Step.CONNECTING:
                self._ledger.become(circuit, State.QUALIFYING, "all switches have answered")
                circuit.enter(Step.LIGHTING, now_s + LIGHT_LIMIT_S)
            case Step.LIGHTING:
                self._qualify(circuit)
            case Step.JOINING:
                circuit.enter(Step.SETTLED)
                self._activate(circuit, circuit.cause)
            case Step.MAKING | Step.PROTECTING if circuit.second is not None:
                circuit.enter(Step.BRIDGING, now_s + LIGHT_LIMIT_S)
            case Step.MAKING:
                circuit.route, circuit.other = circuit.other, circuit.route
                circuit.enter(Step.SWITCHING)
            case Step.PROTECTING:
                self._protected(circuit)
            case Step.BRIDGING:
                if self._resilience.bridged(circuit) and circuit.step is Step.BRIDGING:
                    self._protected(circuit)
            case Step.SWITCHING if circuit.other is None and not self._ledger.has_light(circuit.route):
                circuit.enter(Step.LIGHTING, now_s + LIGHT_LIMIT_S)
            case Step.SWITCHING:
                due_s = now_s + self._ledger.drain_s(circuit.other)
                circuit.enter(Step.DRAINING if circuit.other else Step.SETTLED, due_s)
                self._activate(circuit, circuit.cause)
            case Step.DRAINING:
                self._resilience.drop_other(circuit)
            case Step.LEAVING:
                circuit.enter(Step.EMPTYING, now_s + self._ledger.drain_s(*circuit.routes))
            case Step.EMPTYING:
                self._free(circuit)
        self._ledger.follow(circuit)

    def _protected(self, circuit: Circuit) -> None:
        circuit.enter(Step.SETTLED)
        self._activate(circuit, "it has a second path again")

    def _qualify(self, circuit: Circuit) -> None:
        if not self._ledger.has_light(circuit.route):
            self.give_up(circuit, f"no light at both ends within {LIGHT_LIMIT_S:g} s")
            return
        if not self._ledger.has_light(circuit.spare):
            self._resilience.lose_spare(circuit, "no light at both ends")
        circuit.enter(Step.JOINING)

    def _activate(self, circuit: Circuit, reason: str) -> None:
        circuit.retries = False
        self._ledger.become(circuit, State.ACTIVE, reason)
        if circuit.service.protected and circuit.spare is None:
            self._ledger.become(circuit, State.DEGRADED, "it has no second path")
            self._to_protect.add(circuit.name)

    def _retry(self, reason: str) -> None:
        for circuit in self:
            if circuit.state is not State.RESTORING or circuit.step is not Step.SETTLED:
                continue
            assert circuit.ends is not None
            if circuit.route is None:
                if self._ledger.spectrum.find_route(circuit.ends, self._ledger.lit, circuit.service) is not None:
                    install(self._ledger, circuit, reason)
            elif all(self._ledger.lit(fibre) for fibre in circuit.fibres):
                circuit.cause = reason
                circuit.enter(Step.CONNECTING)
