"""How long a circuit may be of no use: asked for, on its way up, or down. Then it has failed, so that whatever happens
every circuit ends up active, failed or released.

A circuit that is drained is not looked at: nobody has to answer for it to end. One that has failed for want of time
gets a new life when light comes back (``Circuit.retries``).
"""

from __future__ import annotations

from collections.abc import Iterable

from twin.control.circuit import Circuit, State

_FINE = (State.ACTIVE, State.DEGRADED, State.DRAINING, State.FAILED, State.RELEASED)


def watch(circuits: Iterable[Circuit], now_s: float) -> list[Circuit]:
    """Note since when circuits are of no use; returns those for which it has been too long."""
    overdue = []
    for circuit in circuits:
        if circuit.state in _FINE:
            circuit.down_since_s = None
        elif circuit.down_since_s is None:
            circuit.down_since_s = now_s
        elif now_s >= _limit_s(circuit):
            overdue.append(circuit)
    return overdue


def limits_s(circuits: Iterable[Circuit]) -> list[float]:
    """When the circuits that are watched will have failed."""
    return [_limit_s(circuit) for circuit in circuits if circuit.down_since_s is not None]


def _limit_s(circuit: Circuit) -> float:
    assert circuit.down_since_s is not None
    return circuit.down_since_s + circuit.service.restore_within_s
