"""Circuits that follow the traffic: measured, or announced by the experiment; restored and returned like all others."""

from controllers.settings import Settings
from controllers.shim import BrainApp
from twin.control.engineering.engineer import Engineer, Policy
from twin.errors import BadInput


class Engineered(BrainApp):
    """Circuits on request, and others of its own where the traffic needs them."""

    def make_brain(self, settings: Settings) -> Engineer:
        """The brain, with the experiment's options as its policy."""
        try:
            return Engineer(settings.plan, Policy(**settings.options))
        except TypeError:
            found = f"found {', '.join(settings.options)}"
            allowed = ", ".join(Policy.__dataclass_fields__)
            raise BadInput("TWIN_SCENARIO", "controller.options", found, allowed) from None
