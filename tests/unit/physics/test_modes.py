"""Which modes close."""

import math
from dataclasses import replace

import pytest

from twin.physics.modes import best_mode, margin_db, penalties_db, penalty_db, worse_way
from twin.physics.quality import Harm, Quality, quality
from twin.plan.catalogue import Mode
from twin.plan.light import Line, Noise

FAST = Mode("400G", 400e9, 60e9, 8, 75e9, 0.2, 24.0, 36.0, ((4000.0, 0.0), (12000.0, 0.5)))
SLOW = Mode("200G", 200e9, 60e9, 4, 75e9, 0.2, 17.0, 36.0)


@pytest.mark.parametrize(
    ("dispersion", "penalty"),
    [(0.0, 0.0), (4000.0, 0.0), (8000.0, 0.25), (12000.0, 0.5), (12000.1, math.inf), (-8000.0, 0.25)],
)
def test_penalty_for_dispersion(dispersion: float, penalty: float) -> None:
    assert penalty_db(FAST.dispersion, abs(dispersion)) == pytest.approx(penalty)
    assert penalty_db(SLOW.dispersion, abs(dispersion)) == 0.0


def test_margin_is_what_is_left_over_need_and_penalty() -> None:
    assert margin_db(FAST, Quality(26.0, 27.0, 8000.0)) == pytest.approx(1.75)
    assert margin_db(FAST, Quality(26.0, 27.0, 13000.0)) == -math.inf


def test_penalties_add_up() -> None:
    mode = replace(FAST, pmd=((10.0, 0.0), (20.0, 0.5)), pdl=((1.0, 0.5), (2.0, 1.0)))
    seen = Quality(26.0, 27.0, 8000.0, 15.0, 1.5)
    assert penalties_db(mode, seen) == {"dispersion": 0.25, "PMD": 0.25, "PDL": 0.75}
    assert margin_db(mode, seen) == pytest.approx(0.75)
    assert margin_db(mode, replace(seen, pdl_db=2.1)) == -math.inf


def test_the_worse_way_counts() -> None:
    """Dispersion takes more of one way's margin than its better GSNR gives."""
    noise = {FAST.carrier: Noise((0.002, 0.001), (0.001,))}
    there = Line("f", "a", "b", (80.0,), ("f.1", "f.2"), 8000.0, 0.0, -16.0, noise)
    back = replace(there, dispersion_ps_nm=0.0, noise={FAST.carrier: Noise((0.002, 0.00101), (0.001,))})
    one, other = quality([there], FAST, 40.0), quality([back], FAST, 40.0)
    assert one.gsnr_db > other.gsnr_db
    assert worse_way(FAST, ([back], [there]), 40.0) == one
    harm = Harm({}, {"f": 3.0})
    assert worse_way(FAST, ([there],), 40.0, harm) == quality([there], FAST, 40.0, harm)


@pytest.mark.parametrize(("gsnr", "mode"), [(26.0, FAST), (25.99, SLOW), (19.0, SLOW), (18.99, None)])
def test_the_highest_rate_that_closes_with_the_margin(gsnr: float, mode: Mode | None) -> None:
    assert best_mode([SLOW, FAST], lambda _: Quality(gsnr, gsnr, 0.0), 2.0) == mode
