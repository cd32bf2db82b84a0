"""The options of ``controller: engineered``, and what may be announced to it.

::

    controller:
      app: engineered
      options:
        traffic: measured      # or announced (the default): by 'announce' on the timeline
        every: 500 ms          # how often the border switches' counters are read, where it is measured
        horizon: 60 s          # how long what was measured is taken to last
        solver: greedy         # or exact, which needs OR-tools
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Final, Literal

from twin.spec.base import Model
from twin.spec.document import Document, Path_, nearest
from twin.spec.problems import validate
from twin.spec.quantity import Quantity
from twin.units import show_time
from twin.workloads.scenario import Action, Controller, Workload
from twin.workloads.site_traffic import is_announceable

NAME: Final = "engineered"
_PLACE: Final[Path_] = ("controller", "options")
#: What a run without any option does; ``twin.control.engineering.engineer.Policy`` says what the keys mean.
_DEFAULT: Final = {"measures": False, "every_s": 1.0, "horizon_s": 60.0, "solver": "greedy"}


class OptionsFile(Model):
    """All options have defaults."""

    traffic: Literal["announced", "measured"] = "announced"
    every: Annotated[float, Quantity("time", 1e-3, 3600.0)] | None = None
    horizon: Annotated[float, Quantity("time", 1e-3, 86400.0)] | None = None
    solver: Literal["greedy", "exact"] = "greedy"


def read(options: Mapping[str, Any], document: Document) -> dict[str, Any]:
    """The policy that the file's options make. Raises ``BadInput``."""
    if not options:
        return dict(_DEFAULT)
    file = validate(OptionsFile, document, _PLACE)
    policy: dict[str, Any] = {**_DEFAULT, "measures": file.traffic == "measured", "solver": file.solver}
    for key in ("every", "horizon"):
        given = getattr(file, key)
        if given is not None and file.traffic == "announced":
            found = f"found {key!r}, but the traffic is announced and not measured"
            raise document.bad((*_PLACE, key), found, "", "write 'traffic: measured', or remove it")
        if given is not None:
            policy[f"{key}_s"] = given
    return policy


def content(policy: Mapping[str, Any]) -> dict[str, Any]:
    """The options as text that reads as the same again."""
    if not policy["measures"]:
        return {"traffic": "announced", "solver": policy["solver"]}
    times = {key: show_time(policy[f"{key}_s"]) for key in ("every", "horizon")}
    return {"traffic": "measured", **times, "solver": policy["solver"]}


def until_the_next(actions: Sequence[Action]) -> tuple[Action, ...]:
    """Every announcement is for the time until the next one."""
    times = [action.at_s for action in actions if action.do == "announce"]
    ends = iter([*times[1:], None])
    return tuple(replace(each, until_s=next(ends)) if each.do == "announce" else each for each in actions)


def check_names(names: list[str], workloads: Mapping[str, Workload], document: Document, path: Path_) -> None:
    """Raises ``BadInput`` for workloads that are not there or whose bytes nobody knows beforehand."""
    for i, name in enumerate(names):
        place = (*path, i) if len(names) > 1 else path
        if name not in workloads:
            allowed = ", ".join(workloads) or "none: there is no workload"
            raise document.bad(place, f"found the unknown workload {name!r}", allowed, nearest(name, list(workloads)))
        if not is_announceable(workloads[name]):
            found = f"found {name!r}, whose bytes nobody knows beforehand"
            raise document.bad(place, found, "collectives, training, traces, and iperf3 with a size")


def check(controller: Controller, actions: tuple[Action, ...], document: Document) -> None:
    """Raises ``BadInput`` where something is announced that the controller does not listen to."""
    if not any(action.do == "announce" for action in actions):
        return
    if controller.name != NAME:
        found = f"found an announcement, but the controller {controller.name} does not engineer its topology"
        raise document.bad(("timeline",), found, "", f"write 'controller: {NAME}', or remove 'announce'")
    if controller.options["measures"]:
        found = "found an announcement, but the controller measures its traffic"
        raise document.bad(("timeline",), found, "", "write 'traffic: announced', or remove 'announce'")
