"""The course of a workload: what is played, in which order, and what is recorded of it. Pure: both engines follow it.

::

    while (leg := course.next()) is not None:
        wait leg.pause_s; open its connections
        limit_s = course.begin(now)          then play leg.job, for limit_s at most
        course.note(ends of the steps)       also where it was stopped from outside
        course.fail(now)                     where the limit came first

What befalls a training is among the experiment's events (``events_of``): ``checkpoint-written``, ``failure`` and
``restarted``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from twin.workloads import flow_mix, inference, remoting, replication, storage
from twin.workloads.critical_path import end_times
from twin.workloads.flow_mix import FlowMix
from twin.workloads.inference import Inference
from twin.workloads.job import BEGINNING, Job
from twin.workloads.remoting import Remoting
from twin.workloads.replication import Replication
from twin.workloads.scenario import JobWorkload, Training
from twin.workloads.training import first_record
from twin.workloads.training_job import Stretch, stretch
from twin.workloads.waits import Ends, WaitsLog

Record = dict[str, Any]
_EVENTS: Final = "events"


@dataclass(frozen=True)
class Leg:
    """``job``, played ``pause_s`` after what was before it."""

    job: Job
    pause_s: float = 0.0


class Course(Protocol):
    """See the module."""

    def next(self) -> Leg | None: ...

    def begin(self, now_s: float) -> float | None: ...

    def note(self, ends: Ends) -> None: ...

    def fail(self, now_s: float) -> None: ...


def job_of(workload: JobWorkload) -> Job:
    """The job of ``workload``."""
    if isinstance(workload, FlowMix):
        return flow_mix.job_of(workload)
    if isinstance(workload, Inference):
        return inference.job_of(workload)
    if isinstance(workload, Remoting):
        return remoting.job_of(workload)
    if isinstance(workload, Replication):
        return replication.job_of(workload)
    return storage.job_of(workload)


def course_of(
    workload: JobWorkload | Training, sites: Sequence[Sequence[int]], start_s: float, record: Record
) -> Course:
    """The course of ``workload``, which keeps ``record`` up to date; ``sites`` are a training's ranks of each site."""
    if isinstance(workload, Training):
        return _TrainingCourse(workload, sites, start_s, record)
    return _JobCourse(workload, start_s, record)


def events_of(records: Mapping[str, Record]) -> list[tuple[float, str, str, dict[str, Any]]]:
    """What befell the workloads of ``records``, taken out of them: (when, s after zero; whom; what; details)."""
    return [(at_s, name, *rest) for name, record in records.items() for at_s, *rest in record.pop(_EVENTS, [])]


def _timed(job: Job, begin_s: float, ends: Ends) -> list[dict[str, Any]]:
    """The spans of ``job`` that have ended, each with its number among those of its name."""
    found: list[dict[str, Any]] = []
    counts: dict[str, int] = {}
    for span in job.spans:
        index = counts[span.name] = counts.get(span.name, -1) + 1
        since_s, until_s = _at(ends, span.begin), _at(ends, span.end)
        if since_s is not None and until_s is not None:
            times = {"begin_s": round(begin_s + since_s, 9), "end_s": round(begin_s + until_s, 9)}
            found.append({"name": span.name, "index": index, "parts": span.parts, **times})
    return found


def _at(ends: Ends, step: int) -> float | None:
    return 0.0 if step == BEGINNING else ends[step]


class _JobCourse:
    """One job, once."""

    def __init__(self, workload: JobWorkload, start_s: float, record: Record) -> None:
        self._job: Job = job_of(workload)
        self._legs = [Leg(self._job)]
        self._begin_s = start_s
        self._record = record
        ideal_s = max(end or 0.0 for end in end_times(self._job.graph))
        planned = len(self._job.spans)
        record |= {"kind": workload.kind, "start_s": start_s, "begin_s": None, "planned": planned}
        record |= {"ideal_s": ideal_s, "spans": []}

    def next(self) -> Leg | None:
        return self._legs.pop() if self._legs else None

    def begin(self, now_s: float) -> float | None:
        self._begin_s = now_s
        self._record["begin_s"] = now_s
        return None

    def note(self, ends: Ends) -> None:
        self._record["spans"] = _timed(self._job, self._begin_s, ends)

    def fail(self, now_s: float) -> None:
        """Never: it has no limit."""


class _TrainingCourse:
    """Rounds up to the next failure; then again from the last checkpoint that was whole by then."""

    def __init__(self, workload: Training, sites: Sequence[Sequence[int]], start_s: float, record: Record) -> None:
        self._workload = workload
        self._sites = sites
        self._record = record
        self._stretch: Stretch | None = stretch(workload, sites)
        self._ends: Ends = ()
        self._begin_s = start_s
        self._first_s: float | None = None
        self._failures = list(workload.failures_s)
        self._iterations: dict[int, dict[str, Any]] = {}
        self._waits = WaitsLog(len(workload.servers))
        record |= first_record(workload, start_s)
        record |= {"begin_s": None, "spans": [], "played": 0}
        record |= {"failures": [], "planned_failures": len(workload.failures_s)}

    def next(self) -> Leg | None:
        if self._stretch is None or (self._ends and None not in self._ends):
            return None
        return Leg(self._stretch.job, self._workload.restart_s if self._record["failures"] else 0.0)

    def begin(self, now_s: float) -> float | None:
        self._begin_s = now_s
        if self._first_s is None:
            self._first_s = self._record["begin_s"] = now_s
        return max(self._first_s + self._failures[0] - now_s, 0.0) if self._failures else None

    def note(self, ends: Ends) -> None:
        self._ends = ends
        part = self._stretch
        assert part is not None
        for begin, end, done in part.rounds:
            since_s, until_s = _at(ends, begin), _at(ends, end)
            if since_s is not None and until_s is not None:
                times = {"start_s": self._begin_s + since_s, "time_s": until_s - since_s}
                self._record["played"] += 1
                self._iterations[done - 1] = {"index": done - 1, **times}
        self._record["iterations"] = [self._iterations[index] for index in sorted(self._iterations)]
        self._record["spans"] += _timed(part.job, self._begin_s, ends)
        ready_s = _at(ends, part.ready)
        if self._record["failures"] and ready_s is not None:
            failure = self._record["failures"][-1]
            failure["down_s"] = self._begin_s + ready_s - failure["at_s"]
            self._tell(self._begin_s + ready_s, "restarted", round=part.first, down_s=failure["down_s"])
        self._note_checkpoints(part, ends)
        self._note_waits(part, ends)

    def _note_checkpoints(self, part: Stretch, ends: Ends) -> None:
        checkpoint = self._workload.checkpoint
        for begin, end, done in part.checkpoints:
            since_s, until_s = _at(ends, begin), _at(ends, end)
            if checkpoint is not None and since_s is not None and until_s is not None:
                details = {"size_bytes": checkpoint.size_bytes, "took_s": until_s - since_s}
                self._tell(self._begin_s + until_s, "checkpoint-written", round=done, **details)

    def _tell(self, at_s: float, event: str, **details: float) -> None:
        rounded = {key: round(value, 9) for key, value in details.items()}
        self._record.setdefault(_EVENTS, []).append((round(at_s, 9), event, rounded))

    def _note_waits(self, part: Stretch, ends: Ends) -> None:
        done = [end for _begin, end, _rounds in part.rounds if ends[end] is not None]
        last = done[-1] if done else None
        self._record["waits"] = self._waits.add(part.job.graph, part.job.servers, ends, last)

    def fail(self, now_s: float) -> None:
        part = self._stretch
        assert part is not None
        self._failures.pop(0)
        ready_s = _at(self._ends, part.ready)
        kept, since_s = part.first, now_s if ready_s is None else self._begin_s + ready_s
        for begin, end, done in part.checkpoints:
            snapshot_s = _at(self._ends, begin)
            if snapshot_s is not None and self._ends[end] is not None:
                kept, since_s = done, self._begin_s + snapshot_s
        failure = {"at_s": now_s, "lost_s": now_s - since_s, "down_s": None, "back_to": kept}
        self._record["failures"].append(failure)
        self._tell(now_s, "failure", lost_s=now_s - since_s, back_to=kept)
        self._stretch = stretch(self._workload, self._sites, kept)
        self._ends = ()
