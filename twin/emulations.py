"""Several emulations whose results are wanted: commands of their own, one on each CPU, since a lab belongs to the
process that started it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from twin.errors import RunBroke
from twin.results import bundle
from twin.results.document import Results


@dataclass(frozen=True)
class Wanted:
    """``twin run EXPERIMENT --set …``, its bundle in ``folder``; ``name`` is what an error calls it."""

    name: str
    experiment: Path
    sets: tuple[str, ...]
    folder: Path


def emulate(wanted: Sequence[Wanted]) -> Iterator[Results]:
    """The results in the order of ``wanted``. Raises ``RunBroke`` for a run that broke, after all the others have
    ended; that an experiment's own expectations fail with other settings is no failure here."""
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        yield from pool.map(_run, wanted)


def _run(wanted: Wanted) -> Results:
    command = [sys.executable, "-m", "twin.cli", "run", str(wanted.experiment), "--out", str(wanted.folder)]
    for text in wanted.sets:
        command += ["--set", text]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise RunBroke(f"{wanted.name}: {done.stderr.strip() or f'status {done.returncode}'}")
    return bundle.read_results(wanted.folder)
