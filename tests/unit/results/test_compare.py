from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from twin.errors import BadInput
from twin.results.compare import compare, compare_results, difference
from twin.results.document import Metric, Results

VALUES = st.just(0.0) | st.floats(1e-9, 1e12) | st.floats(-1e12, -1e-9)


def test_differences_are_relative_to_the_first(finished: tuple[Path, Results]) -> None:
    base = replace(finished[1], metrics={"a": Metric(2.0, "s"), "b": Metric(0, "1"), "only": Metric(1, "1")})
    other = replace(base, metrics={"a": Metric(2.5, "s"), "b": Metric(3, "1")})
    found = compare_results({"one": base, "two": other})
    assert [(row.metric, row.differences) for row in found.rows] == [
        ("a", (0.0, 0.25)),
        ("b", (0.0, None)),
        ("only", (0.0, None)),
    ]
    assert found.largest_difference == 0.25


def test_different_units_are_not_compared() -> None:
    assert difference(Metric(1.0, "s"), Metric(1.0, "b/s")) is None


@given(VALUES, VALUES)
def test_a_difference_leads_from_the_first_to_the_other(first: float, other: float) -> None:
    apart = difference(Metric(first, "s"), Metric(other, "s"))
    if apart is None:
        assert first == 0
        assert other != 0
    else:
        assert first + apart * abs(first) == pytest.approx(other, rel=1e-6, abs=1e-9 * abs(first))


def test_the_table_names_bundles_and_engines(finished: tuple[Path, Results]) -> None:
    folder, _ = finished
    console = Console(width=120, color_system=None)
    with console.capture() as capture:
        console.print(compare([folder, folder]))
    lines = [line.split() for line in capture.get().splitlines()]
    assert lines[0] == ["metric", "run", "(emulation)", "run", "(emulation)", "#2", "difference"]
    assert ["probes.outage", "12.5", "ms", "12.5", "ms", "same"] in lines


def test_one_bundle_is_not_a_comparison(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as problem:
        compare([tmp_path])
    assert str(problem.value) == "BUNDLE: found 1 to compare; name the folders of at least two finished runs"
