"""The merged journal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from twin.emulation import journal


def test_events_are_merged_in_time_and_causes_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([12.0, 11.5])
    monkeypatch.setattr(journal.time, "monotonic", lambda: next(times))
    controller = tmp_path / "controller.jsonl"
    controller.write_text('{"monotonic_s": 12.0, "event": "circuit-down", "circuit": "a-b"}\n')
    log = journal.Journal()
    log.record("timeline", "fibre-cut", fibre="a-b")
    log.record("timeline", "workload-started", workload="w")
    log.zero_s = 10.0
    log.record_at(1.75, "w", "failure", {"lost_s": 0.5})
    log.write(tmp_path / "events.jsonl", {"controller": controller})
    assert [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()] == [
        {"t_s": 1.5, "source": "timeline", "event": "workload-started", "workload": "w"},
        {"t_s": 1.75, "source": "w", "event": "failure", "lost_s": 0.5},
        {"t_s": 2.0, "source": "timeline", "event": "fibre-cut", "fibre": "a-b"},
        {"t_s": 2.0, "source": "controller", "event": "circuit-down", "circuit": "a-b"},
    ]


def test_a_controller_that_said_nothing_is_fine(tmp_path: Path) -> None:
    journal.Journal().write(tmp_path / "events.jsonl", {"plant": tmp_path / "absent"})
    assert (tmp_path / "events.jsonl").read_text() == ""


def test_circuits_that_share_an_instant_go_by_name(tmp_path: Path) -> None:
    controller = tmp_path / "controller.jsonl"
    lines = [(1.0, "down", "b"), (1.0, "active", "b"), (1.0, "active", "a"), (1.5, "active", "c"), (1.5, "down", "a")]
    controller.write_text(
        "".join(f'{{"monotonic_s": {t}, "event": "circuit-{e}", "circuit": "{c}"}}\n' for t, e, c in lines)
    )
    journal.Journal().write(tmp_path / "events.jsonl", {"controller": controller})
    events = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert [(event["t_s"], event["event"], event["circuit"]) for event in events] == [
        (1.0, "circuit-down", "b"),
        (1.0, "circuit-active", "a"),
        (1.0, "circuit-active", "b"),
        (1.5, "circuit-active", "c"),
        (1.5, "circuit-down", "a"),
    ]
