"""Circuits on request, restored over the remaining fibres after a loss of light and returned when it is back."""

from controllers.shim import BrainApp
from twin.control.brain import optical_circuit


class OpticalCircuit(BrainApp):
    """Circuits on request, with restoration and return."""

    brain_of = staticmethod(optical_circuit)
