"""Circuits that follow the traffic: measured, or announced by the experiment; restored and returned like all others."""

from controllers.shim import BrainApp


class Engineered(BrainApp):
    """Circuits on request, and others of its own where the traffic needs them."""

    brain = "engineered"
