"""Which modes close, and with how much to spare. Pure; standard library only."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from twin.physics.quality import Quality
from twin.plan.catalogue import Mode


def margin_db(mode: Mode, found: Quality) -> float:
    """GSNR over the mode's need and its penalty for dispersion, dB; minus infinity where dispersion is too much."""
    return found.gsnr_db - mode.osnr_db - dispersion_penalty_db(mode, found.dispersion_ps_nm)


def dispersion_penalty_db(mode: Mode, dispersion_ps_nm: float) -> float:
    """Linear between the mode's points, from none at none; infinite beyond the last; 0 for a mode without points."""
    if not mode.dispersion:
        return 0.0
    before = (0.0, 0.0)
    for point in mode.dispersion:
        if abs(dispersion_ps_nm) <= point[0]:
            width = point[0] - before[0]
            part = (abs(dispersion_ps_nm) - before[0]) / width if width else 0.0
            return before[1] + part * (point[1] - before[1])
        before = point
    return math.inf


def best_mode(modes: Sequence[Mode], see: Callable[[Mode], Quality], needed_db: float) -> Mode | None:
    """The mode of the highest rate whose margin is ``needed_db`` or more; None where none closes. ``see`` tells how a
    mode is received."""
    closing = [mode for mode in modes if margin_db(mode, see(mode)) >= needed_db]
    return max(closing, key=lambda mode: mode.rate_bps, default=None)
