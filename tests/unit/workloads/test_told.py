"""The event log's words for the timeline."""

from __future__ import annotations

from typing import Any

import pytest

from twin.workloads import told
from twin.workloads.scenario import Action, Circuit

CIRCUIT = Circuit("new", ("a", "b"))


@pytest.mark.parametrize(
    ("action", "line"),
    [
        (Action(1.0, "request", "c", CIRCUIT), ("circuit-requested", {"circuit": "c"})),
        (Action(1.0, "change", "c", CIRCUIT), ("circuit-changed", {"circuit": "c"})),
        (Action(1.0, "release", "c"), ("circuit-released", {"circuit": "c"})),
        (Action(1.0, "announce", "", workloads=("w",)), ("traffic-announced", {"workloads": ["w"]})),
        (
            Action(1.0, "rewire", "", release=("old",), circuits=(CIRCUIT,)),
            ("rewire-requested", {"release": ["old"], "request": ["new"]}),
        ),
    ],
)
def test_what_is_asked(action: Action, line: tuple[str, dict[str, Any]]) -> None:
    assert told.asked(action) == line


@pytest.mark.parametrize(
    ("do", "line"),
    [
        ("request", ("circuit-refused", {"circuit": "c", "reason": "no"})),
        ("rewire", ("rewire-refused", {"reason": "no"})),
        ("announce", ("traffic-refused", {"reason": "no"})),
    ],
)
def test_what_is_refused(do: str, line: tuple[str, dict[str, Any]]) -> None:
    assert told.refused(Action(1.0, do, "c"), "no") == line


@pytest.mark.parametrize(
    ("action", "line"),
    [
        (Action(1.0, "degrade", "x.1", level_db=3.0), ("amplifier-degraded", {"amplifier": "x.1", "level_db": 3.0})),
        (Action(1.0, "degrade", "x.1", level_db=0.0), ("amplifier-restored", {"amplifier": "x.1", "level_db": 0.0})),
        (
            Action(1.0, "attenuate", "x", level_db=3.0, over_s=2.0),
            ("fibre-drifts", {"fibre": "x", "level_db": 3.0, "over_s": 2.0}),
        ),
    ],
)
def test_what_is_harmed(action: Action, line: tuple[str, dict[str, Any]]) -> None:
    assert told.harmed(action) == line
