"""Fixed shortest paths: computed once, installed, never changed by what happens to the fibres."""

from controllers.shim import BrainApp


class StaticPath(BrainApp):
    """Circuits on request; no restoration."""

    brain = "static_path"
