"""What circuits hold, and what is told of them: the one place where routes are taken and given back, where switches'
tables are asked to follow, and where a change of state becomes a line of the event log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from twin.control.circuit import Circuit, State, Step
from twin.control.plant import Plant
from twin.control.route import Route, one_way_ps
from twin.control.spectrum import Ends, Spectrum
from twin.control.tables import Tables

#: A drained route is kept this much longer than its delay, s: the time a switch may take over a frame (assumed).
DRAIN_MARGIN_S: Final = 1e-3

Recorder = Callable[[str, dict[str, Any]], None]


class Ledger:
    """``heed_light``: whether dark fibres are avoided. ``record`` gets (event, details)."""

    def __init__(self, plant: Plant, tables: Tables, record: Recorder, heed_light: bool) -> None:
        self.plant = plant
        self.spectrum = Spectrum(plant)
        self._tables = tables
        self._record = record
        self._heed_light = heed_light

    def lit(self, fibre: str) -> bool:
        """Whether the fibre may be used."""
        return not self._heed_light or self.plant.works(fibre)

    def has_light(self, *routes: Route | None) -> bool:
        """Whether the transceivers at both ends of all ``routes`` receive light."""
        ends = [end for route in routes if route is not None for end in route.ends]
        return not self._heed_light or all(self.plant.works(end.link) for end in ends)

    def become(self, circuit: Circuit, state: State, reason: str) -> None:
        """The circuit changes its state."""
        circuit.state, circuit.reason = state, reason
        name = "down" if state is State.RESTORING else state.value
        details: dict[str, Any] = {"circuit": circuit.name}
        if state is State.ACTIVE:
            details |= {"fibres": list(circuit.fibres), "channel": circuit.channel}
        self._record(f"circuit-{name}", {**details, "reason": reason})

    def take(self, circuit: Circuit, route: Route | None) -> Route | None:
        """The circuit holds ``route`` from now on."""
        if route is not None:
            self.spectrum.claim_route(route, circuit.name)
        return route

    def drop(self, *routes: Route | None) -> None:
        """The channels of ``routes`` are free again."""
        for route in routes:
            if route is not None:
                self.spectrum.free_route(route)

    def drop_routes(self, circuit: Circuit) -> None:
        """The circuit holds no route any more."""
        self.drop(*circuit.routes)
        circuit.route = circuit.spare = circuit.other = None
        if not circuit.fails_over:
            self.free_second(circuit)
        circuit.enter(Step.SETTLED)
        self.follow(circuit)

    def free_second(self, circuit: Circuit) -> None:
        """The circuit holds one pair of transceivers only."""
        if circuit.second is not None:
            self.spectrum.free(circuit.second)
            circuit.second = None

    def drop_all(self, circuit: Circuit) -> None:
        """The circuit holds nothing any more."""
        self.drop_routes(circuit)
        self.free_second(circuit)
        if circuit.ends is not None:
            self.spectrum.free(circuit.ends)
            circuit.ends = None

    def claim_ends(self, circuit: Circuit, ends: Ends, second: Ends | None) -> None:
        """The circuit holds these transceivers."""
        for pair in (ends, second):
            if pair is not None:
                self.spectrum.claim_ends(pair, circuit.name)
        circuit.ends, circuit.second = ends, second

    def follow(self, circuit: Circuit) -> None:
        """Make the tables those that the circuit needs now."""
        self._tables.want(circuit.owner, circuit.flows(self.plant))

    def drain_s(self, *routes: Route | None) -> float:
        """How long the last frames are under way on any of ``routes``."""
        ways = [(route, forward) for route in routes if route is not None for forward in (True, False)]
        delays_ps = [one_way_ps(self.plant, route, forward) for route, forward in ways]
        return max(delays_ps) * 1e-12 + DRAIN_MARGIN_S if delays_ps else 0.0
