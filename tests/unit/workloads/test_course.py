"""Courses: the legs of a job and of a training that fails, played here by a clock on which messages take no time."""

from __future__ import annotations

from typing import Any

import pytest

from twin.workloads.course import course_of, events_of
from twin.workloads.critical_path import end_times
from twin.workloads.remoting import Remoting
from twin.workloads.replication import Checkpoint
from twin.workloads.scenario import JobWorkload, Training
from twin.workloads.storage import Reads
from twin.workloads.training_job import stretch

SIZES = {"parameters": 1000, "chunks": 2}
DONE = Checkpoint(("s",), 100, every=2)


def training(**more: Any) -> Training:
    """Ten rounds of 1 s on two servers."""
    return Training("w", 0.0, ("a", "b"), "data", 1.0, rounds=10, **SIZES, **more)  # type: ignore[arg-type]


def played(workload: JobWorkload | Training) -> dict[str, Any]:
    """The record after playing ``workload`` from 5 s on, without its events."""
    record = played_with_events(workload)
    events_of({"w": record})
    return record


def played_with_events(workload: JobWorkload | Training) -> dict[str, Any]:
    record: dict[str, Any] = {}
    now_s = 5.0
    course = course_of(workload, [[0, 1]], now_s, record)
    while (leg := course.next()) is not None:
        now_s += leg.pause_s
        limit_s = course.begin(now_s)
        ends = end_times(leg.job.graph)
        if limit_s is not None and max(end or 0.0 for end in ends) > limit_s:
            course.note([end if end is not None and end <= limit_s else None for end in ends])
            now_s += limit_s
            course.fail(now_s)
        else:
            course.note(ends)
    return record


def test_a_job_is_one_leg() -> None:
    record = played(Remoting("r", 0.0, "a", "b", 2, 1000, 200, compute_s=0.5))
    assert record == {
        "kind": "remoting",
        "start_s": 5.0,
        "begin_s": 5.0,
        "planned": 2,
        "ideal_s": 1.0,
        "spans": [
            {"name": "call", "index": 0, "parts": 1, "begin_s": 5.0, "end_s": 5.5},
            {"name": "call", "index": 1, "parts": 1, "begin_s": 5.5, "end_s": 6.0},
        ],
    }


def test_a_training_without_failures_is_one_leg() -> None:
    record = played(training(checkpoint=DONE))
    assert [one["time_s"] for one in record["iterations"]] == pytest.approx([1.0] * 10)
    assert record["failures"] == []
    assert [span["begin_s"] for span in record["spans"]] == pytest.approx([7, 9, 11, 13, 15])


def test_a_failure_goes_back_to_the_last_whole_checkpoint() -> None:
    """It fails 5.25 s after its begin: rounds 4 and 5 are done, the state after round 4 is kept, 1.25 s are lost."""
    record = played(training(checkpoint=DONE, failures_s=(5.25,), restart_s=3.0))
    assert record["failures"] == [
        {"at_s": pytest.approx(10.25), "lost_s": pytest.approx(1.25), "down_s": pytest.approx(3.0), "back_to": 4}
    ]
    assert [one["index"] for one in record["iterations"]] == list(range(10))
    assert record["iterations"][4]["start_s"] == pytest.approx(13.25)
    assert record["iterations"][9]["start_s"] + record["iterations"][9]["time_s"] == pytest.approx(19.25)


def test_without_a_checkpoint_everything_is_lost() -> None:
    record = played(training(failures_s=(5.25,), restart_s=1.0))
    assert record["failures"][0]["lost_s"] == pytest.approx(5.25)
    assert record["failures"][0]["back_to"] == 0


def test_a_second_failure_loses_what_was_done_since_the_first() -> None:
    """Back at 4 at 13.25 s; at 14 s it fails again, before another checkpoint."""
    record = played(training(checkpoint=DONE, failures_s=(5.25, 9.0), restart_s=3.0))
    assert [failure["lost_s"] for failure in record["failures"]] == pytest.approx([1.25, 0.75])
    assert [failure["back_to"] for failure in record["failures"]] == [4, 4]


def test_what_befell_a_training_are_events() -> None:
    """Checkpoints as they are whole, and each failure with what it cost; taken out of the record once."""
    records = {"w": played_with_events(training(checkpoint=DONE, failures_s=(5.25,), restart_s=3.0)), "other": {}}
    written = {"size_bytes": 100, "took_s": 0.0}
    assert events_of(records) == [
        (7.0, "w", "checkpoint-written", {"round": 2, **written}),
        (9.0, "w", "checkpoint-written", {"round": 4, **written}),
        (10.25, "w", "failure", {"lost_s": 1.25, "back_to": 4}),
        (13.25, "w", "restarted", {"round": 4, "down_s": 3.0}),
        (15.25, "w", "checkpoint-written", {"round": 6, **written}),
        (17.25, "w", "checkpoint-written", {"round": 8, **written}),
        (19.25, "w", "checkpoint-written", {"round": 10, **written}),
    ]
    assert events_of(records) == []


def test_the_state_is_read_back_in_equal_shares() -> None:
    part = stretch(training(checkpoint=DONE, failures_s=(1.0,)), [[0, 1]], first=4)
    before = [step for step in part.job.graph.steps[: part.ready] if step.size_bytes == 50]
    assert [part.job.servers[step.rank] for step in before] == ["s", "a", "s", "b"]
    assert len(part.rounds) == 6


def test_batches_are_asked_for_ahead() -> None:
    """The third batch when the first is taken, two rounds before its use."""
    reads = Reads(("s",), 2500, 1000, read_ahead=2)
    record = played(training(reads=reads))
    begun = [span["begin_s"] for span in record["spans"] if span["name"] == "read"]
    assert begun[:8] == pytest.approx([5, 5, 5, 5, 5, 5, 6, 6])
    sizes = [
        step.size_bytes for step in stretch(training(reads=reads), [[0, 1]]).job.graph.steps if step.kind == "send"
    ]
    assert sizes[:6] == [128, 1000, 128, 1000, 128, 500]


def test_a_blocking_checkpoint_holds_the_next_round_up() -> None:
    for blocking in (True, False):
        part = stretch(training(checkpoint=Checkpoint(("s",), 100, 2, blocking)), [[0, 1]])
        _begin, written, _rounds = part.checkpoints[0]
        assert (part.rounds[2][0] == written) is blocking
