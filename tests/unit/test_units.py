"""Quantities: text to numbers and back."""

import doctest
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin import units


def test_the_examples_in_the_docstring_hold() -> None:
    assert doctest.testmod(units).failed == 0


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("400 Gb/s", "rate", 400e9),
        ("1.6 Tb/s", "rate", 1.6e12),
        ("300Mb/s", "rate", 300e6),
        ("9600 b/s", "rate", 9600.0),
        ("10 ms", "time", 0.01),
        ("0.5 ms", "time", 0.0005),
        ("125 ns", "time", 125e-9),
        ("2 min", "time", 120.0),
        ("256 MiB", "size", 2.0**28),
        ("1 GB", "size", 1e9),
        ("80 km", "length", 80.0),
        ("3 m", "length", 0.003),
        ("5 %", "ratio", 0.05),
        ("17 W", "power", 17.0),
        ("3 dB", "level", 3.0),
        ("-2e1 dB", "level", -20.0),
    ],
)
def test_parse(text: str, kind: str, value: float) -> None:
    assert units.parse(text, kind) == value


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("400", "rate", "found '400' without a unit; allowed: b/s, kb/s, Mb/s, Gb/s, Tb/s, as in '400 Gb/s'"),
        ("400 Gbps", "rate", "found the unit 'Gbps'; allowed: b/s, kb/s, Mb/s, Gb/s, Tb/s, as in '400 Gb/s'"),
        ("10 km", "time", "found the unit 'km'; allowed: s, ms, us, ns, min, as in '10 ms'"),
        ("fast", "rate", "found 'fast'; allowed: a number and a unit, as in '400 Gb/s'"),
        ("", "length", "found ''; allowed: a number and a unit, as in '80 km'"),
    ],
)
def test_parse_says_what_is_wrong(text: str, kind: str, message: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        units.parse(text, kind)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (units.show_rate(1.6e12), "1.6 Tb/s"),
        (units.show_rate(3e8), "300 Mb/s"),
        (units.show_rate(1.0), "1 b/s"),
        (units.show_time(0.0), "0 s"),
        (units.show_time(0.00019587), "195.87 us"),
        (units.show_time(1.25e-7), "125 ns"),
        (units.show_size(65536), "64 KiB"),
        (units.show_size(62.5e6), "62.5 MB"),
        (units.show_size(592_000_000), "592 MB"),
        (units.show_size(0), "0 B"),
        (units.show_length(0), "0 km"),
        (units.show_length(0.003), "3 m"),
    ],
)
def test_show(shown: str, text: str) -> None:
    assert shown == text


@given(st.floats(1.0, 1e13))
def test_what_is_shown_reads_as_nearly_the_same_rate(rate_bps: float) -> None:
    assert math.isclose(units.parse(units.show_rate(rate_bps), "rate"), rate_bps, rel_tol=1e-5)


@given(st.floats(1e-9, 1e4))
def test_what_is_shown_reads_as_nearly_the_same_time(time_s: float) -> None:
    assert math.isclose(units.parse(units.show_time(time_s), "time"), time_s, rel_tol=1e-5)
