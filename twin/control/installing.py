"""A circuit gets a route: found, taken, and its cross-connects asked for."""

from __future__ import annotations

from twin.control.circuit import ON_THE_WAY, Circuit, State, Step
from twin.control.ledger import Ledger
from twin.control.route import Route


def install(ledger: Ledger, circuit: Circuit, reason: str) -> None:
    """Find a route for a circuit that holds transceivers and no route, and set it up; without one it is restoring."""
    assert circuit.ends is not None
    circuit.cause = reason
    spectrum, service = ledger.spectrum, circuit.service
    pair = spectrum.find_pair(circuit.ends, ledger.lit, service, circuit.second) if service.protected else None
    first = pair[0] if pair else spectrum.find_route(circuit.ends, ledger.lit, service)
    if first is None:
        circuit.enter(Step.SETTLED)
        closes = "" if spectrum.splits else " that closes"
        ledger.become(circuit, State.RESTORING, f"{reason}; no free channel on any path with light{closes}")
        return
    hold(ledger, circuit, first, pair[1] if pair else None)


def hold(ledger: Ledger, circuit: Circuit, route: Route, spare: Route | None) -> None:
    """The circuit takes ``route`` and ``spare``, and has them cross-connected."""
    was = circuit.state
    circuit.route, circuit.spare = ledger.take(circuit, route), ledger.take(circuit, spare)
    if was is State.REQUESTED:
        ledger.become(circuit, State.COMPUTED, circuit.cause)
    if was in ON_THE_WAY:
        ledger.become(circuit, State.INSTALLING, circuit.cause)
    elif was is not State.RESTORING:
        ledger.become(circuit, State.RESTORING, circuit.cause)
    circuit.enter(Step.CONNECTING)
    ledger.follow(circuit)
