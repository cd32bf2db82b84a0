"""GSNR composed of what lines add."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.physics.quality import Harm, decibel, line_noise, linear, quality
from twin.plan.catalogue import Mode
from twin.plan.light import Line, Noise

MODE = Mode("400G", 400e9, 50e9, 8, 75e9, 0.2, 24.0, 40.0)

shares = st.floats(1e-6, 0.05)
lines = st.builds(
    lambda ase, nli: Line(
        "f", "a", "b", (80.0,), tuple(f"f.{i}" for i in range(1, len(ase) + 1)), 1336.0, 0.0, -16.0,
        {MODE.carrier: Noise(tuple(ase), tuple(nli))},
    ),
    st.lists(shares, min_size=2, max_size=5),
    st.lists(shares, min_size=1, max_size=4),
)  # fmt: skip


def a_line(ase: tuple[float, ...], nli: tuple[float, ...]) -> Line:
    names = tuple(f"f.{i}" for i in range(1, len(ase) + 1))
    return Line("f", "a", "b", (80.0,), names, 1336.0, 0.0, -16.0, {MODE.carrier: Noise(ase, nli)})


def test_one_line_is_its_noise_in_the_reference_band_and_that_of_the_ends() -> None:
    seen = quality([a_line((0.002, 0.001), (0.001,))], MODE, add_drop_db=38.0)
    ends = 10**-4.0 + 10**-3.8
    assert seen.gsnr_db == pytest.approx(-10 * math.log10(0.004 / 4 + ends))
    assert seen.osnr_db == pytest.approx(-10 * math.log10(0.003 / 4 + ends))
    assert seen.dispersion_ps_nm == 1336.0


def test_a_second_line_weighs_more_because_the_first_left_less_signal() -> None:
    one = a_line((0.05, 0.05), (0.0,))
    seen = quality([one, one], MODE, add_drop_db=1000.0)
    assert seen.gsnr_db == pytest.approx(-10 * math.log10((1.1 * 1.1 - 1) / 4 + 1e-4))


def test_harm_multiplies_one_amplifiers_noise() -> None:
    one = a_line((0.002, 0.001), (0.0005,))
    assert line_noise(one, MODE.carrier, Harm({"f.1": 3.0, "g.1": 9.0}, {})) == pytest.approx(
        (0.002 * 10**0.3 + 0.001, 0.0005)
    )
    assert line_noise(one, MODE.carrier, Harm({}, {"f": 10.0})) == pytest.approx((0.002 + 0.01, 0.0005))


@given(st.lists(lines, min_size=1, max_size=5), st.data())
def test_more_line_and_more_harm_never_help(route: list[Line], data: st.DataObject) -> None:
    clean = quality(route, MODE, 38.0)
    assert clean.gsnr_db <= clean.osnr_db <= 38.0
    assert quality(route[:-1], MODE, 38.0).gsnr_db >= clean.gsnr_db
    harm = Harm({f"f.{data.draw(st.integers(1, 3))}": data.draw(st.floats(0, 20))}, {"f": data.draw(st.floats(0, 20))})
    assert quality(route, MODE, 38.0, harm).gsnr_db <= clean.gsnr_db


@given(st.lists(lines, min_size=2, max_size=4))
def test_the_order_of_lines_does_not_matter(route: list[Line]) -> None:
    turned = route[::-1]
    assert quality(turned, MODE, 38.0).gsnr_db == pytest.approx(quality(route, MODE, 38.0).gsnr_db)


@given(st.floats(-60, 60))
def test_decibels_there_and_back(level_db: float) -> None:
    assert decibel(linear(level_db)) == pytest.approx(level_db, abs=1e-9)
