"""The result bundle: one run's folder, and who reads and writes which of its files.

experiment.yaml topology.yaml    as resolved
plan.json workload.json          what the lab is given
lab/outcome.json events.jsonl    what the lab gives back
samples.parquet                  counters over time
telemetry.parquet                light over time, where the run had any
results.json report.html logs/
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from twin.errors import BadInput
from twin.plan.codec import from_json, to_json
from twin.plan.model import Plan
from twin.results.document import Results
from twin.results.event import Event, from_line, to_line
from twin.results.outcome import Outcome, WorkloadRecord
from twin.workloads.scenario import Scenario

PLAN = "plan.json"
WORKLOAD = "workload.json"
OUTCOME = "lab/outcome.json"
EVENTS = "events.jsonl"
SAMPLES_CSV = "samples.csv"
SAMPLES = "samples.parquet"
RESULTS = "results.json"
REPORT = "report.html"
LAB_LOG = "logs/lab.log"

T = TypeVar("T")


@dataclass(frozen=True)
class Run:
    """What was planned and what came of it: all that metrics, summary and report need, but for the samples."""

    plan: Plan
    scenario: Scenario
    outcome: Outcome
    events: tuple[Event, ...]

    @property
    def records(self) -> list[tuple[str, WorkloadRecord]]:
        """The workloads that left a record, in the order of the experiment."""
        found = self.outcome.workloads
        return [(workload.name, found[workload.name]) for workload in self.scenario.workloads if workload.name in found]


def create(out: Path | None, name: str) -> Path:
    """Make a folder for a run and return it.

    ``out`` where it is given, else ``runs/NAME-001``, ``-002``... below the current folder, the first that is free.
    Raises ``BadInput`` where ``out`` is a file or a folder that is not empty: a bundle never overwrites another.
    """
    if out is None:
        return create_below(Path("runs"), name)
    if out.is_dir() and any(out.iterdir()):
        raise BadInput("--out", "", f"found {str(out)!r}, which is not empty", remedy="name a new folder")
    if out.exists() and not out.is_dir():
        raise BadInput("--out", "", f"found {str(out)!r}, which is not a folder", remedy="name a new folder")
    out.mkdir(parents=True, exist_ok=True)
    return out


def create_below(parent: Path, name: str) -> Path:
    """Make the first of ``PARENT/NAME-001``, ``-002``... that is free, and return it.

    Raises ``BadInput`` where ``parent`` is a file."""
    if parent.exists() and not parent.is_dir():
        raise BadInput("--out", "", f"found {str(parent)!r}, which is not a folder", remedy="name a new folder")
    parent.mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        folder = parent / f"{name}-{number:03d}"
        try:
            # mkdir decides, not a look before it: several runs may start at once.
            folder.mkdir()
        except FileExistsError:
            number += 1
        else:
            return folder


def write_json(path: Path, value: Any) -> None:
    """Write ``value`` with sorted keys, every float in full, and a newline at the end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(to_json(value), indent=2, sort_keys=True, allow_nan=False, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def write_plan(folder: Path, plan: Plan) -> None:
    """Write ``plan.json``."""
    write_json(folder / PLAN, plan)


def read_plan(folder: Path) -> Plan:
    """Read ``plan.json``. Raises ``BadInput`` where it is not there or not a plan."""
    return _read(folder / PLAN, Plan)


def write_scenario(folder: Path, scenario: Scenario) -> None:
    """Write ``workload.json``."""
    write_json(folder / WORKLOAD, scenario)


def read_scenario(folder: Path) -> Scenario:
    """Read ``workload.json``. Raises ``BadInput`` where it is not there or not a scenario."""
    return _read(folder / WORKLOAD, Scenario)


def write_results(folder: Path, results: Results) -> None:
    """Write ``results.json``."""
    write_json(folder / RESULTS, results)


def read_results(folder: Path) -> Results:
    """Read ``results.json``. Raises ``BadInput`` where it is not there or not what it should be."""
    return _read(folder / RESULTS, Results)


def read_outcome(folder: Path) -> Outcome:
    """Read ``lab/outcome.json`` of a run that went well. Raises ``BadInput`` where it is not there, not what it
    should be, or of a run that failed."""
    path = folder / OUTCOME
    data = _json(path)
    reason = failure_in(data)
    if reason is not None:
        raise BadInput(str(path), "", f"found a run that failed: {reason}")
    if isinstance(data, dict) and isinstance(data.get("workloads"), dict):
        # A workload that was stopped before it measured anything leaves an empty record.
        data["workloads"] = {name: record for name, record in data["workloads"].items() if record}
    return _build(path, Outcome, data)


def read_failure(folder: Path) -> str | None:
    """Why the lab says that the run failed; None where it went well. Raises ``BadInput`` where it says nothing."""
    return failure_in(_json(folder / OUTCOME))


def failure_in(data: Any) -> str | None:
    """The reason in an outcome as JSON; None where it is ``ok`` or no outcome at all."""
    if not isinstance(data, dict) or data.get("ok") is True:
        return None
    return str(data.get("error") or "no reason")


def write_events(folder: Path, events: Iterable[Event]) -> None:
    """Write ``events.jsonl`` in the order of time."""
    ordered = sorted(events, key=lambda event: event.t_s)
    lines = [json.dumps(to_line(event), sort_keys=True, ensure_ascii=False, allow_nan=False) for event in ordered]
    (folder / EVENTS).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def read_events(folder: Path) -> tuple[Event, ...]:
    """Read ``events.jsonl``. Raises ``BadInput`` naming the line that is not an event."""
    path = folder / EVENTS
    events = []
    for number, line in enumerate(_text(path).splitlines(), start=1):
        try:
            events.append(from_line(json.loads(line)))
        except (ValueError, TypeError) as problem:
            raise BadInput(f"{path}:{number}", "", f"found a line that is not an event: {problem}") from problem
    return tuple(sorted(events, key=lambda event: event.t_s))


def read_run(folder: Path) -> Run:
    """Read all of one run but its samples and its results."""
    return Run(read_plan(folder), read_scenario(folder), read_outcome(folder), read_events(folder))


def _read(path: Path, kind: type[T]) -> T:
    return _build(path, kind, _json(path))


def _build(path: Path, kind: type[T], data: Any) -> T:
    try:
        return from_json(kind, data)
    except ValueError as problem:
        raise BadInput(str(path), "", f"found a file that does not fit: {problem}") from problem


def _json(path: Path) -> Any:
    try:
        return json.loads(_text(path))
    except ValueError as problem:
        raise BadInput(str(path), "", f"found a file that is not JSON: {problem}") from problem


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        remedy = "name the folder of a finished run"
        raise BadInput(str(path), "", f"found no readable file ({type(problem).__name__})", remedy=remedy) from problem
