"""Published results beside ours: every row predicted, and emulated where that is asked for.

Emulations run as commands of their own, one on each CPU, because a lab belongs to the process that started it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from twin.errors import RunBroke
from twin.prediction import predict
from twin.results import bundle
from twin.results.document import Results
from twin.results.reproduction_table import Group, Line
from twin.spec.reproduce import Row, Source

#: Where the rows are, and what their table is called in a document.
FOLDER = Path(__file__).resolve().parents[1] / "reproduce"
TABLE = "reproduce"
#: Deviations beyond this ask for a reason.
BOUND = 0.05


@dataclass(frozen=True)
class Finding:
    """One row with what came of it, in the terms of what was published; None: not asked for, or not possible."""

    source: Source
    row: Row
    predicted: float | None
    emulated: float | None

    def deviation(self, value: float | None) -> float | None:
        """How far ``value`` lies from what was published, relative to it."""
        return None if value is None else (value - self.row.published) / self.row.published


def reproduce(
    sources: Sequence[Source], folder: Path, *, emulate: bool, progress: Callable[[str, float], None]
) -> list[Finding]:
    """Predict every row, and emulate it where ``emulate``; bundles go below ``folder``. Raises ``RunBroke`` for a run
    that broke, after all the others have ended."""
    rows = [(source, row) for source in sources for row in source.rows]
    predicted = {}
    for number, (source, row) in enumerate(rows):
        progress(f"predict {row.name}", 0.2 * number / len(rows))
        done = predict(source.experiment, folder / f"{row.name}-predicted", row.sets)
        predicted[row.name] = _value(source, done.results)
    emulated = dict(_emulate(rows, folder, progress)) if emulate else {}
    return [Finding(source, row, predicted[row.name], emulated.get(row.name)) for source, row in rows]


def _emulate(
    rows: Sequence[tuple[Source, Row]], folder: Path, progress: Callable[[str, float], None]
) -> Iterator[tuple[str, float | None]]:
    wanted = [(source, row) for source, row in rows if not row.not_emulated]
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        results = [pool.submit(_run, source, row, folder / f"{row.name}-emulated") for source, row in wanted]
        for number, ((source, row), result) in enumerate(zip(wanted, results, strict=True)):
            progress(f"emulate {row.name}", 0.2 + 0.8 * number / len(wanted))
            yield row.name, _value(source, result.result())


def _run(source: Source, row: Row, folder: Path) -> Results:
    """``twin run`` of the row's experiment; that its own expectations fail with other settings is no failure here."""
    command = [sys.executable, "-m", "twin.cli", "run", str(source.experiment), "--out", str(folder)]
    for text in row.sets:
        command += ["--set", text]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise RunBroke(f"{row.name}: {done.stderr.strip() or f'status {done.returncode}'}")
    return bundle.read_results(folder)


def _value(source: Source, results: Results) -> float | None:
    value = results.value(source.metric)
    return None if value is None else source.view(value)


def groups(findings: Sequence[Finding]) -> list[Group]:
    """The findings by source, as the table shows them. Of the notes, the reason shows where a row is off bounds."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.source.title, []).append(finding)
    return [_group(of_one) for of_one in found.values()]


def _group(findings: Sequence[Finding]) -> Group:
    source = findings[0].source
    views = {"value": source.metric, "inverse": f"1 / {source.metric}", "complement": f"1 - {source.metric}"}
    lines = tuple(_line(finding) for finding in findings)
    return Group(source.title, source.source, views[source.shown_as], source.unit, source.does_not_test, lines)


def _line(finding: Finding) -> Line:
    row = finding.row
    off = [finding.deviation(finding.predicted), finding.deviation(finding.emulated)]
    notes = [f"fitted: {row.fitted}"] if row.fitted else []
    if row.not_emulated:
        notes.append(f"not emulated: {row.not_emulated}")
    if any(deviation is not None and abs(deviation) > BOUND for deviation in off):
        notes.append(f"off by more than {BOUND * 100:.0f} %: {row.reason or 'no reason is known'}")
    return Line(row.name, row.written, finding.predicted, finding.emulated, off[0], off[1], "; ".join(notes))
