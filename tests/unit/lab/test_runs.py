"""The record of live labs: what has an owner is left alone, what has none is ended and tidied."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from twin.lab import runs
from twin.lab.runs import Process, Run


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process that stands for a lab kernel."""
    with subprocess.Popen(["sleep", "600"]) as process:
        yield process
        process.kill()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TWIN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def process_of(pid: int) -> Process:
    found = Process.of(pid)
    assert found is not None
    return found


def write_record(cache: Path, run: Run) -> None:
    (cache / "runs").mkdir(parents=True, exist_ok=True)
    (cache / "runs" / f"{run.lab.pid}.json").write_text(json.dumps(asdict(run)), encoding="utf-8")


def test_a_run_is_on_record_while_it_lasts(tmp_path: Path, cache: Path, sleeper: subprocess.Popen[bytes]) -> None:
    with runs.recorded(tmp_path, sleeper.pid):
        assert runs.live() == [Run(process_of(sleeper.pid), process_of(os.getpid()), str(tmp_path))]
    assert runs.live() == []
    assert not cache.exists()


def test_a_run_with_an_owner_is_not_touched(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    with runs.recorded(tmp_path, sleeper.pid):
        assert runs.clean() == []
        assert sleeper.poll() is None


def test_a_run_without_an_owner_is_ended_and_tidied(
    tmp_path: Path, cache: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    folder = tmp_path / "run"
    (folder / "uml" / "lab").mkdir(parents=True)
    gone = replace(process_of(os.getpid()), started=1)
    write_record(cache, Run(process_of(sleeper.pid), gone, str(folder)))
    assert runs.clean() == [
        f"ended the lab in {folder} (process {sleeper.pid})",
        f"forgot the run in {folder}, whose twin process {os.getpid()} is gone",
    ]
    assert sleeper.wait(10) == -signal.SIGKILL
    assert list(folder.iterdir()) == []
    assert runs.clean() == []


def test_another_process_with_the_same_number_is_not_ended(
    tmp_path: Path, cache: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    me = process_of(os.getpid())
    write_record(cache, Run(replace(process_of(sleeper.pid), started=1), replace(me, started=1), str(tmp_path)))
    assert runs.clean() == [f"forgot the run in {tmp_path}, whose twin process {os.getpid()} is gone"]
    assert sleeper.poll() is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"lab": {"pid": 1}, "owner": {}, "folder": "/"}'])
def test_a_record_written_by_half_is_ignored(cache: Path, text: str) -> None:
    (cache / "runs").mkdir(parents=True)
    (cache / "runs" / "1.json").write_text(text, encoding="utf-8")
    assert runs.live() == []
    assert runs.clean() == []


def test_an_ended_process_is_not_alive(sleeper: subprocess.Popen[bytes]) -> None:
    process = process_of(sleeper.pid)
    assert process.alive
    sleeper.kill()
    sleeper.wait()
    assert not process.alive
