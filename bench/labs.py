"""Runs one of ``bench/inside``'s programs in a lab of its own and brings back what it found."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twin.errors import RunBroke
from twin.lab import guest, uml
from twin.lab.lab import LabEnd


@dataclass(frozen=True)
class Answer:
    """``found`` is what the program answered, ``marks`` the host's time of each mark, ``start_s`` that of the boot, all
    in seconds since the epoch; ``wall_s`` from boot to end."""

    found: Any
    marks: dict[str, float]
    start_s: float
    wall_s: float

    def between(self, first: str, last: str) -> float:
        """Wall seconds from one mark to another."""
        return self.marks[last] - self.marks[first]


def ask(
    program: str,
    question: Any,
    *,
    clock: str = "virtual",
    timeout_s: float = 300.0,
    memory_mb: int = 6144,
    partial: bool = False,
) -> Answer:
    """Run ``bench.inside.<program>`` with ``question``. Raises ``RunBroke`` with the end of its log.

    ``partial``: a program that answers bit by bit and runs out of time has answered what it did."""
    with tempfile.TemporaryDirectory(prefix="twin-bench-") as scratch:
        folder = Path(scratch)
        (folder / "question.json").write_text(json.dumps(question))
        command = [guest.PYTHON, "-m", f"bench.inside.{program}"]
        (folder / "started").touch()
        try:
            end = uml.run(folder, command, clock=clock, seed=1, timeout_s=timeout_s, memory_mb=memory_mb)
        except RunBroke as problem:
            if not (partial and ran_out(problem) and (folder / "answer.json").exists()):
                raise
            end = LabEnd(0, timeout_s)
        if end.status:
            tail = (folder / "logs" / "lab.log").read_text(encoding="utf-8", errors="replace").splitlines()[-12:]
            raise RunBroke(f"bench.inside.{program} ended with {end.status}: " + "\n".join(tail))
        found = json.loads((folder / "answer.json").read_text())
        return Answer(found, read_marks(folder), (folder / "started").stat().st_mtime, end.wall_s)


def ran_out(problem: RunBroke) -> bool:
    """Did the lab not end in time?"""
    return problem.what.startswith("the lab did not end within")


def read_marks(folder: Path) -> dict[str, float]:
    """The host's time of each mark in ``folder``."""
    return {path.name: path.stat().st_mtime for path in sorted((folder / "marks").glob("*"))}
