"""A controller to be tested, as the command line names it: CONTROLLER or CONTROLLER@PLANT.

CONTROLLER is one of ours, ``ecmp`` (ours, with all shortest ways at once), the path of an app's ``.py`` file, or a
command. PLANT is what it drives::

    optical   three sites on a ring of wavelengths: for controllers that take requests for circuits
    ring      three sites on a ring of packet links, two spines each
    line      the links alone, without one side, for controllers that know of no loops
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from twin.errors import BadInput
from twin.spec.controller import OWN

PLANTS: Final = ("optical", "ring", "line")
NO_LIGHT: Final = "a plant without light"
NO_REQUESTS: Final = "takes no requests for circuits"
#: Ours under another name, with options.
_VARIANTS: Final[dict[str, dict[str, Any]]] = {"ecmp": {"app": "optical_circuit", "options": {"routing": "ecmp"}}}


@dataclass(frozen=True)
class Subject:
    """``controller`` is the value of an experiment's key; ``no_circuits`` why it cannot be asked for circuits on its
    ``plant`` (empty: it can)."""

    name: str
    plant: str
    controller: dict[str, Any]
    no_circuits: str = ""

    @property
    def takes_requests(self) -> bool:
        return not self.no_circuits


def read(text: str, circuits: bool, folder: Path) -> Subject:
    """The controller that ``text`` names. ``circuits``: one of the user's own takes requests; ``folder`` is where
    commands and paths count from. Raises ``BadInput`` for an unknown plant, or circuits on one without light."""
    name, at, plant = text.rpartition("@")
    if not at:
        name, plant = text, ""
    variant = _VARIANTS.get(name)
    own = OWN.get(name if variant is None else variant["app"])
    asks = own.takes_requests if own is not None else circuits
    plant = plant or _usual_plant(name, asks)
    if plant not in PLANTS:
        raise BadInput("CONTROLLER", "", f"found the plant {plant!r} in {text!r}", ", ".join(PLANTS))
    if plant == "optical" and not asks:
        remedy = "name another plant, or say --circuits if it takes requests"
        raise BadInput("CONTROLLER", "", f"found {text!r}, which takes no requests for circuits", "ring, line", remedy)
    controller: dict[str, Any] = variant or {"app": name}
    if own is None:
        controller = _of_ones_own(name, folder) | {"circuits": circuits}
    no_circuits = "" if plant == "optical" else NO_LIGHT if asks else NO_REQUESTS
    return Subject(f"{_short(name)}, {plant}", plant, controller, no_circuits)


def _usual_plant(name: str, asks: bool) -> str:
    if name == "learning_switch":
        return "line"
    return "optical" if asks and name not in _VARIANTS else "ring"


def _of_ones_own(name: str, folder: Path) -> dict[str, Any]:
    words = shlex.split(name)
    if len(words) == 1 and name.endswith(".py"):
        return {"app": str((folder / name).resolve())}
    if not words:
        raise BadInput("CONTROLLER", "", "found no command", f"{', '.join(OWN)}, an app's .py file, or a command")
    return {"command": words, "folder": str(folder.resolve())}


def _short(name: str) -> str:
    """An app's file without its folder; the first words of a command."""
    if name.endswith(".py") and " " not in name:
        return Path(name).name
    return name if len(name) <= 40 else f"{name[:37]}..."
