"""When a change of circuits repays its darkness."""

from __future__ import annotations

from math import inf

from twin.control.engineering.burden import Burden
from twin.plan.model import Plan


def dark_s(plan: Plan) -> float:
    """How long a transceiver that is given to another circuit carries nothing, s: the slowest optical switch's
    switching time, and the receivers' time to lock."""
    switching_s = max((switch.switching_s for switch in plan.optical_switches), default=0.0)
    return switching_s + (plan.light.lock_s if plan.light is not None else 0.0)


def gain_s(now: Burden, then: Burden) -> float:
    """How much sooner the traffic has arrived, s; infinite where more of it arrives at all."""
    if then.unserved_bytes != now.unserved_bytes:
        return inf if then.unserved_bytes < now.unserved_bytes else -inf
    return now.worst_s - then.worst_s


def repays(now: Burden, then: Burden, releases: bool, dark_s: float) -> bool:
    """Whether ``then`` is worth having. B(x) are the bytes that the joined pair x carries of all that was announced (or
    of what was measured, taken to last as it is over the horizon), n(x) its circuits and R(x) a circuit's rate::

        T = max over x of 8 B(x) / (n(x) R(x))        T(now) - T(then) > dark_s

    ``dark_s`` is 0 where nothing is released: new circuits beside the old ones cost nobody anything."""
    return gain_s(now, then) > (dark_s if releases else 0.0)
