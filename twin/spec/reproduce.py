"""Published results as files: what was published, which experiment of ours stands for it, and what it does not test.

One file is one source; ``reproduce/`` holds them. Adding a row is adding a few lines of YAML.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from twin.errors import BadInput
from twin.spec import document as documents
from twin.spec.base import Model, Name
from twin.spec.document import nearest
from twin.spec.problems import validate
from twin.spec.quantity import Measure, MeasureRule

#: Of a metric x: x itself, 1/x, or 1 - x.
View = Literal["value", "inverse", "complement"]


class RowFile(Model):
    """One published number. ``set`` is what ``--set`` would take; ``fitted`` names a constant that was fitted;
    ``reason`` says why a row deviates, ``not_emulated`` why it is only predicted, ``not_predicted`` why it is not."""

    name: Name
    published: Annotated[Measure, MeasureRule()] = Field(examples=["329 ms"])
    set: list[str] = Field(default=[])
    fitted: str = ""
    reason: str = ""
    not_emulated: str = ""
    not_predicted: str = ""


class SourceFile(Model):
    """One source and its rows; its ``reason`` is that of rows without one of their own."""

    title: str = Field(min_length=1)
    source: str = Field(min_length=1)
    experiment: str = Field(examples=["../experiments/allreduce-netem.yaml"])
    metric: str = Field(min_length=1, examples=["allreduce.time"])
    shown_as: View = "value"
    unit: str = ""
    set: list[str] = Field(default=[])
    does_not_test: str = Field(min_length=1)
    reason: str = ""
    rows: list[RowFile] = Field(min_length=1)


@dataclass(frozen=True)
class Row:
    """One published number and the experiment that stands for it."""

    name: str
    published: float
    written: str
    sets: tuple[str, ...]
    fitted: str = ""
    reason: str = ""
    not_emulated: str = ""
    not_predicted: str = ""


@dataclass(frozen=True)
class Source:
    """Rows of one source. ``shown_as`` is applied to ``metric`` before it is compared; ``unit`` is text only."""

    title: str
    source: str
    experiment: Path
    metric: str
    shown_as: str
    unit: str
    does_not_test: str
    rows: tuple[Row, ...]

    def view(self, value: float) -> float:
        """A metric's value in the terms of what was published."""
        return {"value": value, "inverse": 1 / value if value else 0.0, "complement": 1 - value}[self.shown_as]


def read(path: Path) -> Source:
    """Read one file. Raises ``BadInput``."""
    document = documents.read(path)
    file = validate(SourceFile, document)
    experiment = path.parent / file.experiment
    if not experiment.is_file():
        found = f"found {file.experiment!r}, but there is no file {experiment}"
        raise document.bad(("experiment",), found, "", "the path counts from this file's folder")
    names = [row.name for row in file.rows]
    for i, name in enumerate(names):
        if name in names[:i]:
            raise document.bad(("rows", i, "name"), f"found {name!r} a second time", "each name once")
    rows = tuple(
        Row(
            row.name,
            row.published.value,
            str(row.published.written),
            (*file.set, *row.set),
            row.fitted,
            row.reason or file.reason,
            row.not_emulated,
            row.not_predicted,
        )
        for row in file.rows
    )
    return Source(file.title, file.source, experiment, file.metric, file.shown_as, file.unit, file.does_not_test, rows)


def read_all(folder: Path, names: list[str]) -> list[Source]:
    """The sources in ``folder`` in the order of their files; with ``names`` only the rows so named. Raises
    ``BadInput``, also for a name that no row has."""
    sources = [read(path) for path in sorted(folder.glob("*.yaml"))]
    known = [row.name for source in sources for row in source.rows]
    for name in known:
        if known.count(name) > 1:
            raise BadInput(str(folder), "", f"found {known.count(name)} rows named {name!r}", "each name once")
    for name in names:
        if name not in known:
            raise BadInput("NAME", "", f"found {name!r}", ", ".join(known), nearest(name, known))
    if not names:
        return sources
    chosen = [(source, tuple(row for row in source.rows if row.name in names)) for source in sources]
    return [
        Source(s.title, s.source, s.experiment, s.metric, s.shown_as, s.unit, s.does_not_test, rows)
        for s, rows in chosen
        if rows
    ]
