"""Several experiments at once: ``twin run A B … --jobs N``.

Every experiment is a ``twin run`` of its own, a process with its lab and its signals, so that one that breaks takes no
other along. When this process ends, by an error, a signal or ``kill -9``, all of them end and clean up.

::

    twin run A B C --jobs 2 ─┬─ twin run A --out PARENT/A-001 ── lab
                             └─ twin run B --out PARENT/B-001 ── lab       (C waits)
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import Progress, TextColumn

from twin.errors import TwinError
from twin.lab.child import ending_with_parent
from twin.lab.foreground import signals_interrupt
from twin.results import bundle
from twin.units import show_time

#: How often the progress is looked at, and how long an experiment may take to end when told to, in seconds.
REFRESH_S: Final = 0.5
END_LIMIT_S: Final = 20.0
_REPOSITORY: Final = Path(__file__).resolve().parents[1]


@dataclass
class Job:
    """One experiment: its file, the folder for its bundle, and how far it is.

    ``status`` is its exit status, ``said`` the last line on its standard error."""

    path: Path
    folder: Path
    process: subprocess.Popen[bytes] | None = None
    started_s: float = 0.0
    status: int | None = None
    said: str = ""

    @property
    def name(self) -> str:
        return self.folder.name

    def state(self) -> str:
        """What the progress display says."""
        if self.process is None:
            return "waits"
        if self.status is not None:
            return _WORDS.get(self.status, "broke")
        wall_s = time.monotonic() - self.started_s
        return f"{show_time(round(sampled_s(self.folder), 3))} of lab time in {wall_s:.0f} s"

    def outcome(self) -> str:
        """One line about a job that ended."""
        if self.status in (0, 1):
            results = bundle.read_results(self.folder)
            trust = "" if results.fidelity.ok else f", fidelity broken: {'; '.join(results.fidelity.reasons)}"
            times = f"{show_time(round(results.virtual_s, 3))} of lab time in {results.wall_s:.1f} s"
            return f"{self.name}: {_WORDS[self.status]}{trust}; {times}; {self.folder / bundle.REPORT}"
        return f"{self.name}: {self.said or f'ended with status {self.status} and no word'}"


_WORDS: Final = {0: "expectations met", 1: "an expectation failed", 130: "interrupted"}


def sampled_s(folder: Path) -> float:
    """How far a run in ``folder`` is: the time of its latest sample that is written, in seconds after its zero."""
    try:
        lines = (folder / bundle.SAMPLES_CSV).read_text(encoding="utf-8").split("\n")
        return float(lines[-2].split(",")[0])
    except (OSError, ValueError, IndexError):
        return 0.0


def run_all(jobs: Sequence[Job], options: Sequence[str], at_once: int, done: Callable[[Job], None]) -> int:
    """Run ``jobs``, at most ``at_once`` at a time, each with the command line's ``options``; ``done`` hears of each
    that ended. Returns the worst exit status. ``KeyboardInterrupt`` is passed on once all have ended;
    the folders of those that never started go."""
    waiting, running = list(jobs), list[Job]()
    with signals_interrupt() as interrupted, _display(jobs) as show:
        try:
            while waiting or running:
                if interrupted.is_set():
                    raise KeyboardInterrupt
                while waiting and len(running) < at_once:
                    running.append(_start(waiting.pop(0), options))
                _wait(running)
                for job in [job for job in running if _ended(job)]:
                    running.remove(job)
                    done(job)
                show()
        finally:
            _end(running)
            for job in waiting:
                job.folder.rmdir()
    return max(job.status or 0 for job in jobs)


def command_line(job: Job, options: Sequence[str]) -> list[str]:
    """The command of one experiment."""
    return [sys.executable, "-m", "twin.cli", "run", str(job.path), "--out", str(job.folder), *options]


def _start(job: Job, options: Sequence[str]) -> Job:
    job.started_s = time.monotonic()
    paths = [str(_REPOSITORY), *filter(None, [os.environ.get("PYTHONPATH")])]
    job.process = subprocess.Popen(
        command_line(job, options),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,  # a terminal's Ctrl-C is for this process, which passes it on
        preexec_fn=ending_with_parent(signal.SIGTERM),
    )
    return job


def _wait(running: Sequence[Job]) -> None:
    """Until a job ends, or the display wants to be brought up to date."""
    descriptors = [os.pidfd_open(job.process.pid) for job in running if job.process is not None]
    try:
        select.select(descriptors, [], [], REFRESH_S)
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def _ended(job: Job) -> bool:
    if job.process is None or job.process.poll() is None:
        return False
    _, errors = job.process.communicate()
    job.said = errors.decode(errors="replace").strip().rpartition("\n")[2]
    # A process that a signal ended has a negative status; of all that can go wrong, that is a run that broke.
    job.status = job.process.returncode if job.process.returncode >= 0 else TwinError.exit_status
    return True


def _end(running: Sequence[Job]) -> None:
    processes = [job.process for job in running if job.process is not None]
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + END_LIMIT_S
    for process in processes:
        try:
            process.communicate(timeout=max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


@contextmanager
def _display(jobs: Sequence[Job]) -> Iterator[Callable[[], None]]:
    """A line for each job on a terminal's standard error; elsewhere nothing. Yields what brings it up to date."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), TextColumn("{task.fields[state]}"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        tasks = [(job, bar.add_task(job.name, total=None, state=job.state())) for job in jobs]

        def show() -> None:
            for job, task in tasks:
                bar.update(task, state=job.state())

        yield show
