"""Several experiments at once: how many, in which order, what is said of each, and that none outlives the command.

The experiments here are shell commands: a job's file holds one.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from twin import side_by_side
from twin.results import bundle
from twin.results.document import Fidelity, Results
from twin.side_by_side import Job


@pytest.fixture(autouse=True)
def shell_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side_by_side, "command_line", lambda job, options: ["sh", str(job.path), *options])


def job(folder: Path, name: str, script: str) -> Job:
    (folder / name).mkdir()
    (folder / f"{name}.sh").write_text(f"cd {folder}\n{script}\n", encoding="utf-8")
    return Job(folder / f"{name}.sh", folder / name)


def run(jobs: Sequence[Job], at_once: int, options: Sequence[str] = ()) -> tuple[int, list[str]]:
    ended: list[str] = []
    return side_by_side.run_all(jobs, options, at_once, lambda job: ended.append(job.name)), ended


def test_one_at_a_time_goes_in_order(tmp_path: Path) -> None:
    jobs = [job(tmp_path, name, f"echo {name} $1 >>log; sleep 0.05; echo {name} >>log") for name in ("b", "a")]
    assert run(jobs, 1, ["--seed=2"]) == (0, ["b", "a"])
    assert (tmp_path / "log").read_text() == "b --seed=2\nb\na --seed=2\na\n"


def test_two_at_a_time_overlap(tmp_path: Path) -> None:
    meet = "touch {0}; while [ ! -e {1} ]; do sleep 0.01; done"
    jobs = [job(tmp_path, "a", meet.format("one", "two")), job(tmp_path, "b", meet.format("two", "one"))]
    status, ended = run(jobs, 2)
    assert (status, sorted(ended)) == (0, ["a", "b"])


@pytest.mark.parametrize(("statuses", "worst"), [((0, 0), 0), ((1, 0), 1), ((2, 4), 4), ((0, 3), 3)])
def test_the_worst_status_counts(tmp_path: Path, statuses: tuple[int, ...], worst: int) -> None:
    jobs = [job(tmp_path, f"job{index}", f"exit {status}") for index, status in enumerate(statuses)]
    assert run(jobs, 2)[0] == worst


def test_a_job_that_a_signal_ends_broke(tmp_path: Path) -> None:
    killed = job(tmp_path, "a", "kill -9 $$")
    assert run([killed], 1)[0] == 4
    assert killed.state() == "broke"
    assert killed.outcome() == "a: ended with status 4 and no word"


def test_what_went_wrong_is_the_last_line_it_said(tmp_path: Path) -> None:
    failed = job(tmp_path, "a", "echo building >&2; echo 'the run broke: no light' >&2; exit 4")
    run([failed], 1)
    assert failed.outcome() == "a: the run broke: no light"


@pytest.mark.parametrize(
    ("status", "fidelity", "said"),
    [
        (0, Fidelity(True), "expectations met; 4.161 s of lab time in 15.0 s"),
        (1, Fidelity(True), "an expectation failed; 4.161 s of lab time in 15.0 s"),
        (
            0,
            Fidelity(False, ("it was late", "it dropped")),
            "expectations met, fidelity broken: it was late; it dropped; 4.161 s of lab time in 15.0 s",
        ),
    ],
)
def test_a_run_that_ended_well_has_one_line(tmp_path: Path, status: int, fidelity: Fidelity, said: str) -> None:
    results = Results(1, "x", "emulation", "uml", "virtual", 1, "0", 15.04, 4.16123, {}, (), fidelity)
    done = job(tmp_path, "a", f"exit {status}")
    bundle.write_results(done.folder, results)
    assert run([done], 1)[0] == status
    assert done.outcome() == f"a: {said}; {tmp_path}/a/report.html"


def test_progress_is_the_time_of_the_latest_whole_sample(tmp_path: Path) -> None:
    assert side_by_side.sampled_s(tmp_path) == 0.0
    (tmp_path / "samples.csv").write_text("t_s,link\n0.0,a\n1.25,a\n2.5")
    assert side_by_side.sampled_s(tmp_path) == 1.25
    (tmp_path / "samples.csv").write_text("t_s,link\n")
    assert side_by_side.sampled_s(tmp_path) == 0.0


def test_state_before_and_after(tmp_path: Path) -> None:
    waits = job(tmp_path, "a", "exit 1")
    assert waits.state() == "waits"
    run([waits], 1)
    assert waits.state() == "an expectation failed"


def test_an_interrupt_ends_all_and_starts_none(tmp_path: Path) -> None:
    script = "echo $$ >>pids; trap 'echo ended >>pids; exit 130' TERM; while :; do sleep 0.02; done"
    jobs = [job(tmp_path, name, script) for name in ("a", "b", "c")]

    def interrupt() -> None:
        while not (tmp_path / "pids").exists() or len((tmp_path / "pids").read_text().split()) < 2:
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        run(jobs, 2)
    words = (tmp_path / "pids").read_text().split()
    assert words[2:] == ["ended", "ended"]
    assert [job.folder.exists() for job in jobs] == [True, True, False]
    assert not any(Path(f"/proc/{pid}").exists() for pid in words[:2])


def test_the_command_line_is_twins_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    line = side_by_side.command_line(Job(Path("a.yaml"), Path("runs/a-001")), ["--lab=uml"])
    assert line == [sys.executable, "-m", "twin.cli", "run", "a.yaml", "--out", "runs/a-001", "--lab=uml"]
