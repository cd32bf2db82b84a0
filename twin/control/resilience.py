"""How circuits that carry traffic move to another path, and what each move loses:

- **switch-over** of a protected circuit (loss of light on one of its two paths): 1+1, what was under way on the dark
  path; 1:1, that and what is sent until both ends have switched;
- **return or move, make before break** (the better path finds a channel beside the old one): nothing; frames that take
  the shorter path may overtake those still under way on the longer one;
- **return or move, break before make** (asked for, or only the old route's own channel would do, as with whole fibres
  that both routes share): what is under way, and what is sent until the switches have answered.
"""

from __future__ import annotations

from collections.abc import Callable

from twin.control.circuit import Circuit, State, Step
from twin.control.ledger import Ledger
from twin.control.requests import why_no_path
from twin.control.route import Route
from twin.control.service import Reconfigure, Service

Install = Callable[[Circuit, str], None]


class Resilience:
    """``install`` finds a new path for a circuit without one."""

    def __init__(self, ledger: Ledger, install: Install) -> None:
        self._ledger = ledger
        self._install = install

    def switch_over(self, circuit: Circuit, reason: str) -> None:
        """The first path of a protected circuit is dark: send and listen on the second."""
        assert circuit.spare is not None
        dark, circuit.route, circuit.spare = circuit.route, circuit.spare, None
        self._ledger.drop(dark)
        circuit.cause = f"switched to the second path after {reason}"
        circuit.enter(Step.SWITCHING)
        self._ledger.follow(circuit)

    def lose_spare(self, circuit: Circuit, reason: str) -> None:
        """The second path of a protected circuit is dark."""
        self._ledger.drop(circuit.spare)
        circuit.spare = None
        if circuit.step is Step.PROTECTING:
            circuit.enter(Step.SETTLED)
        if circuit.state is State.ACTIVE:
            self._ledger.become(circuit, State.DEGRADED, f"{reason}, its second path")
        self._ledger.follow(circuit)

    def protect(self, circuit: Circuit) -> None:
        """Give a protected circuit that has one path another, if there is one."""
        assert circuit.ends is not None
        assert circuit.route is not None
        spectrum = self._ledger.spectrum
        beside = spectrum.rivals(circuit.route.path, circuit.service)
        spare = spectrum.find_route(circuit.ends, self._ledger.lit, circuit.service, beside=beside)
        if spare is not None:
            circuit.spare = self._ledger.take(circuit, spare)
            circuit.enter(Step.PROTECTING)
            self._ledger.follow(circuit)

    def return_(self, circuit: Circuit) -> None:
        """Move a circuit that carries traffic to a better path, if there is one now."""
        if circuit.service.protected:
            self._swap_back(circuit)
            return
        assert circuit.route is not None
        best = self._best_without_itself(circuit, circuit.service)
        cost = circuit.service.cost
        if best is not None and cost(best.path) < cost(circuit.route.path):
            self._move(circuit, best, "returned to a shorter path")

    def change(self, circuit: Circuit, service: Service) -> str:
        """Ask something else of a settled circuit that carries traffic, and move it where its path no longer does.
        Returns why that cannot be; empty: it can."""
        assert circuit.ends is not None
        assert circuit.route is not None
        if service.protection is not circuit.service.protection or service.protected:
            return f"circuit {circuit.name!r} cannot change its protection or be moved under it; release it, ask anew"
        best = self._best_without_itself(circuit, service)
        permitted = self._ledger.spectrum.permits(circuit.route, service)
        if best is None and not permitted:
            self._ledger.drop(circuit.route)
            reason = why_no_path(self._ledger.spectrum, circuit.ends, service)
            self._ledger.take(circuit, circuit.route)
            return reason or f"no path from {circuit.sites[0]} to {circuit.sites[1]} that does has light"
        circuit.service = service
        if best is not None and not permitted:
            self._move(circuit, best, "moved to another path")
        return ""

    def _move(self, circuit: Circuit, best: Route, why: str) -> None:
        """To a route as good as ``best``: beside the old one if it may, else in its place."""
        assert circuit.ends is not None
        cost = circuit.service.cost
        beside = self._ledger.spectrum.find_route(circuit.ends, self._ledger.lit, circuit.service)
        wanted = circuit.service.reconfigure is Reconfigure.MAKE_BEFORE_BREAK
        if wanted and beside is not None and cost(beside.path) == cost(best.path):
            circuit.other = self._ledger.take(circuit, beside)
            circuit.cause = f"{why}, make before break"
            circuit.enter(Step.MAKING)
            self._ledger.follow(circuit)
        else:
            self._ledger.drop_routes(circuit)
            self._install(circuit, f"{why}, break before make")

    def _best_without_itself(self, circuit: Circuit, service: Service) -> Route | None:
        """The best route if the circuit's own channel were free."""
        assert circuit.ends is not None
        self._ledger.drop(circuit.route)
        best = self._ledger.spectrum.find_route(circuit.ends, self._ledger.lit, service)
        self._ledger.take(circuit, circuit.route)
        return best

    def _swap_back(self, circuit: Circuit) -> None:
        cost = circuit.service.cost
        if circuit.spare and circuit.route and cost(circuit.spare.path) < cost(circuit.route.path):
            circuit.route, circuit.spare = circuit.spare, circuit.route
            circuit.cause = "returned to the better of its two paths"
            circuit.enter(Step.SWITCHING)
            self._ledger.follow(circuit)

    def drop_other(self, circuit: Circuit) -> None:
        """Give back the route being made or drained. A circuit in SWITCHING still has an answer to wait for."""
        self._ledger.drop(circuit.other)
        circuit.other = None
        if circuit.step is not Step.SWITCHING:
            circuit.enter(Step.SETTLED)
        self._ledger.follow(circuit)
