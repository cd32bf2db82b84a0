from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from twin.errors import BadInput
from twin.plan.model import Plan
from twin.results import bundle
from twin.results.event import Event
from twin.workloads.scenario import Scenario


def test_create_counts_up_below_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = [bundle.create(None, "metro") for _ in range(3)]
    assert made == [Path("runs/metro-001"), Path("runs/metro-002"), Path("runs/metro-003")]
    assert bundle.create(None, "other") == Path("runs/other-001")


def test_create_never_takes_over_a_folder_that_holds_something(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "run"
    assert bundle.create(out, "x") == out
    assert bundle.create(out, "x") == out, "an empty folder is free"
    (out / "results.json").write_text("{}")
    with pytest.raises(BadInput) as problem:
        bundle.create(out, "x")
    assert str(problem.value) == f"--out: found {str(out)!r}, which is not empty; name a new folder"
    with pytest.raises(BadInput) as problem:
        bundle.create(out / "results.json", "x")
    assert str(problem.value) == f"--out: found {str(out / 'results.json')!r}, which is not a folder; name a new folder"


def test_documents_come_back_as_they_went(tmp_path: Path, plan: Plan, scenario: Scenario) -> None:
    bundle.write_plan(tmp_path, plan)
    bundle.write_scenario(tmp_path, scenario)
    events = (Event(2.0, "timeline", "fibre-cut", {"fibre": "a-b"}), Event(1.0, "controller", "port-down", {"port": 3}))
    bundle.write_events(tmp_path, events)
    assert bundle.read_plan(tmp_path) == plan
    assert bundle.read_scenario(tmp_path) == scenario
    assert bundle.read_events(tmp_path) == (events[1], events[0])
    assert (tmp_path / "events.jsonl").read_text() == (
        '{"event": "port-down", "port": 3, "source": "controller", "t_s": 1.0}\n'
        '{"event": "fibre-cut", "fibre": "a-b", "source": "timeline", "t_s": 2.0}\n'
    )


def test_json_has_sorted_keys_and_whole_floats(tmp_path: Path) -> None:
    bundle.write_json(tmp_path / "x.json", {"b": 0.1 + 0.2, "a": [1, "é"]})
    assert (tmp_path / "x.json").read_text() == ('{\n  "a": [\n    1,\n    "é"\n  ],\n  "b": 0.30000000000000004\n}\n')


def test_a_folder_that_is_no_bundle_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as problem:
        bundle.read_results(tmp_path)
    assert str(problem.value) == (
        f"{tmp_path / 'results.json'}: found no readable file (FileNotFoundError); name the folder of a finished run"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[", "found a file that is not JSON: Expecting value: line 1 column 2 (char 1)"),
        ("[]", "found a file that does not fit: Results: found []; allowed: a mapping"),
        ('{"schema": "1"}', "found a file that does not fit: Results.schema: found '1'; allowed: int"),
    ],
)
def test_a_damaged_document_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "results.json").write_text(text)
    with pytest.raises(BadInput) as problem:
        bundle.read_results(tmp_path)
    assert str(problem.value) == f"{tmp_path / 'results.json'}: {message}"


def test_a_line_that_is_no_event_is_named(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").write_text('{"t_s": 1, "source": "x", "event": "y"}\n{"t_s": 1, "event": "y"}\n')
    with pytest.raises(BadInput) as problem:
        bundle.read_events(tmp_path)
    assert str(problem.value) == (
        f"{tmp_path / 'events.jsonl'}:2: found a line that is not an event: the key 'source' is missing"
    )


def test_the_outcome_of_a_failed_run_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab/outcome.json").write_text('{"ok": false, "error": "no carrier"}')
    assert bundle.read_failure(tmp_path) == "no carrier"
    with pytest.raises(BadInput) as problem:
        bundle.read_outcome(tmp_path)
    assert str(problem.value) == f"{tmp_path / 'lab/outcome.json'}: found a run that failed: no carrier"


def test_a_workload_stopped_before_it_measured_has_no_record(lab_folder: Callable[[str], Path]) -> None:
    folder = lab_folder("run")
    path = folder / bundle.OUTCOME
    outcome = json.loads(path.read_text())
    outcome["workloads"]["probes"] = {}
    outcome["workloads"]["bulk"] = {"kind": "iperf3", "start_s": 0.5}
    path.write_text(json.dumps(outcome))
    run = bundle.read_run(folder)
    assert [name for name, _ in run.records] == ["gradients", "bulk", "video"]
