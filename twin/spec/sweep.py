"""One experiment at several settings: a sweep's file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from twin.spec import document as documents
from twin.spec.base import Model, Name
from twin.spec.experiment import load_experiment
from twin.spec.problems import validate


class PointFile(Model):
    """One setting; ``set`` is what ``--set`` would take."""

    name: str = Field(min_length=1, max_length=40, examples=["10 Gb/s"])
    set: list[str] = Field(default=[])


class SweepFile(Model):
    """An experiment, its settings, and what to show of which workloads."""

    title: str = Field(min_length=1)
    experiment: str = Field(examples=["../experiments/training-1000km.yaml"])
    workloads: list[Name] = Field(min_length=1)
    metrics: list[str] = Field(min_length=1, examples=["step_time"])
    points: list[PointFile] = Field(min_length=2)


@dataclass(frozen=True)
class Sweep:
    """``points`` are (name, settings); the metrics shown are ``WORKLOAD.METRIC`` for each pair."""

    title: str
    experiment: Path
    workloads: tuple[str, ...]
    metrics: tuple[str, ...]
    points: tuple[tuple[str, tuple[str, ...]], ...]


def read(path: Path) -> Sweep:
    """Read a sweep, and load its experiment at every point. Raises ``BadInput``."""
    document = documents.read(path)
    file = validate(SweepFile, document)
    experiment = path.parent / file.experiment
    if not experiment.is_file():
        found = f"found {file.experiment!r}, but there is no file {experiment}"
        raise document.bad(("experiment",), found, "", "the path counts from this file's folder")
    names = [point.name for point in file.points]
    for i, point in enumerate(file.points):
        if point.name in names[:i]:
            raise document.bad(("points", i, "name"), f"found {point.name!r} a second time", "each name once")
        known = [workload.name for workload in load_experiment(experiment, point.set).scenario.workloads]
        for k, workload in enumerate(file.workloads):
            if workload not in known:
                raise document.bad(("workloads", k), f"found {workload!r}", ", ".join(known))
    points = tuple((point.name, tuple(point.set)) for point in file.points)
    return Sweep(file.title, experiment, tuple(file.workloads), tuple(file.metrics), points)
