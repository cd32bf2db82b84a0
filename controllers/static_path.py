"""Fixed shortest paths: computed once, installed, never changed by what happens to the fibres."""

from controllers.shim import BrainApp
from twin.control.brain import static_path


class StaticPath(BrainApp):
    """Circuits on request; no restoration."""

    brain_of = staticmethod(static_path)
