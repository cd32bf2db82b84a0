"""Rows predicted: what is compared, how far off it is, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from twin.reproduction import FOLDER, Finding, groups, reproduce
from twin.results.reproduction_table import Line
from twin.spec.reproduce import read_all

NAMES = ["netem-n4-5gbps", "commits-40km"]


def test_rows_are_predicted_and_their_bundles_kept(tmp_path: Path) -> None:
    steps: list[str] = []
    sources = read_all(FOLDER, NAMES)
    found = reproduce(sources, tmp_path, emulated=False, progress=lambda step, _part: steps.append(step))
    assert [(finding.row.name, finding.emulated) for finding in found] == [(NAMES[1], None), (NAMES[0], None)]
    for finding in found:
        assert finding.predicted == pytest.approx(finding.row.published, rel=0.02)
        assert (tmp_path / f"{finding.row.name}-predicted" / "results.json").is_file()
    assert steps == ["predict commits-40km", "predict netem-n4-5gbps"]


def test_what_is_off_bounds_says_why() -> None:
    (source,) = read_all(FOLDER, ["netem-n4-5gbps"])
    row = source.rows[0]
    near = Finding(source, row, row.published * 1.04, row.published * 0.96)
    far = replace(near, emulated=row.published * 1.06)
    known = replace(far, row=replace(row, reason="it rained", fitted="the rain", not_emulated="too wet"))
    notes = [line.note for group in groups([near, far, known]) for line in group.lines]
    assert notes == [
        "",
        "off by more than 5 %: no reason is known",
        "fitted: the rain; not emulated: too wet; off by more than 5 %: it rained",
    ]


def test_deviations_are_relative_to_what_was_published() -> None:
    (source,) = read_all(FOLDER, ["commits-40km"])
    (group,) = groups([Finding(source, source.rows[0], 2550 * 1.1, None)])
    assert group.metric == "1 / circuit.north-south.rtt"
    assert group.lines == (
        Line(
            "commits-40km",
            "2550",
            pytest.approx(2805.0),
            None,
            pytest.approx(0.1),
            None,
            "off by more than 5 %: no reason is known",
        ),
    )


def test_a_row_that_cannot_be_predicted_says_why(tmp_path: Path) -> None:
    (source,) = read_all(FOLDER, ["switch-3d-mems"])
    row = replace(source.rows[0], not_predicted="it needs a real controller")
    found = reproduce([replace(source, rows=(row,))], tmp_path, emulated=False, progress=lambda _step, _part: None)
    ((line,),) = [group.lines for group in groups(found)]
    assert (line.predicted, line.note) == (None, "not predicted: it needs a real controller")
    assert list(tmp_path.iterdir()) == []
