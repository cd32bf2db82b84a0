"""Circuits on request, restored over the remaining fibres after a loss of light and returned when it is back."""

from typing import Any

from controllers.settings import Settings
from controllers.shim import BrainApp
from twin.control.brain import Brain, optical_circuit
from twin.control.spread import Pin, Spread
from twin.errors import BadInput


class OpticalCircuit(BrainApp):
    """Circuits on request, with restoration and return; packets use several ways at once where the experiment wants."""

    def make_brain(self, settings: Settings) -> Brain:
        """The brain, with the experiment's options."""
        return optical_circuit(settings.plan, spread_of(**settings.options))


def spread_of(routing: str = "single", pins: Any = (), **unknown: Any) -> Spread:
    """The options as the brain reads them. Raises ``BadInput``."""
    if unknown or routing not in ("single", "ecmp"):
        found = f"found {', '.join(unknown) or routing}"
        raise BadInput("TWIN_SCENARIO", "controller.options", found, "routing: single or ecmp, pins")
    return Spread(routing == "ecmp", tuple(Pin(pin["from"], pin["to"], tuple(pin["over"])) for pin in pins))
