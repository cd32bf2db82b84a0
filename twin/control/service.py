"""What is asked of a circuit beside its two sites: how it outlives a cut, how it moves, and which paths are allowed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from twin.control.paths import Cost, Path, delay_cost, hops_cost

#: How long a circuit may be down, or on its way up, before it has failed, s (assumed: an operator has looked by then).
RESTORE_WITHIN_S: Final = 3600.0


class Protection(StrEnum):
    """How a circuit outlives the loss of its path.

    ``none``: it waits for its own path. ``restoration``: it looks for another path then. ``1:1``: a second path without
    a common fibre is cross-connected beforehand, and traffic is switched into it at both ends. ``1+1``: traffic is sent
    into both paths all the time, and each end switches only what it receives. Protected circuits that lose both paths
    are restored.
    """

    NONE = "none"
    RESTORATION = "restoration"
    ONE_FOR_ONE = "1:1"
    ONE_PLUS_ONE = "1+1"


class Disjoint(StrEnum):
    """What the two paths of a protected circuit have not in common: a fibre; a site between their ends; a shared risk
    (nor a fibre)."""

    FIBRE = "fibre"
    SITE = "site"
    SHARED_RISK = "shared-risk"


class Reconfigure(StrEnum):
    """How a circuit moves while both its old and its new path work."""

    MAKE_BEFORE_BREAK = "make-before-break"
    BREAK_BEFORE_MAKE = "break-before-make"


@dataclass(frozen=True)
class Service:
    """``reverts``: whether the circuit returns to a better path once there is light on one again, ``wait_to_restore_s``
    after the light came back. ``by_hops``: paths with fewer fibres are better, and not those with less delay.
    ``max_delay_s``: the longest delay one way over fibres and the switches they leave. ``min_rate_bps``: the slowest
    rate that will do, of transceivers and of light. ``avoid`` and ``through`` name fibres, sites and groups of shared
    risk that no path or every path of the circuit uses; the sites it joins are not meant. ``channel`` is the only one
    that will do (None: any). A circuit that is not up within ``restore_within_s`` has failed."""

    protection: Protection = Protection.RESTORATION
    disjoint: Disjoint = Disjoint.SHARED_RISK
    reverts: bool = True
    wait_to_restore_s: float = 0.0
    reconfigure: Reconfigure = Reconfigure.MAKE_BEFORE_BREAK
    by_hops: bool = False
    max_delay_s: float | None = None
    min_rate_bps: float = 0.0
    avoid: frozenset[str] = frozenset()
    through: frozenset[str] = frozenset()
    channel: int | None = None
    restore_within_s: float = RESTORE_WITHIN_S

    @property
    def protected(self) -> bool:
        """Whether a second path is wanted beside the first."""
        return self.protection in (Protection.ONE_FOR_ONE, Protection.ONE_PLUS_ONE)

    def cost(self, path: Path) -> Cost:
        """What makes one path better than another."""
        return hops_cost(path) if self.by_hops else delay_cost(path)


#: What a circuit gets that asks for nothing in particular.
PLAIN: Final = Service()
