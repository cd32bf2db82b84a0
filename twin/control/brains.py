"""The brains by the names that experiments call them by: for the apps that run them, and for predictions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from twin.control.brain import Brain, optical_circuit, static_path
from twin.control.engineering.engineer import Engineer, Policy
from twin.control.spread import Pin, Spread
from twin.errors import BadInput
from twin.plan.model import Plan

Options = Mapping[str, Any]


def brain_of(name: str, plan: Plan, options: Options) -> Brain:
    """The brain of the controller ``name``, one of ``BRAINS``. Raises ``BadInput`` for an option that it does not
    have."""
    return BRAINS[name](plan, options)


def _optical_circuit(plan: Plan, options: Options) -> Brain:
    return optical_circuit(plan, spread_of(**options))


def _engineered(plan: Plan, options: Options) -> Brain:
    try:
        return Engineer(plan, Policy(**options))
    except TypeError:
        raise _unknown(options, ", ".join(Policy.__dataclass_fields__)) from None


def _static_path(plan: Plan, options: Options) -> Brain:
    if options:
        raise _unknown(options, "none for static_path")
    return static_path(plan)


def spread_of(routing: str = "single", pins: Any = (), **unknown: Any) -> Spread:
    """The options of ``optical_circuit`` as its brain reads them. Raises ``BadInput``."""
    if unknown or routing not in ("single", "ecmp"):
        raise _unknown(unknown or (routing,), "routing: single or ecmp, pins")
    return Spread(routing == "ecmp", tuple(Pin(pin["from"], pin["to"], tuple(pin["over"])) for pin in pins))


def _unknown(found: Mapping[str, Any] | tuple[str, ...], allowed: str) -> BadInput:
    return BadInput("TWIN_SCENARIO", "controller.options", f"found {', '.join(found)}", allowed)


BRAINS: Final[dict[str, Callable[[Plan, Options], Brain]]] = {
    "optical_circuit": _optical_circuit,
    "engineered": _engineered,
    "static_path": _static_path,
}
