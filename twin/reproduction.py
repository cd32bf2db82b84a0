"""Published results beside ours: every row predicted, and emulated where that is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from twin.emulations import Wanted, emulate
from twin.prediction import predict
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
    sources: Sequence[Source], folder: Path, *, emulated: bool, progress: Callable[[str, float], None]
) -> list[Finding]:
    """Predict every row, and emulate it where ``emulated``; bundles go below ``folder``. Raises ``RunBroke`` for a run
    that broke, after all the others have ended."""
    rows = [(source, row) for source in sources for row in source.rows]
    predicted: dict[str, float | None] = {}
    for number, (source, row) in enumerate(rows):
        if row.not_predicted:
            continue
        progress(f"predict {row.name}", 0.2 * number / len(rows))
        done = predict(source.experiment, folder / f"{row.name}-predicted", row.sets)
        predicted[row.name] = _value(source, done.results)
    runs = dict(_emulate(rows, folder, progress)) if emulated else {}
    return [Finding(source, row, predicted.get(row.name), runs.get(row.name)) for source, row in rows]


def _emulate(
    rows: Sequence[tuple[Source, Row]], folder: Path, progress: Callable[[str, float], None]
) -> Iterator[tuple[str, float | None]]:
    asked = [(source, row) for source, row in rows if not row.not_emulated]
    wanted = [Wanted(row.name, source.experiment, row.sets, folder / f"{row.name}-emulated") for source, row in asked]
    for number, ((source, row), results) in enumerate(zip(asked, emulate(wanted), strict=True), start=1):
        progress(f"emulated {row.name}", 0.2 + 0.8 * number / len(asked))
        yield row.name, _value(source, results)


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
    if row.not_predicted:
        notes.append(f"not predicted: {row.not_predicted}")
    if row.not_emulated:
        notes.append(f"not emulated: {row.not_emulated}")
    if any(deviation is not None and abs(deviation) > BOUND for deviation in off):
        notes.append(f"off by more than {BOUND * 100:.0f} %: {row.reason or 'no reason is known'}")
    return Line(row.name, row.written, finding.predicted, finding.emulated, off[0], off[1], "; ".join(notes))
