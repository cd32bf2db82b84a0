"""What happens to a plant. Pure; standard library only."""

from __future__ import annotations

from dataclasses import dataclass

from twin.physics.wiring import CrossConnect


@dataclass(frozen=True)
class Connect:
    """Make a cross-connect: dark until the switch's switching time has passed."""

    cross: CrossConnect


@dataclass(frozen=True)
class Disconnect:
    """Undo a cross-connect, made or still being made: dark at once."""

    cross: CrossConnect


@dataclass(frozen=True)
class Cut:
    """Cut a fibre, and with it all of its shared-risk groups."""

    fibre: str


@dataclass(frozen=True)
class Repair:
    """Repair a fibre that was cut; what shared its risk is lit again unless another cut keeps it dark."""

    fibre: str


@dataclass(frozen=True)
class Degrade:
    """The amplifier becomes noisier than planned by ``level_db`` (0: as planned), at once or steadily within
    ``over_s``."""

    amplifier: str
    level_db: float
    over_s: float = 0.0


@dataclass(frozen=True)
class Attenuate:
    """The fibre comes to lose ``level_db`` more than planned, at once or steadily within ``over_s``."""

    fibre: str
    level_db: float
    over_s: float = 0.0


@dataclass(frozen=True)
class Tick:
    """Only time has passed."""


Event = Connect | Disconnect | Cut | Repair | Degrade | Attenuate | Tick
