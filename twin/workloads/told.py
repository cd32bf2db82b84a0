"""What the event log says of the timeline's actions, in the same words whether the experiment is run or predicted."""

from __future__ import annotations

from typing import Any, Final

from twin.plan.model import Plan
from twin.workloads.scenario import Action

#: An event's name, and its details.
Line = tuple[str, dict[str, Any]]

_ASKED: Final = {
    "request": "circuit-requested",
    "change": "circuit-changed",
    "release": "circuit-released",
    "rewire": "rewire-requested",
    "announce": "traffic-announced",
}
_REFUSED: Final = {"rewire": "rewire-refused", "announce": "traffic-refused"}


def cut_or_repaired(action: Action, plan: Plan) -> Line:
    """A fibre's or a link's fate."""
    kind = "fibre" if plan.link_by_name[action.target].kind == "fibre" else "link"
    return f"{kind}-{'repaired' if action.do == 'repair' else 'cut'}", {kind: action.target}


def harmed(action: Action) -> Line:
    """An amplifier's or a fibre's level."""
    kind = "amplifier" if action.do == "degrade" else "fibre"
    details: dict[str, Any] = {kind: action.target, "level_db": action.level_db}
    if action.over_s:
        details["over_s"] = action.over_s
    return f"{kind}-{'drifts' if action.over_s else 'degraded' if action.level_db else 'restored'}", details


def asked(action: Action) -> Line:
    """What is asked of the controller."""
    match action.do:
        case "rewire":
            names = [circuit.name for circuit in action.circuits]
            details: dict[str, Any] = {"release": list(action.release), "request": names}
        case "announce":
            details = {"workloads": list(action.workloads)}
        case _:
            details = {"circuit": action.target}
    return _ASKED[action.do], details


def refused(action: Action, reason: str) -> Line:
    """What the controller says to what it will not do."""
    of = {} if action.do in _REFUSED else {"circuit": action.target}
    return _REFUSED.get(action.do, "circuit-refused"), {**of, "reason": reason}
