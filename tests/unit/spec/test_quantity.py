"""Quantities in documents: read, refused, and written back exactly."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from twin import units
from twin.spec.quantity import Count, Depth, DepthRule, Measure, MeasureRule, Quantity, exact

RATE = Quantity("rate", 1e6, 1.6e12)
END = Quantity("time", 1e-3, 60.0, {"when-done": -1.0})


def refusal(rule: Any, value: Any) -> tuple[str, str]:
    with pytest.raises(PydanticCustomError) as caught:
        rule.check(value)
    parts = caught.value.context or {}
    return parts["found"], parts["allowed"]


def test_read() -> None:
    assert RATE.check("400 Gb/s") == 400e9
    assert END.check("when-done") == -1.0
    assert END.check("6 s") == 6.0
    assert Quantity("size", 1, 1e9, whole=True).check("1.5 kB") == 1500
    assert Count(0, 9, {"automatic": -1}).check("automatic") == -1
    assert Count(0, 9, {"automatic": -1}).check(9) == 9


@pytest.mark.parametrize(
    ("rule", "value", "refused"),
    [
        (RATE, 400, ("found 400 without a unit", "b/s, kb/s, Mb/s, Gb/s, Tb/s, as in '400 Gb/s'")),
        (RATE, "0 b/s", ("found '0 b/s'", "1 Mb/s to 1.6 Tb/s")),
        (RATE, "-1 Gb/s", ("found '-1 Gb/s'", "1 Mb/s to 1.6 Tb/s")),
        (RATE, "2 Tb/s", ("found '2 Tb/s'", "1 Mb/s to 1.6 Tb/s")),
        (RATE, "1e999 Gb/s", ("found '1e999 Gb/s'", "1 Mb/s to 1.6 Tb/s")),
        (RATE, True, ("found true", "a number and a unit, as in '400 Gb/s'")),
        (RATE, [], ("found a list", "a number and a unit, as in '400 Gb/s'")),
        (END, "never", ("found 'never'", "when-done, or as in '10 ms'")),
        (END, 3, ("found 3", "when-done, or as in '10 ms'")),
        (Quantity("size", 1, 1e9, whole=True), "1.5 B", ("found '1.5 B', which is 1.5 B", "a whole number of B")),
        (Count(0, 9, {"automatic": -1}), 10, ("found 10", "automatic, or 0 to 9")),
        (DepthRule("never"), "soon", ("found 'soon'", "never, a size as in '1 MiB' or a time as in '5 ms'")),
        (DepthRule("never"), "1 B", ("found '1 B'", "2 kB to 4 GiB")),
        (MeasureRule(), "fast", ("found 'fast'", "a number, or a quantity as in '50 ms', '90 Gb/s' or '5 %'")),
        (MeasureRule(), True, ("found true", "a number, or a quantity as in '50 ms', '90 Gb/s' or '5 %'")),
    ],
)
def test_refused(rule: Any, value: Any, refused: tuple[str, str]) -> None:
    assert refusal(rule, value) == refused


def test_a_very_long_value_is_shortened() -> None:
    found, _ = refusal(RATE, "9" * 1000)
    assert len(found) < 90


def test_depths_are_sizes_or_times() -> None:
    rule = DepthRule("automatic")
    assert rule.check("automatic").bytes_at(1e9) is None
    assert rule.check("1 MiB").bytes_at(1e9) == 2**20
    assert rule.check("5 ms").bytes_at(1e9) == 625_000
    assert [rule.write(rule.check(text)) for text in ("automatic", "1 MiB", "5 ms")] == ["automatic", "1 MiB", "5 ms"]
    assert rule.check("1 MiB") == Depth("size", 2.0**20)


def test_measures_are_plain_numbers_or_quantities_of_any_kind() -> None:
    rule = MeasureRule()
    assert rule.check(3) == Measure(3.0, 3)
    assert rule.check("5 %") == Measure(0.05, "5 %")
    assert rule.check("90 Gb/s") == Measure(90e9, "90 Gb/s")
    assert rule.write(rule.check("50 ms")) == "50 ms"


KINDS = st.sampled_from(["rate", "time", "size", "length", "ratio"])


@given(KINDS, st.floats(1e-6, 1e13))
def test_what_is_written_reads_as_exactly_the_same(kind: str, value: float) -> None:
    value = units.parse(exact(value, kind), kind)  # a value that text can hold
    assert units.parse(exact(value, kind), kind) == value


def test_exact_is_short_where_it_can_be() -> None:
    assert exact(400e9, "rate") == "400 Gb/s"
    assert exact(0.001, "ratio") == "0.1 %"
    assert exact(1 / 3, "time") == "0.3333333333333333 s"
