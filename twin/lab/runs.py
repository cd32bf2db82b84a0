"""The record of live labs: one small file for each, so that ``twin clean`` can end what a broken machine left behind.

A process is named by its number *and* the moment it started, since numbers are given again. Nothing is ever looked up
by a program's name.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from twin.lab import guest
from twin.lab.cache import cache_folder, leave, places


@dataclass(frozen=True)
class Process:
    """A process: its number and the clock tick, counted from the machine's boot ``boot``, at which it started."""

    pid: int
    started: int
    boot: str

    @classmethod
    def of(cls, pid: int) -> Process | None:
        """The process that has the number ``pid`` now, or None."""
        try:
            stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
            boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
        except OSError:
            return None
        # The second field, the program's name, may hold anything, spaces and brackets too: count from its end.
        fields = stat.rpartition(")")[2].split()
        return None if fields[0] == "Z" else cls(pid, int(fields[19]), boot)

    @property
    def alive(self) -> bool:
        return Process.of(self.pid) == self


@dataclass(frozen=True)
class Run:
    """A lab that runs in ``folder`` for the twin process ``owner``. All of it ends with its process ``lab``: the lab
    kernel, or the parent of the host lab's first process."""

    lab: Process
    owner: Process
    folder: str


@contextmanager
def recorded(folder: Path, pid: int) -> Iterator[None]:
    """Keep the lab of process ``pid`` on record while the block runs."""
    lab, owner = Process.of(pid), Process.of(os.getpid())
    if lab is None or owner is None:  # it ended already: the caller will see why
        yield
        return
    file = _write(Run(lab, owner, str(folder)))
    try:
        yield
    finally:
        file.unlink(missing_ok=True)
        leave(file.parent)


def live() -> list[Run]:
    """The labs on record that run."""
    return [run for _, run in _records() if run.lab.alive]


def clean() -> list[str]:
    """End every lab whose twin process is gone and remove what it left; say, a line each, what was done.

    A lab whose owner runs is not touched.
    """
    done = []
    for file, run in _records():
        if run.owner.alive:
            continue
        if run.lab.alive:
            os.kill(run.lab.pid, signal.SIGKILL)
            done.append(f"ended the lab in {run.folder} (process {run.lab.pid})")
        guest.tidy(Path(run.folder))
        file.unlink(missing_ok=True)
        leave(file.parent)
        done.append(f"forgot the run in {run.folder}, whose twin process {run.owner.pid} is gone")
    return done


def _write(run: Run) -> Path:
    while True:
        folder = cache_folder() / "runs"
        file = folder / f"{run.lab.pid}.json"
        try:
            folder.mkdir(mode=0o755, exist_ok=True)
            file.write_text(json.dumps(asdict(run)), encoding="utf-8")
        except FileNotFoundError:  # another run, which was the last of its time, just left the folder
            continue
        return file


def _records() -> list[tuple[Path, Run]]:
    found = []
    for file in sorted(file for place in places() for file in place.glob("runs/*.json")):
        try:
            data = json.loads(file.read_text(encoding="utf-8"))
            run = Run(Process(**data["lab"]), Process(**data["owner"]), str(data["folder"]))
        except (OSError, ValueError, KeyError, TypeError):  # written by half, or ended meanwhile
            continue
        found.append((file, run))
    return found
