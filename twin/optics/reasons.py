"""Why a lightpath does not close, in words. Pure; standard library only."""

from __future__ import annotations

import math

from twin.optics.routes import Route
from twin.physics.modes import penalties_db
from twin.physics.quality import Quality
from twin.plan.catalogue import Mode, TransceiverType
from twin.units import show_length


def why(route: Route, kind: TransceiverType, mode: Mode, seen: Quality, margin_db: float) -> str:
    """What keeps ``mode`` of ``kind``, received as ``seen``, from closing over ``route`` with the margin."""
    if not kind.reaches(route.length_km):
        return f"{show_length(route.length_km)} over {over(route)}, and {kind.name} reaches {kind.reach_km:g} km"
    shown = {
        "dispersion": f"{seen.dispersion_ps_nm:.0f} ps/nm",
        "PMD": f"PMD of {seen.pmd_ps:.2g} ps",
        "PDL": f"PDL of {seen.pdl_db:.2g} dB",
    }
    penalties = penalties_db(mode, seen)
    for cause, penalty_db in penalties.items():
        if math.isinf(penalty_db):
            return f"{shown[cause]} over {over(route)} is more than {kind.name} {mode.name} takes"
    return (
        f"GSNR {seen.gsnr_db:.2f} dB over {over(route)}; {kind.name} {mode.name} needs "
        f"{mode.osnr_db + sum(penalties.values()):.2f} dB and a margin of {margin_db:g} dB"
    )


def over(route: Route) -> str:
    """The sites of ``route``, in order."""
    return " - ".join(route.sites)
