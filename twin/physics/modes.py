"""Which modes close, and with how much to spare. Pure; standard library only."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from twin.physics.quality import NO_HARM, Harm, Quality, quality
from twin.plan.catalogue import Mode
from twin.plan.light import Line


def margin_db(mode: Mode, found: Quality) -> float:
    """GSNR over the mode's need and its penalties, dB; minus infinity where dispersion, PMD or PDL is too much."""
    return found.gsnr_db - mode.osnr_db - sum(penalties_db(mode, found).values())


def penalties_db(mode: Mode, found: Quality) -> dict[str, float]:
    """What must be added to the mode's need, by cause, dB."""
    return {
        "dispersion": penalty_db(mode.dispersion, abs(found.dispersion_ps_nm)),
        "PMD": penalty_db(mode.pmd, found.pmd_ps),
        "PDL": penalty_db(mode.pdl, found.pdl_db),
    }


def penalty_db(points: Sequence[tuple[float, float]], value: float) -> float:
    """Linear between ``points`` (value, dB), from none at none; infinite beyond the last; 0 without points."""
    if not points:
        return 0.0
    before = (0.0, 0.0)
    for point in points:
        if value <= point[0]:
            width = point[0] - before[0]
            part = (value - before[0]) / width if width else 0.0
            return before[1] + part * (point[1] - before[1])
        before = point
    return math.inf


def worse_way(mode: Mode, ways: Iterable[Sequence[Line]], add_drop_db: float, harm: Harm = NO_HARM) -> Quality:
    """How ``mode`` is received over that of ``ways``, there and back, which leaves it the smaller margin; the rest as
    for ``quality``."""
    return min((quality(lines, mode, add_drop_db, harm) for lines in ways), key=lambda seen: margin_db(mode, seen))


def best_mode(modes: Sequence[Mode], see: Callable[[Mode], Quality], needed_db: float) -> Mode | None:
    """The mode of the highest rate whose margin is ``needed_db`` or more; None where none closes. ``see`` tells how a
    mode is received."""
    closing = [mode for mode in modes if margin_db(mode, see(mode)) >= needed_db]
    return max(closing, key=lambda mode: mode.rate_bps, default=None)
