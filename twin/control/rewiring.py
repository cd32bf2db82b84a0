"""Many circuits changed at once, in steps, as live networks do it (Jupiter Evolving, SIGCOMM 2022): an eighth of all,
then a quarter, a half, all of it.

    solve --> drain --> verify empty --> rewire --> qualify --> undrain --> the next step, or done
      |                                     |          |
    stop, nothing was touched          roll back: new circuits go, the step's old ones return to their routes

A unit of the change is a circuit given back, a circuit asked for, or both; a circuit that is given back and asked for
again under its name is moved. **Solve** takes as many units as the step's share allows: those whose new circuits find
transceivers and channels, and whose old ones can be drained without parting their sites. What cannot be yet waits for
a later step. **Verify empty** goes by time: a circuit is empty when its last frames must have left (``drain_s``); no
counter is read. A new circuit **qualifies** by light at both ends, and gets no packet before; where one does not, the
whole step is rolled back, and that ends the rewiring; the steps before it stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from itertools import zip_longest
from math import ceil
from typing import Any, Final

from twin.control.circuit import Circuit, State, Step
from twin.control.circuits import Circuits
from twin.control.events import CircuitRequested
from twin.control.ledger import Ledger, Recorder
from twin.control.route import Route
from twin.control.together import allocate

#: How much of a change is done after each step.
SHARES: Final = (Fraction(1, 8), Fraction(1, 4), Fraction(1, 2), Fraction(1))
_UP: Final = (State.ACTIVE, State.DEGRADED)


@dataclass(frozen=True)
class Unit:
    """A circuit to give back, a circuit to ask for, or both."""

    release: str | None
    request: CircuitRequested | None


@dataclass(frozen=True)
class Former:
    """A circuit as it was before its step."""

    request: CircuitRequested
    routes: tuple[Route, ...]


class _Phase(Enum):
    IDLE = "idle"
    DRAINING = "draining"
    EMPTYING = "emptying"
    QUALIFYING = "qualifying"
    UNDRAINING = "undraining"
    CLEARING = "clearing"
    RETURNING = "returning"


def units_of(release: Sequence[str], requests: Sequence[CircuitRequested]) -> list[Unit]:
    """The units of a change: what keeps its name belongs together, the rest is paired in order."""
    asked = {request.name: request for request in requests}
    moved = [Unit(name, asked[name]) for name in release if name in asked]
    gone = [name for name in release if name not in asked]
    new = [request for request in requests if request.name not in release]
    return moved + [Unit(name, request) for name, request in zip_longest(gone, new)]


class Rewiring:
    """One change at a time."""

    def __init__(self, circuits: Circuits, ledger: Ledger, record: Recorder) -> None:
        self._circuits = circuits
        self._ledger = ledger
        self._record = record
        self._phase = _Phase.IDLE
        self._left: list[Unit] = []
        self._all = 0
        self._step = 0
        self._now: list[Unit] = []
        self._former: list[Former] = []
        self._why = ""

    @property
    def busy(self) -> bool:
        """Whether a change is under way."""
        return self._phase is not _Phase.IDLE

    def begin(self, release: Sequence[str], requests: Sequence[CircuitRequested]) -> str:
        """Start; returns why that cannot be, or nothing. All names of ``release`` are circuits."""
        for name in release:
            circuit = self._circuit(name)
            if not circuit.carries or circuit.step is not Step.SETTLED:
                return f"circuit {name!r} is {circuit.state.value} and has not settled; ask again when it has"
        self._left, self._step = units_of(release, requests), 0
        self._all = len(self._left)
        if not self._left:
            return "there is nothing to change"
        self._now, why = self._solve()
        if not self._now:
            return why
        self._record("rewire-started", {"release": list(release), "request": [request.name for request in requests]})
        self._drain()
        return ""

    def advance(self) -> bool:
        """Take the next step of the change, if it can be taken; returns whether it was."""
        was = self._phase, self._step
        match self._phase:
            case _Phase.DRAINING if all(c.step is Step.EMPTYING or not c.alive for c in self._old()):
                self._tell("drained")
                self._phase = _Phase.EMPTYING
            case _Phase.EMPTYING if not any(circuit.alive for circuit in self._old()):
                self._tell("verified-empty", by="the time that the last frames need")
                self._rewire()
            case _Phase.QUALIFYING | _Phase.UNDRAINING if self._failing():
                self._roll_back(self._failing())
            case _Phase.QUALIFYING if all(circuit.joined for circuit in self._new()):
                self._tell("qualified")
                self._phase = _Phase.UNDRAINING
            case _Phase.UNDRAINING if all(circuit.state in _UP for circuit in self._new()):
                self._tell("undrained")
                self._go_on()
            case _Phase.CLEARING if not any(circuit.alive for circuit in self._new()):
                self._return()
            case _Phase.RETURNING if all(circuit.state in (*_UP, State.FAILED) for circuit in self._returned()):
                self._end("rolled-back", reason=self._why, kept_steps=self._step)
            case _:
                pass
        return was != (self._phase, self._step)

    def _solve(self) -> tuple[list[Unit], str]:
        """The units of the next step, and why there are none."""
        done = self._all - len(self._left)
        quota = ceil(SHARES[self._step] * self._all) - done
        chosen: list[Unit] = []
        why = ""
        for unit in self._left:
            if len(chosen) == quota:
                break
            problem = self._problem([*chosen, unit])
            why = why or problem
            if not problem:
                chosen.append(unit)
        if SHARES[self._step] == 1 and len(chosen) < quota:
            return [], why
        return chosen, why

    def _problem(self, units: Sequence[Unit]) -> str:
        """Why these units cannot be done in one step; empty: they can."""
        gone = [self._circuit(unit.release) for unit in units if unit.release is not None]
        for circuit in gone:
            if not self._joined(circuit.sites, gone):
                return f"draining {circuit.name} would part {circuit.sites[0]} from {circuit.sites[1]}"
        spectrum = self._ledger.spectrum.copy()
        for circuit in gone:
            for route in circuit.routes:
                spectrum.free_route(route)
            for ends in (circuit.ends, circuit.second):
                if ends is not None:
                    spectrum.free(ends)
        requests = [unit.request for unit in units if unit.request is not None]
        found = allocate(spectrum, requests, self._ledger.lit)
        return found if isinstance(found, str) else ""

    def _joined(self, sites: tuple[str, str], gone: Sequence[Circuit]) -> bool:
        """Whether packets get from one site to the other without the circuits ``gone``."""
        pairs = [circuit.sites for circuit in self._circuits if circuit.carries and circuit not in gone]
        pairs += self._ledger.plant.packet_pairs()
        reached = {sites[0]}
        grown = True
        while grown:
            more = {site for pair in pairs if not reached.isdisjoint(pair) for site in pair}
            grown = not more <= reached
            reached |= more
        return sites[1] in reached

    def _drain(self) -> None:
        """Lead packets away from the old circuits of this step."""
        self._former = [
            Former(CircuitRequested(circuit.name, circuit.sites, circuit.service), circuit.routes)
            for circuit in self._old()
        ]
        self._tell("solved")
        self._phase = _Phase.DRAINING
        for circuit in self._old():
            self._circuits.release(circuit)

    def _rewire(self) -> None:
        why = self._circuits.start_together([unit.request for unit in self._now if unit.request is not None])
        if why:
            self._roll_back(why)
        else:
            self._tell("rewired")
            self._phase = _Phase.QUALIFYING

    def _failing(self) -> str:
        """Why the step cannot be finished: a new circuit that is not up and will not be; empty: there is none."""
        down = (circuit for circuit in self._new() if circuit.state in (State.FAILED, State.RESTORING))
        return next((f"{circuit.name} did not qualify: {circuit.reason}" for circuit in down), "")

    def _go_on(self) -> None:
        self._left = [unit for unit in self._left if unit not in self._now]
        self._step += 1
        while self._left:
            self._now, why = self._solve()
            if self._now:
                self._drain()
                return
            if SHARES[self._step] == 1:
                self._end("stopped", reason=why, left=len(self._left))
                return
            self._step += 1
        self._end("done")

    def _roll_back(self, why: str) -> None:
        self._why = why
        self._phase = _Phase.CLEARING
        for circuit in self._new():
            if circuit.alive:
                self._circuits.release(circuit)

    def _return(self) -> None:
        """The step's old circuits go back to where they were, or to another route where that is taken."""
        self._phase = _Phase.RETURNING
        for former in self._former:
            self._circuits.bring_back(former.request, former.routes)

    def _returned(self) -> list[Circuit]:
        return [self._circuit(former.request.name) for former in self._former]

    def _end(self, how: str, **details: Any) -> None:
        self._phase = _Phase.IDLE
        self._record(f"rewire-{how}", details)

    def _tell(self, what: str, **details: Any) -> None:
        share = {"step": self._step + 1, "share": str(SHARES[self._step])}
        old = [unit.release for unit in self._now if unit.release is not None]
        new = [unit.request.name for unit in self._now if unit.request is not None]
        self._record(f"rewire-{what}", {**share, "release": old, "request": new, **details})

    def _old(self) -> list[Circuit]:
        return [self._circuit(unit.release) for unit in self._now if unit.release is not None]

    def _new(self) -> list[Circuit]:
        return [self._circuit(unit.request.name) for unit in self._now if unit.request is not None]

    def _circuit(self, name: str) -> Circuit:
        circuit = self._circuits.get(name)
        assert circuit is not None
        return circuit
