"""How circuits that carry traffic move to another path, and what each move loses:

- **switch-over** of a protected circuit (loss of light on one of its two paths): 1+1, what was under way on the dark
  path; 1:1, that and what is sent until both ends have switched;
- **return or move, make before break** (the better path finds a channel beside the old one): nothing; frames that take
  the shorter path may overtake those still under way on the longer one. Where the plan looks at light, a transceiver
  that is led elsewhere goes dark for the switches' time: then a second pair of transceivers is lit over the new path,
  and packets are led from the one to the other (bridge and roll);
- **return or move, break before make** (asked for, or only the old route's own channel would do, as with whole fibres
  that both routes share, or no second pair of transceivers is free): what is under way, and what is sent until the
  switches have answered and light is back. The reason says how long that is.
"""

from __future__ import annotations

from twin.control.circuit import Circuit, State, Step
from twin.control.installing import install
from twin.control.ledger import Ledger
from twin.control.requests import why_no_path
from twin.control.route import Route
from twin.control.service import Protection, Reconfigure, Service
from twin.control.spectrum import Ends


class Resilience:
    """What ``ledger`` holds is all it knows."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def lose(self, circuit: Circuit, fibre: str, reason: str) -> bool:
        """What loss of light on ``fibre`` does to a circuit at once; returns whether it needs another route."""
        uses = [route for route in circuit.routes if fibre in route.fibres]
        if not uses or circuit.state is State.DRAINING:
            return False
        if circuit.service.protection is Protection.NONE:
            if circuit.step is not Step.SETTLED or circuit.state is not State.RESTORING:
                circuit.enter(Step.SETTLED)
                self._ledger.become(circuit, State.RESTORING, f"{reason}; it waits for its own path")
            return False
        if not circuit.carries:
            return True
        if circuit.route in uses:
            if circuit.spare is None or circuit.step in (Step.PROTECTING, Step.BRIDGING):
                return True
            self.switch_over(circuit, reason)
        elif circuit.spare in uses:
            self.lose_spare(circuit, reason)
        else:
            self.drop_other(circuit)
        return False

    def switch_over(self, circuit: Circuit, reason: str) -> None:
        """The first path of a protected circuit is dark: send and listen on the second."""
        assert circuit.spare is not None
        dark = circuit.route
        self._swap(circuit)
        circuit.spare = None
        self._ledger.drop(dark)
        circuit.cause = f"switched to the second path after {reason}"
        circuit.enter(Step.SWITCHING)
        self._ledger.follow(circuit)

    def _swap(self, circuit: Circuit) -> None:
        """The two paths of a protected circuit change places."""
        circuit.route, circuit.spare = circuit.spare, circuit.route
        if circuit.fails_over:
            circuit.ends, circuit.second = circuit.second, circuit.ends

    def lose_spare(self, circuit: Circuit, reason: str) -> None:
        """The second path of a protected circuit is dark."""
        self._ledger.drop(circuit.spare)
        circuit.spare = None
        if circuit.step in (Step.PROTECTING, Step.BRIDGING):
            circuit.enter(Step.SETTLED)
        if circuit.state is State.ACTIVE:
            self._ledger.become(circuit, State.DEGRADED, f"{reason}, its second path")
        self._ledger.follow(circuit)

    def protect(self, circuit: Circuit) -> None:
        """Give a protected circuit that has one path another, if there is one."""
        assert circuit.ends is not None
        assert circuit.route is not None
        spectrum, second = self._ledger.spectrum, circuit.second or circuit.ends
        if circuit.service.protection is Protection.ONE_PLUS_ONE and not spectrum.splits and circuit.second is None:
            found = self._ends_beside(circuit)
            if found is None:
                return
            second = found
        beside = spectrum.rivals(circuit.route.path, circuit.service)
        spare = spectrum.find_route(second, self._ledger.lit, circuit.service, beside=beside)
        if spare is not None:
            if second not in (circuit.ends, circuit.second):
                self._ledger.claim_ends(circuit, circuit.ends, second)
            circuit.spare = self._ledger.take(circuit, spare)
            circuit.enter(Step.PROTECTING)
            self._ledger.follow(circuit)

    def return_(self, circuit: Circuit) -> None:
        """Move a circuit that carries traffic to a better path, if there is one now."""
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
        if service.protection is not circuit.service.protection:
            return f"circuit {circuit.name!r} cannot change its protection; release it, ask anew"
        if service.protected:
            return self._change_protected(circuit, service)
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

    def _change_protected(self, circuit: Circuit, service: Service) -> str:
        """Ask something else of a circuit with two paths; ``conform`` moves it."""
        assert circuit.ends is not None
        spectrum = self._ledger.spectrum
        self._ledger.drop(circuit.route, circuit.spare)
        reason = why_no_path(spectrum, circuit.ends, service)
        pair = spectrum.find_pair(circuit.ends, self._ledger.lit, service)
        for route in (circuit.route, circuit.spare):
            self._ledger.take(circuit, route)
        if reason or pair is None:
            return reason or f"no two paths from {circuit.sites[0]} to {circuit.sites[1]} that do have light"
        circuit.service = service
        return ""

    def conform(self, circuit: Circuit) -> bool:
        """The next step of a protected, settled circuit away from paths that it may no longer use, one at a time and
        the second one first; returns whether there is none left to take."""
        assert circuit.route is not None
        spectrum, service = self._ledger.spectrum, circuit.service
        if circuit.spare is not None and not spectrum.permits(circuit.spare, service):
            self._ledger.drop(circuit.spare)
            circuit.spare = None
            self._ledger.become(circuit, State.DEGRADED, "its second path is exchanged")
            self._ledger.follow(circuit)
            return False
        if spectrum.permits(circuit.route, service):
            return True
        if circuit.spare is None:
            self.protect(circuit)
            if circuit.spare is None:
                self._ledger.drop_routes(circuit)
                install(self._ledger, circuit, "moved to other paths, break before make")
            return False
        self._leave_first_path(circuit)
        return True

    def _leave_first_path(self, circuit: Circuit) -> None:
        """Send and listen on the second path only; the first one is drained. Where light is split, what is under way
        on it is also under way on the other."""
        former, split = circuit.route, circuit.service.protection is Protection.ONE_PLUS_ONE and not circuit.fails_over
        self._swap(circuit)
        circuit.spare = None
        if split:
            self._ledger.drop(former)
        else:
            circuit.other = former
        assert circuit.route is not None
        circuit.cause = f"moved to its second path{'' if circuit.second else self._darkness(circuit.route)}"
        circuit.enter(Step.SWITCHING)
        self._ledger.follow(circuit)

    def _move(self, circuit: Circuit, best: Route, why: str) -> None:
        """To a route as good as ``best``: beside the old one if it may, else in its place."""
        cost = circuit.service.cost
        ends = self._ends_beside(circuit)
        beside = self._ledger.spectrum.find_route(ends, self._ledger.lit, circuit.service) if ends else None
        wanted = circuit.service.reconfigure is Reconfigure.MAKE_BEFORE_BREAK
        if wanted and ends and beside is not None and cost(beside.path) == cost(best.path):
            if ends != circuit.ends:
                self._ledger.spectrum.claim_ends(ends, circuit.name)
                circuit.second = ends
            circuit.other = self._ledger.take(circuit, beside)
            circuit.cause = f"{why}, make before break"
            circuit.enter(Step.MAKING)
            self._ledger.follow(circuit)
        else:
            lacking = ": no second pair of transceivers is free" if wanted and ends is None else ""
            self._ledger.drop_routes(circuit)
            install(self._ledger, circuit, f"{why}, break before make{self._darkness(best)}{lacking}")

    def _ends_beside(self, circuit: Circuit) -> Ends | None:
        """The transceivers between which a route can be made while the circuit's own carries on; None: there are
        none."""
        if self._ledger.spectrum.splits:
            return circuit.ends
        found = self._ledger.spectrum.free_ends(circuit.sites, like=circuit.ends)
        return None if isinstance(found, str) else found

    def _darkness(self, route: Route) -> str:
        dark_s = self._ledger.plant.dark_s(route.switches)
        return f", dark for {dark_s * 1e3:g} ms" if dark_s else ""

    def bridged(self, circuit: Circuit) -> bool:
        """The second route has light at its ends, or has had time enough. Returns whether the circuit goes on: it rolls
        over to the route, or is protected by it."""
        second = circuit.other or circuit.spare
        if self._ledger.has_light(second):
            if circuit.other is not None:
                circuit.route, circuit.other = circuit.other, circuit.route
                circuit.ends, circuit.second = circuit.second, circuit.ends
                circuit.enter(Step.SWITCHING)
            return True
        if circuit.other is not None:
            self.drop_other(circuit)
            self._ledger.become(circuit, circuit.state, "it stays on its path: the new one has no light at both ends")
        else:
            self.lose_spare(circuit, "no light at both ends")
        return False

    def _best_without_itself(self, circuit: Circuit, service: Service) -> Route | None:
        """The best route if the circuit's own channel were free."""
        assert circuit.ends is not None
        self._ledger.drop(circuit.route)
        best = self._ledger.spectrum.find_route(circuit.ends, self._ledger.lit, service)
        self._ledger.take(circuit, circuit.route)
        return best

    def better_spare(self, circuit: Circuit) -> bool:
        """Exchange the second path of a protected circuit for one that is better than both, to ``swap_back`` to it;
        returns whether there is one."""
        assert circuit.ends is not None
        assert circuit.route is not None
        cost, spectrum = circuit.service.cost, self._ledger.spectrum
        self._ledger.drop(circuit.spare)
        beside = spectrum.rivals(circuit.route.path, circuit.service)
        best = spectrum.find_route(circuit.second or circuit.ends, self._ledger.lit, circuit.service, beside=beside)
        self._ledger.take(circuit, circuit.spare)
        paths = [route.path for route in (circuit.route, circuit.spare) if route is not None]
        if circuit.spare is None or best is None or any(cost(best.path) >= cost(path) for path in paths):
            return False
        self._ledger.drop(circuit.spare)
        circuit.spare = self._ledger.take(circuit, best)
        self._ledger.become(circuit, State.DEGRADED, "its second path is exchanged for a better one")
        circuit.enter(Step.PROTECTING)
        self._ledger.follow(circuit)
        return True

    def swap_back(self, circuit: Circuit) -> None:
        """Move a protected circuit to its second path, if that is the better one."""
        cost = circuit.service.cost
        if circuit.spare and circuit.route and cost(circuit.spare.path) < cost(circuit.route.path):
            self._swap(circuit)
            assert circuit.route is not None
            darkness = "" if circuit.fails_over else self._darkness(circuit.route)
            circuit.cause = f"returned to the better of its two paths{darkness}"
            circuit.enter(Step.SWITCHING)
            self._ledger.follow(circuit)

    def drop_other(self, circuit: Circuit) -> None:
        """Give back the route being made or drained. A circuit in SWITCHING still has an answer to wait for."""
        self._ledger.drop(circuit.other)
        if circuit.other is not None and not circuit.fails_over:
            self._ledger.free_second(circuit)
        circuit.other = None
        if circuit.step is not Step.SWITCHING:
            circuit.enter(Step.SETTLED)
        self._ledger.follow(circuit)
