"""Light that became too weak: transceivers have lost theirs although every fibre of the route is lit, as when an
amplifier ages. A circuit that was up is then led another way, or waits until its light is back.

It is not known which fibre is to blame, so another route shares none of them. There is no return by itself: a path
without light cannot show that it has healed. A transceiver tells of a cut, too, perhaps before the fibre's own ports
do; so it has to be dark for ``HOLD_S`` first.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import inf
from typing import Final

from twin.control.circuit import Circuit, State, Step
from twin.control.installing import hold
from twin.control.ledger import Ledger
from twin.control.resilience import Resilience
from twin.control.service import Protection

#: What a transceiver's ports say is taken for a matter of its own after so long, s (assumed: longer than the ports of
#: one cut are apart).
HOLD_S: Final = 5e-3


class Dimming:
    """Which circuits are in doubt, and until when."""

    def __init__(self, ledger: Ledger, resilience: Resilience) -> None:
        self._ledger = ledger
        self._resilience = resilience
        self._due_s: dict[str, float] = {}

    @property
    def times_s(self) -> Iterable[float]:
        """When circuits are to be looked at."""
        return self._due_s.values()

    def doubt(self, circuits: Iterable[Circuit], link: str, now_s: float) -> None:
        """The transceiver of ``link`` went dark."""
        for circuit in circuits:
            if circuit.carries and any(end.link == link for route in circuit.routes for end in route.ends):
                self._due_s.setdefault(circuit.name, now_s + HOLD_S)

    def due(self, now_s: float) -> list[str]:
        """The circuits that have been in doubt for long enough; they no longer are."""
        names = [name for name, due_s in self._due_s.items() if due_s <= now_s]
        for name in names:
            del self._due_s[name]
        return names

    def act(self, circuit: Circuit) -> None:
        """Lead a circuit that is up and has settled away from light that is too weak."""
        ledger, route, spare = self._ledger, circuit.route, circuit.spare
        if route is None or not circuit.carries or circuit.step is not Step.SETTLED:
            return
        if not all(ledger.lit(fibre) for fibre in circuit.fibres):
            return
        reason = f"light too weak over {' + '.join(route.fibres)}"
        if ledger.has_light(route):
            if circuit.fails_over and spare is not None and not ledger.has_light(spare):
                self._resilience.lose_spare(circuit, f"light too weak over {' + '.join(spare.fibres)}")
        elif spare is not None and (spare.ends == route.ends or ledger.has_light(spare)):
            self._resilience.switch_over(circuit, reason)
        else:
            self._lead_away(circuit, reason)

    def _lead_away(self, circuit: Circuit, reason: str) -> None:
        """To a route without any of these fibres, or else wait for this one's light."""
        ledger, service = self._ledger, circuit.service
        assert circuit.ends is not None
        other = None
        if service.protection is not Protection.NONE:
            other = ledger.spectrum.find_route(circuit.ends, ledger.lit, service, beside=circuit.fibres)
        if other is None:
            circuit.cause = "its light is back"
            ledger.become(circuit, State.RESTORING, f"{reason}; it waits for its light")
            circuit.enter(Step.LIGHTING, inf)
            ledger.follow(circuit)
            return
        ledger.drop_routes(circuit)
        circuit.cause = reason
        hold(ledger, circuit, other, None)
        circuit.cause = f"rerouted after {reason}"
