"""All circuits of one plant: choosing routes, following them through their steps, restoring and returning them.

What each change loses:

- **restoration** (loss of light): everything from the cut until the new route's switches have answered;
- **return, make before break** (the new route finds a channel beside the old one): nothing; frames that take the
  shorter path may overtake those still under way on the longer one;
- **return, break before make** (only the old route's own channel would do, as with whole fibres that both routes
  share): what is under way, and what is sent until the switches have answered;
- **release**: what is under way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from twin.control.circuit import Circuit, State, Step
from twin.control.plant import Plant
from twin.control.route import Route, one_way_ps, reverse
from twin.control.spectrum import Spectrum
from twin.control.tables import Tables

#: A drained route is kept this much longer than its delay, s: the time a switch may take over a frame (assumed).
DRAIN_MARGIN_S: Final = 1e-3

Recorder = Callable[[str, dict[str, Any]], None]


class Circuits:
    """``heed_light``: whether dark fibres are avoided, and circuits restored and returned. ``record`` gets
    (event, details)."""

    def __init__(self, plant: Plant, tables: Tables, record: Recorder, heed_light: bool) -> None:
        self._plant = plant
        self._tables = tables
        self._record = record
        self._heed_light = heed_light
        self._spectrum = Spectrum(plant)
        self._by_name: dict[str, Circuit] = {}
        self._to_return: set[str] = set()

    def __iter__(self) -> Iterator[Circuit]:
        return iter(self._by_name.values())

    def get(self, name: str) -> Circuit | None:
        """The circuit of that name, whatever its state."""
        return self._by_name.get(name)

    def add(self, name: str, sites: tuple[str, str], reason: str) -> Circuit:
        """A new circuit, not yet started. The name must be free: no living circuit has it."""
        self._by_name.pop(name, None)
        circuit = self._by_name[name] = Circuit(name, sites, reason=reason)
        return circuit

    def start(self, circuit: Circuit) -> None:
        """Give a requested circuit transceivers and a route; it fails where the plant has none to give."""
        ends = self._spectrum.free_ends(circuit.sites)
        if isinstance(ends, str):
            self.fail(circuit, ends)
            return
        if self._spectrum.find_route(ends, lambda fibre: True) is None:
            self.fail(circuit, f"no channel is free on any path from {circuit.sites[0]} to {circuit.sites[1]}")
            return
        self._spectrum.claim_ends(ends, circuit.name)
        circuit.ends = ends
        self._install(circuit, "requested")

    def adopt(self, routes: Iterable[Route]) -> None:
        """Take over circuits that are up. Each goes to the first request without a route between its sites; one that
        nobody asked for gets a name of its own, so that it can be seen and released."""
        for found in routes:
            sites = found.ends[0].site, found.ends[1].site
            fitting = (c for c in self if c.state is State.REQUESTED and sorted(c.sites) == sorted(sites))
            circuit = next(fitting, None) or self.add(f"found-{found.ends[0].name}-{found.ends[1].name}", sites, "")
            route = found if circuit.sites == sites else reverse(self._plant, found)
            self._spectrum.claim_ends(route.ends, circuit.name)
            self._spectrum.claim_route(route, circuit.name)
            circuit.ends, circuit.route = route.ends, route
            circuit.state, circuit.reason = State.ACTIVE, "found up when the controller started"
            self._tables.want(circuit.owner, circuit.flows(self._plant))
            self._record_active(circuit)

    def give_up(self, circuit: Circuit, reason: str) -> None:
        """Take back everything from a circuit that cannot be made: it has failed."""
        self._drop_routes(circuit)
        if circuit.ends is not None:
            self._spectrum.free(circuit.ends)
            circuit.ends = None
        self.fail(circuit, reason)
        self._retry("channels became free")

    def fail(self, circuit: Circuit, reason: str) -> None:
        """The circuit cannot be had."""
        circuit.state, circuit.reason = State.FAILED, reason
        self._record("circuit-failed", {"circuit": circuit.name, "reason": reason})

    def release(self, circuit: Circuit) -> None:
        """Give back everything the circuit holds; circuits that wait for a path may find one now."""
        self._drop_routes(circuit)
        if circuit.ends is not None:
            self._spectrum.free(circuit.ends)
        circuit.ends, circuit.state, circuit.reason = None, State.RELEASED, "asked for"
        self._record("circuit-released", {"circuit": circuit.name, "reason": circuit.reason})
        self._retry("channels became free")

    def darken(self, fibre: str) -> None:
        """Light is lost on ``fibre``: circuits over it are taken down, then restored in the order of their requests."""
        reason = f"loss of light on {fibre}"
        lost = []
        for circuit in self:
            if fibre in circuit.fibres:
                self._drop_routes(circuit)
                lost.append(circuit)
            elif circuit.other is not None and fibre in circuit.other.fibres:
                self._drop_other(circuit)
        for circuit in lost:
            self._install(circuit, reason)
            if circuit.state is State.INSTALLING:
                circuit.reason = f"rerouted after {reason}"

    def relight(self, fibre: str) -> None:
        """Light is back on ``fibre``: circuits that are down come first, then those that can return to a shorter
        path, at once or when they have settled."""
        self._retry(f"light is back on {fibre}")
        self._to_return = {circuit.name for circuit in self if circuit.route is not None}
        self.return_settled()

    def return_settled(self) -> None:
        """Move circuits that have settled since a fibre came back."""
        for circuit in self:
            if circuit.name in self._to_return and circuit.state is State.ACTIVE and circuit.step is Step.SETTLED:
                self._to_return.discard(circuit.name)
                self._return(circuit)

    def advance(self, circuit: Circuit, now_s: float) -> None:
        """All switches have answered the circuit's barriers: take the next step."""
        if circuit.step is Step.CONNECTING:
            circuit.enter(Step.JOINING)
        elif circuit.step is Step.JOINING:
            circuit.enter(Step.SETTLED)
            circuit.state = State.ACTIVE
            self._record_active(circuit)
        elif circuit.step is Step.MAKING:
            circuit.route, circuit.other = circuit.other, circuit.route
            circuit.reason = "returned to a shorter path, make before break"
            circuit.enter(Step.SWITCHING)
        elif circuit.step is Step.SWITCHING:
            circuit.enter(Step.DRAINING)
            circuit.drained_at_s = now_s + (self._drain_s(circuit.other) if circuit.other else 0.0)
            self._record_active(circuit)
        elif circuit.step is Step.DRAINING:
            self._drop_other(circuit)
        self._tables.want(circuit.owner, circuit.flows(self._plant))

    def _drain_s(self, route: Route) -> float:
        delays_ps = one_way_ps(self._plant, route), one_way_ps(self._plant, route, forward=False)
        return max(delays_ps) * 1e-12 + DRAIN_MARGIN_S

    def _lit(self, fibre: str) -> bool:
        return not self._heed_light or self._plant.works(fibre)

    def _install(self, circuit: Circuit, reason: str) -> None:
        """Find a route and set it up. The circuit holds transceivers and no route."""
        assert circuit.ends is not None
        was, circuit.reason = circuit.state, reason
        route = self._spectrum.find_route(circuit.ends, self._lit)
        if route is None:
            circuit.enter(Step.SETTLED)
            circuit.state, circuit.reason = State.DOWN, f"{reason}; no free channel on any path with light"
        else:
            self._spectrum.claim_route(route, circuit.name)
            circuit.route, circuit.state = route, State.INSTALLING
            circuit.enter(Step.CONNECTING)
            self._tables.want(circuit.owner, circuit.flows(self._plant))
        if circuit.state is not was and (was is State.ACTIVE or circuit.state is State.DOWN):
            self._record("circuit-down", {"circuit": circuit.name, "reason": circuit.reason})

    def _retry(self, reason: str) -> None:
        for circuit in self:
            if circuit.state is State.DOWN:
                assert circuit.ends is not None
                if self._spectrum.find_route(circuit.ends, self._lit) is not None:
                    self._install(circuit, reason)

    def _return(self, circuit: Circuit) -> None:
        """Move an active circuit to a better route, if there is one now: beside the old one where the channels allow
        it, in its place where they do not."""
        assert circuit.ends is not None
        assert circuit.route is not None
        self._spectrum.free_route(circuit.route)
        best = self._spectrum.find_route(circuit.ends, self._lit)
        self._spectrum.claim_route(circuit.route, circuit.name)
        if best is None or best.cost >= circuit.route.cost:
            return
        beside = self._spectrum.find_route(circuit.ends, self._lit)
        if beside is not None and beside.cost == best.cost:
            self._spectrum.claim_route(beside, circuit.name)
            circuit.other = beside
            circuit.enter(Step.MAKING)
            self._tables.want(circuit.owner, circuit.flows(self._plant))
        else:
            self._drop_routes(circuit)
            self._install(circuit, "returned to a shorter path, break before make")

    def _drop_other(self, circuit: Circuit) -> None:
        """Give back the second route. Only a circuit in SWITCHING still has an answer to wait for."""
        if circuit.other is not None:
            self._spectrum.free_route(circuit.other)
            circuit.other = None
        if circuit.step is not Step.SWITCHING:
            circuit.enter(Step.SETTLED)
        self._tables.want(circuit.owner, circuit.flows(self._plant))

    def _drop_routes(self, circuit: Circuit) -> None:
        for route in (circuit.route, circuit.other):
            if route is not None:
                self._spectrum.free_route(route)
        circuit.route = circuit.other = None
        circuit.enter(Step.SETTLED)
        self._tables.want(circuit.owner, ())

    def _record_active(self, circuit: Circuit) -> None:
        details = {"circuit": circuit.name, "fibres": list(circuit.fibres), "channel": circuit.channel}
        self._record("circuit-active", {**details, "reason": circuit.reason})
