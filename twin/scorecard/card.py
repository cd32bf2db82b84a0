"""Runs the lines of the card, several side by side, and shows what came of them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from rich import box
from rich.table import Table

from twin import side_by_side
from twin.errors import BadInput, RunBroke
from twin.lab import kernel_build
from twin.progress import on_stderr
from twin.results import bundle
from twin.results.reproduction_table import put
from twin.scorecard.lines import LINES, Line
from twin.scorecard.readings import READERS, Score
from twin.scorecard.subject import Subject, read

PLANTS: Final = Path(__file__).with_name("plants")
#: The place in a document.
TABLE: Final = "card"
#: What a cell says where the line does not apply.
NOTHING: Final = "-"
#: What it says where the line's run broke.
BROKE: Final = "broke"


@dataclass(frozen=True)
class Card:
    """``scores``: controller's name -> line's name -> score."""

    subjects: tuple[Subject, ...]
    lines: tuple[Line, ...]
    scores: dict[str, dict[str, Score]]

    def to_json(self) -> dict[str, Any]:
        """All numbers, in base units, and the reasons why there is none."""
        return {
            subject.name: {
                line.name: {"values": score.values, "text": score.text, "reason": score.reason}
                for line in self.lines
                for score in (self.scores[subject.name][line.name],)
            }
            for subject in self.subjects
        }


def chosen(names: Sequence[str]) -> tuple[Line, ...]:
    """The lines of these names; all, where none is named. Raises ``BadInput``."""
    for name in names:
        if name not in LINES:
            raise BadInput("--line", "", f"found {name!r}", ", ".join(LINES))
    return tuple(line for line in LINES.values() if not names or line.name in names)


def bench(
    controllers: Sequence[str],
    names: Sequence[str],
    circuits: bool,
    into: Path | None,
    out: Path | None,
) -> Card:
    """The card of ``controllers``, as the command line names them, also put ``into`` a document; bundles go to ``out``.

    Raises ``BadInput`` before anything is built or written."""
    lines = chosen(names)
    subjects = [read(text, circuits, Path.cwd()) for text in controllers]
    if into is not None:  # a missing place must show before the work
        put(into.read_text(encoding="utf-8"), TABLE, "", str(into))
    with on_stderr() as progress:
        kernel_build.ensure(progress)
    card = run(subjects, lines, bundle.create(out, "card"))
    if into is not None:
        into.write_text(put(into.read_text(encoding="utf-8"), TABLE, markdown(card), str(into)), encoding="utf-8")
    return card


def run(subjects: Sequence[Subject], lines: Sequence[Line], folder: Path) -> Card:
    """Run every line that applies, each in a lab of its own, into bundles below ``folder``; one CPU each."""
    scores: dict[str, dict[str, Score]] = {}
    jobs: dict[tuple[str, str], side_by_side.Job] = {}
    for number, subject in enumerate(subjects, start=1):
        if subject.name in scores:
            raise BadInput("CONTROLLER", "", f"found {subject.name!r} twice", "each once")
        scores[subject.name] = {line.name: Score(NOTHING, reason=line.why_not(subject)) for line in lines}
        for line in lines:
            if not line.why_not(subject):
                place = folder / f"{number}-{line.name}"
                jobs[subject.name, line.name] = side_by_side.Job(_write(subject, line, place), _made(place / "run"))
    side_by_side.run_all(list(jobs.values()), [], len(os.sched_getaffinity(0)), lambda job: None)
    for (subject_name, line_name), job in jobs.items():
        scores[subject_name][line_name] = _score(job, line_name)
    return Card(tuple(subjects), tuple(lines), scores)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _write(subject: Subject, line: Line, folder: Path) -> Path:
    """The line's experiment file, beside its topology."""
    folder.mkdir()
    topology = PLANTS / f"{subject.plant}.yaml"
    (folder / topology.name).write_text(topology.read_text(encoding="utf-8"), encoding="utf-8")
    content = {"name": line.name, "topology": topology.name, "controller": subject.controller, "sample": "1 s"}
    path = folder / "experiment.yaml"
    path.write_text(yaml.safe_dump(content | line.content(subject), sort_keys=False), encoding="utf-8")
    return path


def _score(job: side_by_side.Job, line: str) -> Score:
    if job.status:
        return Score(BROKE, reason=job.said)
    return READERS[line](bundle.read_run(job.folder))


def broken(card: Card) -> RunBroke | None:
    """What there is to say of the lines whose runs broke; None where none did."""
    found = [
        f"the line {line.name!r} of {subject.name}"
        for subject in card.subjects
        for line in card.lines
        if card.scores[subject.name][line.name].text == BROKE
    ]
    return RunBroke(f"{' and '.join(found)}; the card says why") if found else None


def table(card: Card) -> Table:
    """The card for a terminal: a row a line, a column a controller."""
    made = Table(box=box.SIMPLE_HEAD)
    made.add_column("")
    for subject in card.subjects:
        made.add_column(subject.name)
    for line in card.lines:
        made.add_row(line.title, *(_cell(card.scores[subject.name][line.name]) for subject in card.subjects))
    return made


def _cell(score: Score) -> str:
    if not score.reason:
        return score.text
    return f"does not apply: {score.reason}" if score.text == NOTHING else f"{score.text}: {score.reason}"


def markdown(card: Card) -> str:
    """The card for a document, with what its lines mean."""
    names = [subject.name for subject in card.subjects]
    rows = [f"| | {' | '.join(names)} |", f"|---|{'---|' * len(names)}"]
    for line in card.lines:
        cells = [_cell(card.scores[name][line.name]) for name in names]
        rows.append(f"| {line.title} | {' | '.join(cells)} |")
    return "\n".join([*rows, "", *(f"- **{line.title}**: {line.means}." for line in card.lines)]) + "\n"
