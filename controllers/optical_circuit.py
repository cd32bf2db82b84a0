"""Circuits on request, restored over the remaining fibres after a loss of light and returned when it is back; packets
use several ways at once where the experiment wants."""

from controllers.shim import BrainApp


class OpticalCircuit(BrainApp):
    """Circuits on request, with restoration and return."""

    brain = "optical_circuit"
